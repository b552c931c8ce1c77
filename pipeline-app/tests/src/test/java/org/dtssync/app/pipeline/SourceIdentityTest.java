package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.dtssync.app.config.SourceSettings;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.Release;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ServersExtension.class)
class SourceIdentityTest {

    @Test
    void aTaskDoesNotGoOnWithAnotherDatabase(Servers servers) throws Exception {
        DatabaseSettings first = servers.freshDatabase(14);
        DatabaseSettings second = servers.freshDatabase(14);
        TaskFile task = TaskFiles.of(servers, first, servers.freshDatabase(17));
        for (DatabaseSettings source : new DatabaseSettings[] {first, second}) {
            execute(source, "CREATE TABLE public.orders (id int PRIMARY KEY)");
        }
        TaskFile changed = with(task, second);
        try {
            new Pipeline(task, PipelineListener.NONE).run(RunOptions.to(RunGoal.SCHEMA));

            assertThatExceptionOfType(SyncException.class)
                    .isThrownBy(
                            () -> new Pipeline(changed, PipelineListener.NONE).run(RunOptions.to(RunGoal.CAUGHT_UP)))
                    .satisfies(fault -> assertThat(fault.kind()).isEqualTo(FaultKind.USAGE))
                    .withMessageMatching("Task " + task.name() + " was started with database " + name(first)
                            + " of the server with system identifier (\\d+), but source.url names database "
                            + name(second)
                            + " of the server with system identifier \\1\\."
                            + " Correct source.url, or run dts-sync release and start over\\.");
        } finally {
            new Release(task).run(true);
        }
    }

    private static TaskFile with(TaskFile task, DatabaseSettings source) {
        return new TaskFileBuilder(task).source(new SourceSettings(source)).build();
    }

    private static String name(DatabaseSettings database) {
        return database.url().substring(database.url().lastIndexOf('/') + 1);
    }

    private static void execute(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), "");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
