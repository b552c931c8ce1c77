package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.dtssync.app.tasks.SwitchMode;
import org.dtssync.app.tasks.TaskCommand;
import org.dtssync.app.tasks.TaskOutcome;
import org.dtssync.app.tasks.TaskOutcome.Result;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whoever else writes to a selected table while applications are being moved is noticed, and only such a write is. */
@ExtendWith(ServersExtension.class)
class ForeignWriterTest {

    private static final String STRUCTURE = """
            CREATE TABLE public.customer (id int PRIMARY KEY, balance int);
            CREATE TABLE public.line (id int PRIMARY KEY, note text);
            CREATE SEQUENCE public.number;
            INSERT INTO public.customer SELECT i, 0 FROM generate_series(1, 100) i;
            INSERT INTO public.line SELECT i, 'x' FROM generate_series(1, 100) i;
            """;
    private static final String OTHER = "CREATE SCHEMA other; CREATE TABLE other.journal (id int PRIMARY KEY)";

    private RunningPair pair;

    @BeforeEach
    void start(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(14);
        DatabaseSettings destination = servers.freshDatabase(17);
        RunningPair.execute(source, STRUCTURE);
        RunningPair.execute(destination, OTHER);
        pair = RunningPair.start(TaskFiles.of(servers, source, destination));
    }

    @AfterEach
    void stop() throws Exception {
        pair.close();
    }

    @Test
    void refusesTheSwitchWhenSomebodyElseWroteAtTheDestination() throws Exception {
        CompletableFuture<TaskOutcome> switchover;
        try (Connection writer = writerAtSource()) {
            switchover = pair.begin(new TaskCommand.Switchover(SwitchMode.MOVE, true));
            pair.awaitStep("fence");
            RunningPair.execute(pair.destination(), "UPDATE public.customer SET balance = balance WHERE id <= 3");
            RunningPair.execute(pair.destination(), "INSERT INTO other.journal VALUES (1)");
            writer.rollback();
        }
        TaskOutcome result = switchover.get(1, TimeUnit.MINUTES);

        assertThat(result.result()).isEqualTo(Result.FAILED);
        assertThat(result.error().orElseThrow())
                .contains("destination")
                .containsPattern("table public\\.customer \\(changes: 3, up to position [0-9A-F]+/[0-9A-F]+\\)")
                .doesNotContain("journal", "line");
        assertMovedNothing();
    }

    @Test
    void doesNotTakeOurOwnWritesAndThoseToOtherTablesForSomebodyElses() throws Exception {
        CompletableFuture<TaskOutcome> rehearsal;
        try (Connection writer = writerAtSource()) {
            rehearsal = pair.begin(new TaskCommand.Switchover(SwitchMode.REHEARSE, true));
            pair.awaitStep("fence");
            RunningPair.execute(writer, "UPDATE public.line SET note = 'y'");
            writer.commit();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> RunningPair.query(
                                    pair.destination(), "SELECT count(*) FROM public.line WHERE note = 'y'")
                            .equals("100"));
            RunningPair.execute(pair.destination(), "INSERT INTO other.journal VALUES (1)");
        }
        TaskOutcome result = rehearsal.get(1, TimeUnit.MINUTES);

        assertThat(result.error()).isEmpty();
        assertThat(result.result()).isEqualTo(Result.DONE);
    }

    @Test
    void refusesTheSwitchWhenSomebodyWroteAtTheSourceAfterTheMarker() throws Exception {
        CompletableFuture<TaskOutcome> switchover;
        try (Connection blocker = pair.spared(pair.destination());
                Connection writer = pair.spared(pair.source())) {
            blocker.setAutoCommit(false);
            try (Connection other = writerAtSource()) {
                switchover = pair.begin(new TaskCommand.Switchover(SwitchMode.MOVE, true));
                pair.awaitStep("fence");
                // Not before: while the slot of the way back is made, every transaction there is waited for.
                RunningPair.execute(blocker, "ALTER SEQUENCE public.number RESTART");
                other.rollback();
            }
            pair.awaitStep("sequences");
            RunningPair.execute(writer, """
                    SELECT pg_terminate_backend(pid) FROM pg_locks
                    WHERE relation = 'public.customer'::regclass AND mode = 'ShareLock'
                    """);
            RunningPair.execute(writer, "UPDATE public.customer SET balance = 1 WHERE id <= 2");
            blocker.rollback();
        }
        TaskOutcome result = switchover.get(1, TimeUnit.MINUTES);

        assertThat(result.result()).isEqualTo(Result.FAILED);
        assertThat(result.error().orElseThrow())
                .contains("source")
                .containsPattern("table public\\.customer \\(changes: 2, up to position [0-9A-F]+/[0-9A-F]+\\)");
        assertMovedNothing();
        assertThat(RunningPair.query(pair.destination(), "SELECT count(*) FROM public.customer WHERE balance = 1"))
                .isEqualTo("2");
    }

    /** Holds the fence up until its transaction ends. */
    private Connection writerAtSource() throws Exception {
        Connection writer = pair.spared(pair.source());
        writer.setAutoCommit(false);
        RunningPair.execute(writer, "LOCK TABLE public.customer IN ROW EXCLUSIVE MODE");
        return writer;
    }

    private void assertMovedNothing() throws Exception {
        assertThat(pair.phase()).isEqualTo("incremental");
        RunningPair.execute(pair.source(), "UPDATE public.line SET note = 'z' WHERE id = 1");
        assertThat(pair.perform(new TaskCommand.Verify()).result()).isEqualTo(Result.DONE);
    }
}
