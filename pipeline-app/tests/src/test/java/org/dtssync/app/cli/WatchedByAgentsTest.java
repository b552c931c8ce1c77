package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskText;
import org.dtssync.app.testing.WarmCommandLine;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Agents and recordings ask the JVM for each class's file. For one that is in the archive of classes, and in its jar only under
 * META-INF/versions, Java 17 crashes then.
 */
@ExtendWith(ServersExtension.class)
class WatchedByAgentsTest {

    @TempDir
    Path directory;

    @Test
    void aRecordingOfTheJvmDoesNotEndIt(Servers servers) throws Exception {
        CommandLineProcess dtsSync = new CommandLineProcess(
                directory,
                Map.of(),
                List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:StartFlightRecording:settings=default"));
        DatabaseSettings source = servers.freshDatabase(17);
        try (Connection connection = DriverManager.getConnection(source.url(), source.user(), "");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE public.item (id int PRIMARY KEY)");
        }
        String task = dtsSync.file(
                "task.yaml",
                TaskText.of(servers, source, servers.freshDatabase(17)).toString());

        Outcome run = dtsSync.run("run", task, "--until", "caught-up");

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(new WarmCommandLine(directory)
                        .run("release", task, "--topics")
                        .exitCode())
                .isZero();
    }
}
