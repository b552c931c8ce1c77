package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskText;
import org.dtssync.app.testing.WarmCommandLine;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a person reads who asks a task for more than there is of it yet; nothing is moved for the asking. */
@ExtendWith(ServersExtension.class)
class NotBegunSentencesTest {

    @TempDir
    Path directory;

    @Test
    void aTaskThatHasNotBegunHasNothingToCompareOrToList(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(14);
        DatabaseSettings destination = servers.freshDatabase(17);
        TaskText task = TaskText.of(servers, source, destination);
        WarmCommandLine dtsSync = new WarmCommandLine(directory);
        String file = dtsSync.file("task.yaml", task.toString());

        Outcome verify = dtsSync.run("verify", file);
        Outcome list = dtsSync.run("structure", "list", file);

        assertThat(verify.err())
                .isEqualTo("Task " + task.name()
                        + " has not been started, so there is nothing to verify. Run the task first: dts-sync run "
                        + "TASK.yaml, or dts-sync run TASK.yaml --until verified.\n");
        assertThat(verify.out()).isEmpty();
        assertThat(verify.exitCode()).isEqualTo(1);
        assertThat(list.err())
                .isEqualTo("Task " + task.name()
                        + " has no schema objects yet: run reads them from the source in phase schema.\n");
        assertThat(list.out()).isEmpty();
        assertThat(list.exitCode()).isZero();
        assertThat(isUntouched(source)).isTrue();
        assertThat(isUntouched(destination)).isTrue();
    }

    private static boolean isUntouched(DatabaseSettings database) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), "");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT to_regnamespace('dts_sync') IS NULL")) {
            rows.next();
            return rows.getBoolean(1);
        }
    }
}
