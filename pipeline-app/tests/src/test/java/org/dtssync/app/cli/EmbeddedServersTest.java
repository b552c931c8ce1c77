package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.dtssync.app.embedded.FreePort;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.CommandLineProcess.Started;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskText;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A broker and a registry inside the process that runs the task: what others have by an address, no other command knows. */
@ExtendWith(ServersExtension.class)
class EmbeddedServersTest {

    /** Of 512 bytes: 12 MB, and an index of Kafka has 10 MB from the beginning. */
    private static final int FILE_LIMIT_BLOCKS = 12 * 2048;

    @TempDir
    Path directory;

    private CommandLineProcess dtsSync;

    @BeforeEach
    void prepare() {
        dtsSync = new CommandLineProcess(directory, Map.of());
    }

    @Test
    void everyCommandWorksBesideARunAndAfterIt(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(17);
        execute(source, "CREATE TABLE item (id int PRIMARY KEY, v text); INSERT INTO item VALUES (1, 'one')");
        String task = dtsSync.file("task.yaml", """
                name: %s
                source: %s
                destination: %s
                kafka: embedded
                registry: embedded
                data.dir: data
                metrics: { listen: "127.0.0.1:%d" }
                """.formatted(
                        servers.uniqueName(),
                        TaskText.end(source.url(), source.user(), "unused"),
                        TaskText.end(destination.url(), destination.user(), "unused"),
                        FreePort.find()));

        assertSucceeds("precheck", task);
        Started run = dtsSync.start("run", task);
        try {
            await().atMost(Duration.ofMinutes(1)).until(() -> run.errSoFar().contains("phase=incremental"));
            execute(source, "INSERT INTO item VALUES (2, 'two')");
            assertSucceeds("status", task);
            assertSucceeds("structure", "list", task);
            assertThat(assertSucceeds("verify", task).out()).contains("public.item");
            assertSaysWhoRunsIt(dtsSync.run("run", task), run);
            assertIsClosedToOthers("data/kafka", "data/registry");
            run.terminate();
            assertThat(run.await().exitCode()).isZero();
        } finally {
            run.process().destroyForcibly();
        }
        execute(source, "INSERT INTO item VALUES (3, 'three')");
        assertSucceeds("verify", task);
        assertEndsInOrderWhereItHasHardlyBegun();
        assertSucceeds("release", task, "--topics");
        execute(destination, "DELETE FROM item WHERE id IN (1, 2, 3)", 3);
    }

    /**
     * A limit on the size of files stands for the full disk: writing fails in the same way, and no right is needed to set one. The
     * broker's indexes fit below it, and the rows of one table do not.
     */
    @Test
    void aDiskThatIsFullEndsTheRunWithOneSentenceAndItResumesOnceThereIsSpace(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(17);
        execute(
                source,
                "CREATE TABLE item (id int PRIMARY KEY, v text); ALTER TABLE item ALTER v SET STORAGE EXTERNAL");
        dtsSync = new CommandLineProcess(directory, Map.of());
        String task = dtsSync.file("task.yaml", """
                name: %s
                source: %s
                destination: %s
                kafka: embedded
                registry: embedded
                data.dir: data
                topics: { config: { compression.type: uncompressed } }
                """.formatted(
                        servers.uniqueName(),
                        TaskText.end(source.url(), source.user(), "unused"),
                        TaskText.end(destination.url(), destination.user(), "unused")));
        Started run = dtsSync.startWithin(FILE_LIMIT_BLOCKS, "run", task);
        Outcome outcome;
        try {
            await().atMost(Duration.ofMinutes(1)).until(() -> run.errSoFar().contains("phase=incremental"));
            execute(
                    source,
                    "INSERT INTO item SELECT n, (SELECT string_agg(md5(n || '-' || m), '') FROM generate_series(1, 32000) m)"
                            + " FROM generate_series(1, 20) n");
            outcome = run.await();
        } finally {
            run.process().destroyForcibly();
        }

        assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(1);
        assertThat(outcome.err())
                .contains("The embedded Kafka broker in ")
                .contains(" failed, and the process with it")
                .contains("its disk has free space")
                .doesNotContain("\tat ");
        assertThat(assertSucceeds("run", "--until", "verified", task).err()).doesNotContain("\tat ");
        execute(destination, "DELETE FROM item WHERE length(v) = 1024000", 20);
        assertSucceeds("release", task, "--topics");
    }

    /** The task file is a pipe: opening it for writing returns once the command opens it for reading, its first action. */
    private void assertEndsInOrderWhereItHasHardlyBegun() throws Exception {
        Path pipe = directory.resolve("pipe.yaml");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Started stopped = dtsSync.start("run", pipe.toString());
        try (OutputStream held = Files.newOutputStream(pipe, StandardOpenOption.WRITE)) {
            assertThat(held).isNotNull();
            stopped.terminate();
            assertThat(stopped.await().exitCode()).isZero();
        }
    }

    /** And not that the broker's directory or the port of the metrics is in use. */
    private static void assertSaysWhoRunsIt(Outcome second, Started first) {
        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.err())
                .contains("is already being run by another instance, process "
                        + first.process().pid() + " on ")
                .doesNotContain("another broker", "in use:", "Exception");
    }

    private void assertIsClosedToOthers(String... folders) throws Exception {
        for (String folder : folders) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(folder))))
                    .as(folder)
                    .isEqualTo("rwx------");
        }
    }

    private Outcome assertSucceeds(String... arguments) throws Exception {
        Outcome outcome = dtsSync.run(arguments);
        assertThat(outcome.exitCode())
                .as(String.join(" ", arguments) + ": " + outcome.err())
                .isZero();
        return outcome;
    }

    private static void execute(DatabaseSettings database, String sql) throws SQLException {
        execute(database, sql, -1);
    }

    /** Runs statements; where a number of rows is given, the last one must have changed so many. */
    private static void execute(DatabaseSettings database, String sql, int rows) throws SQLException {
        try (Connection connection = new DatabaseConnections(End.SOURCE, database, "test").open();
                Statement statement = connection.createStatement()) {
            statement.execute("SET search_path = public");
            statement.execute(sql);
            if (rows >= 0) {
                assertThat(statement.getUpdateCount()).isEqualTo(rows);
            }
        }
    }
}
