package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dtssync.app.config.DdlSettings;
import org.dtssync.app.config.RetrySettings;
import org.dtssync.app.config.SwitchoverSettings;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.Release;
import org.dtssync.app.lease.InstanceLease;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.EndpointResult;
import org.dtssync.app.state.SwitchReport;
import org.dtssync.app.tasks.SwitchMode;
import org.dtssync.app.tasks.TaskCommand;
import org.dtssync.app.tasks.TaskOutcome;
import org.dtssync.app.tasks.TaskOutcome.Result;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.schemas.DdlMode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A live run gives its task up when it is asked to, whatever it is at. */
@ExtendWith(ServersExtension.class)
class GivingUpTest {

    private static final String STRUCTURE =
            "CREATE TABLE public.customer (id int PRIMARY KEY); INSERT INTO public.customer SELECT generate_series(1, 100)";

    private DatabaseSettings source;
    private DatabaseSettings destination;

    @BeforeEach
    void makeDatabases(Servers servers) throws SQLException {
        source = servers.freshDatabase(14);
        destination = servers.freshDatabase(17);
        RunningPair.execute(source, STRUCTURE);
    }

    @Test
    void whileItLoads(Servers servers) throws Exception {
        RunningPair pair = RunningPair.begin(TaskFiles.of(servers, source, destination));
        pair.awaitPhase("schema");
        try (Connection blocker = DriverManager.getConnection(source.url(), source.user(), "unused")) {
            blocker.setAutoCommit(false);
            RunningPair.execute(blocker, "LOCK TABLE public.customer IN ACCESS EXCLUSIVE MODE");
            pair.awaitPhase("snapshot");

            assertThat(pair.cancel()).isTrue();

            assertGone(pair);
        }
    }

    @Test
    void whileItFollows(Servers servers) throws Exception {
        RunningPair pair = RunningPair.start(TaskFiles.of(servers, source, destination));

        assertThat(pair.cancel()).isTrue();

        assertGone(pair);
        assertThat(RunningPair.query(destination, "SELECT count(*) FROM public.customer"))
                .isEqualTo("100");
    }

    @Test
    void afterACrashThatCameRightWhenTheWayBackWasTakenHoldOf(Servers servers) throws Exception {
        RunningPair pair = RunningPair.start(TaskFiles.of(servers, source, destination));
        pair.stop();
        // What a switchover does before anything of it is recorded.
        InstanceLease.acquirePatiently(
                        Route.of(pair.task()).reversed(), pair.task().secondInstance())
                .close();

        new Release(pair.task()).run(true);

        assertNothingIsLeft();
        assertThat(new Release(pair.task()).run(true)).isEmpty();
        assertNothingIsLeft();
    }

    @Test
    void afterASwitchThatCouldNotTakeTheApplicationsAlong(Servers servers, @TempDir Path directory) throws Exception {
        Path program = Files.writeString(
                directory.resolve("move"), "#!/bin/sh\ntest -e \"$0.mended\" && echo \"$3\" > \"$0.moved\"\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        SwitchoverSettings usual = SwitchoverSettings.DEFAULT;
        RunningPair pair = RunningPair.start(TaskFiles.of(servers, source, destination)
                .withSwitchover(new SwitchoverSettings(
                        List.of(),
                        program.toString(),
                        Set.of(),
                        Optional.empty(),
                        usual.maximumLag(),
                        usual.drainTimeout(),
                        usual.maximumVerificationAge())));
        TaskOutcome outcome = pair.perform(new TaskCommand.Switchover(SwitchMode.MOVE, true));
        assertThat(outcome.result()).isEqualTo(Result.ENDPOINT_NOT_MOVED);
        SwitchReport report = ((TaskOutcome.Switched) outcome).move().report();
        assertThat(report.endpoint()).isEqualTo(EndpointResult.FAILED);
        assertThat(report.next()).contains("ended with exit code 1");
        pair.awaitPhase("reverse");
        pair.stop();
        Files.createFile(directory.resolve("move.mended"));

        assertThat(new Release(pair.task()).run(true))
                .contains("Repointed applications to the destination, which an interrupted switch had not done.");

        assertThat(directory.resolve("move.moved")).hasContent(destination.url().replaceFirst(".*/", ""));
    }

    /** Neither the release nor, behind it, another command of the application waits without a limit. */
    @Test
    void whileACommandOfTheApplicationIsOpen(Servers servers) throws Exception {
        TaskFile task = new TaskFileBuilder(TaskFiles.of(servers, source, destination))
                .ddl(new DdlSettings(DdlMode.CARRY))
                .retry(new RetrySettings(Duration.ofMinutes(1), Duration.ofSeconds(2)))
                .build();
        RunningPair pair = RunningPair.start(task);
        pair.stop();
        // As a task leaves it that is released while it loads.
        RunningPair.execute(
                destination,
                "CREATE UNIQUE INDEX interim ON public.customer (id); COMMENT ON INDEX interim IS 'dts-sync: until task "
                        + task.name() + " has made the indexes of this table'");
        try (Connection application = DriverManager.getConnection(source.url(), source.user(), "unused")) {
            application.setAutoCommit(false);
            RunningPair.execute(application, "CREATE TABLE public.unfinished (id int PRIMARY KEY)");
            String pid = RunningPair.query(
                    source,
                    "SELECT DISTINCT pid FROM pg_locks WHERE relation = 'dts_sync.ddl'::regclass AND mode = 'RowExclusiveLock'");

            assertThatThrownBy(() -> new Release(task).run(true))
                    .hasMessageContaining(
                            "cannot be removed: pid " + pid + " (user " + source.user() + ", transaction open for ")
                    .hasMessageContaining("dts-sync release again");

            assertThat(RunningPair.query(
                            source, "SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"))
                    .isEqualTo("0");
            RunningPair.execute(source, "SET lock_timeout = '2s'; CREATE TABLE public.unhindered (id int)");
            application.commit();
        }

        new Release(task).run(true);

        assertNothingIsLeft();
        assertThat(RunningPair.query(destination, "SELECT to_regclass('public.interim') IS NULL"))
                .isEqualTo("t");
    }

    private void assertGone(RunningPair pair) throws SQLException {
        assertThatThrownBy(pair::awaitEnd)
                .hasMessageContaining("Task " + pair.task().name() + " was cancelled.");
        assertNothingIsLeft();
    }

    private void assertNothingIsLeft() throws SQLException {
        for (DatabaseSettings database : new DatabaseSettings[] {source, destination}) {
            assertThat(RunningPair.query(database, "SELECT to_regnamespace('dts_sync') IS NULL"))
                    .isEqualTo("t");
        }
        assertThat(RunningPair.query(
                        source, "SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"))
                .isEqualTo("0");
        assertThat(RunningPair.query(source, "SELECT count(*) FROM pg_publication"))
                .isEqualTo("0");
    }
}
