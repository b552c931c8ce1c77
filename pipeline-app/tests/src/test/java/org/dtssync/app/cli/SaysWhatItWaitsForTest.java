package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.CommandLineProcess.Started;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskText;
import org.dtssync.app.testing.WarmCommandLine;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A run that waits for the transaction of another client names it, and can be stopped. */
@ExtendWith(ServersExtension.class)
class SaysWhatItWaitsForTest {

    @TempDir
    Path directory;

    @Test
    void aSlotBehindAWritingTransaction(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(14);
        CommandLineProcess dtsSync = new CommandLineProcess(directory, Map.of());
        String task = dtsSync.file(
                "task.yaml",
                TaskText.of(servers, source, servers.freshDatabase(17)).toString());
        try (Connection writer = DriverManager.getConnection(source.url(), source.user(), "unused");
                Statement statement = writer.createStatement()) {
            statement.execute("CREATE TABLE public.t (id int PRIMARY KEY)");
            writer.setAutoCommit(false);
            statement.execute("CREATE TABLE public.x ()");
            int process;
            try (ResultSet rows = statement.executeQuery("SELECT pg_backend_pid()")) {
                rows.next();
                process = rows.getInt(1);
            }
            Started run = dtsSync.start("run", task);
            try {
                String expected = "Waiting at the source for lock ";
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> run.errSoFar().contains(expected));
                assertThat(run.errSoFar())
                        .containsPattern(expected + "(transactionid|virtualxid), held by pid " + process + " \\(user "
                                + source.user() + ", transaction open for \\d+ s\\)");
                run.terminate();
                Outcome outcome = run.await(Duration.ofSeconds(20));
                assertThat(outcome.exitCode()).as(outcome.err()).isZero();
            } finally {
                run.process().destroyForcibly().waitFor();
            }
            writer.rollback();
        }
        assertThat(new WarmCommandLine(directory)
                        .run("release", task, "--topics")
                        .exitCode())
                .isZero();
    }
}
