package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.LargeObjects;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.config.ObjectSelection.Settings;
import org.dtssync.app.config.ObjectSelection.Unlogged;
import org.dtssync.app.config.StructureSettings;
import org.dtssync.app.config.StructureSettings.Reader;
import org.dtssync.app.generator.ApplicationSchema;
import org.dtssync.app.structure.DumpText;
import org.dtssync.app.tasks.SwitchMode;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskCommand;
import org.dtssync.app.tasks.TaskOutcome;
import org.dtssync.app.testing.PgClient;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Hundreds of tables with the traits of ten applications go through a whole task: loaded, changed, compared, switched there and back.
 * Another number of groups of each: {@code -Ddts.applications=N}.
 */
@ExtendWith(ServersExtension.class)
class ApplicationsMovedTest {

    private static final int SIZE = Integer.getInteger("dts.applications", 6);

    private static final String ROLES = """
        DO $$ BEGIN CREATE ROLE app_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        """;

    private static final String COUNTS = """
        SELECT count(*) FILTER (WHERE relkind IN ('r', 'p')) > 35 * %1$d AND count(*) FILTER (WHERE relkind IN ('i', 'I')) > 130 * %1$d
        FROM pg_class WHERE oid >= 16384
        """;

    private DatabaseSettings source;
    private DatabaseSettings destination;

    @BeforeEach
    void makeDatabases(Servers servers) throws Exception {
        source = servers.freshDatabase(17);
        destination = servers.freshDatabase(18);
    }

    @Test
    void theyAreTheSameAfterEachMove(Servers servers) throws Exception {
        assumeTrue(PgClient.program("pg_dump").isPresent(), PgClient.MISSING);
        RunningPair.execute(source, ROLES);
        RunningPair.execute(destination, ROLES);
        run(source, ApplicationSchema.statements(SIZE));
        assertThat(RunningPair.query(source, COUNTS.formatted(SIZE))).isEqualTo("t");
        RunningPair pair = RunningPair.start(new TaskFileBuilder(TaskFiles.of(servers, source, destination))
                .objects(new ObjectSelection(
                        List.of("*.*"), List.of(), Owners.KEEP, Unlogged.COPY, Settings.CARRY, LargeObjects.COPY))
                .structure(new StructureSettings(Reader.PG_DUMP, PgClient.program("pg_dump")))
                .build());
        try {
            run(source, ApplicationSchema.changes(SIZE, 1));
            perform(pair, new TaskCommand.Verify());
            assertThat(new SyncTask(pair.task()).compareStructure().differences())
                    .isEmpty();

            perform(pair, new TaskCommand.Switchover(SwitchMode.MOVE, true));
            pair.awaitPhase("reverse");
            run(destination, ApplicationSchema.changes(SIZE, 2));

            perform(pair, new TaskCommand.Rollback(SwitchMode.MOVE, true));
            pair.awaitPhase("incremental");
            run(source, ApplicationSchema.changes(SIZE, 3));
            perform(pair, new TaskCommand.Verify());
            assertThat(DumpText.differences(dump(source), dump(destination))).isEmpty();
        } finally {
            pair.close();
        }
    }

    private static Map<String, String> dump(DatabaseSettings database) throws Exception {
        return DumpText.ofAnyVersion(DumpText.of(new DatabaseConnections(End.SOURCE, database, "test")));
    }

    private static void perform(RunningPair pair, TaskCommand command) throws InterruptedException {
        TaskOutcome outcome = pair.perform(command);
        assertThat(outcome.error()).isEmpty();
        assertThat(outcome.result()).as(outcome.toString()).isEqualTo(TaskOutcome.Result.DONE);
    }

    /** As an application, each statement for itself. */
    private static void run(DatabaseSettings database, List<String> statements) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", database.user());
        properties.setProperty("password", "unused");
        properties.setProperty("preferQueryMode", "simple");
        try (Connection connection = DriverManager.getConnection(database.url(), properties);
                Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            for (String sql : statements) {
                try {
                    statement.execute(sql);
                } catch (SQLException e) {
                    throw new SQLException(e.getMessage() + " in " + sql, e);
                }
            }
        }
    }
}
