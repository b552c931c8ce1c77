package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.LargeObjects;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.config.ObjectSelection.Settings;
import org.dtssync.app.config.ObjectSelection.Unlogged;
import org.dtssync.app.config.StructureSettings;
import org.dtssync.app.config.StructureSettings.Reader;
import org.dtssync.app.generator.RandomSchema;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Schemas that seeds make, with rows, go through a whole task: loaded, followed, compared, switched there and back, with rows
 * written at each end. Other seeds: {@code -Ddts.schemas.seed=N}.
 */
@ExtendWith(ServersExtension.class)
class RandomSchemasMovedTest {

    private static final Logger LOG = LoggerFactory.getLogger(RandomSchemasMovedTest.class);

    private static final long SEED = Long.getLong("dts.schemas.seed", 300);
    private static final int SCHEMAS = Integer.getInteger("dts.schemas.count", 3);

    private static final String ROLES = """
        DO $$ BEGIN CREATE ROLE app_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        DO $$ BEGIN CREATE ROLE app_owner; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        """;

    /** What precheck asks for before tables without a key are published. */
    private static final String IDENTITIES = """
        DO $$ DECLARE tab regclass; BEGIN
            FOR tab IN SELECT oid FROM pg_class c WHERE relkind IN ('r', 'p') AND relpersistence = 'p' AND relreplident = 'd'
                AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
                AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisprimary)
            LOOP EXECUTE format('ALTER TABLE %s REPLICA IDENTITY FULL', tab); END LOOP;
        END $$
        """;

    private final List<RandomSchema> schemas = new ArrayList<>();
    private DatabaseSettings source;
    private DatabaseSettings destination;

    @BeforeEach
    void makeDatabases(Servers servers) throws Exception {
        source = servers.freshDatabase(17);
        destination = servers.freshDatabase(18);
    }

    @Test
    void theyAreTheSameAndTakeRowsAtEachEnd(Servers servers) throws Exception {
        assumeTrue(PgClient.program("pg_dump").isPresent(), PgClient.MISSING);
        RunningPair.execute(source, ROLES);
        RunningPair.execute(destination, ROLES);
        write();
        Set<String> refused = insert(source, 3);
        TaskFileBuilder file = new TaskFileBuilder(TaskFiles.of(servers, source, destination))
                .objects(new ObjectSelection(
                        List.of("*.*"), List.of(), Owners.KEEP, Unlogged.COPY, Settings.CARRY, LargeObjects.COPY))
                .structure(new StructureSettings(Reader.BUILTIN, Optional.empty()));
        RunningPair pair = RunningPair.start(file.build());
        try {
            assertThat(insert(source, 4)).isEqualTo(refused);
            change(source, 5);
            assertSame(pair);

            move(pair, new TaskCommand.Switchover(SwitchMode.MOVE, false));
            pair.awaitPhase("reverse");
            assertThat(TableTexts.differencesOfEverySchema(source, destination)).isEmpty();
            assertThat(DumpText.differences(
                            DumpText.ofAnyVersion(DumpText.of(connections(source))),
                            DumpText.ofAnyVersion(DumpText.of(connections(destination)))))
                    .isEmpty();
            assertThat(insert(destination, 6)).isEqualTo(refused);
            change(destination, 7);

            move(pair, new TaskCommand.Rollback(SwitchMode.MOVE, false));
            pair.awaitPhase("incremental");
            assertThat(TableTexts.differencesOfEverySchema(source, destination)).isEmpty();
            assertThat(insert(source, 8)).isEqualTo(refused);
            assertSame(pair);
        } finally {
            pair.close();
        }
    }

    private void write() throws SQLException {
        List<String> statements = new ArrayList<>();
        for (long seed = SEED; seed < SEED + SCHEMAS; seed++) {
            RandomSchema schema = RandomSchema.of(seed, 17, 6, true);
            schemas.add(schema);
            statements.addAll(schema.statements());
        }
        statements.removeIf(String::isEmpty);
        // Precheck refuses what would act on each change that arrives.
        statements.removeIf(sql -> sql.matches("(?s).* ENABLE (ALWAYS|REPLICA) (TRIGGER|RULE) .*"));
        List<String> refused = tryAll(source, statements);
        assertThat(refused).hasSizeLessThan(statements.size() / 20);
        assertThat(tryAll(source, List.of(IDENTITIES))).isEmpty();
        insert(source, 1);
        insert(source, 2);
    }

    /** Inserts a row into each table, and returns the tables that do not take it. */
    private Set<String> insert(DatabaseSettings database, int number) throws SQLException {
        Set<String> refused = new LinkedHashSet<>();
        for (RandomSchema schema : schemas) {
            for (RandomSchema.Table table : schema.tables()) {
                List<String> messages = tryAll(database, List.of(table.insert(number)));
                messages.forEach(message -> LOG.warn("Refused. {}", message));
                if (!messages.isEmpty()) {
                    refused.add(table.name());
                }
            }
        }
        return refused;
    }

    /** Updates one row of each table and deletes one, as far as its constraints allow. */
    private void change(DatabaseSettings database, int number) throws SQLException {
        List<String> statements = new ArrayList<>();
        for (RandomSchema schema : schemas) {
            for (RandomSchema.Table table : schema.tables()) {
                String some = " WHERE (tableoid, ctid) = (SELECT tableoid, ctid FROM " + table.name() + " LIMIT 1)";
                for (int i = 0; i < table.columns().size(); i++) {
                    statements.add("UPDATE " + table.name() + " SET "
                            + table.columns().get(i) + " = "
                            + table.values().get(i).apply(number) + some);
                }
                statements.add("DELETE FROM " + table.name() + some);
            }
        }
        List<String> refused = tryAll(database, statements);
        LOG.warn("Changes. statements={} refused={}", statements.size(), refused.size());
    }

    private static void assertSame(RunningPair pair) throws InterruptedException {
        TaskOutcome verified = pair.perform(new TaskCommand.Verify());
        assertThat(verified.error()).isEmpty();
        assertThat(verified.result()).as(verified.toString()).isEqualTo(TaskOutcome.Result.DONE);
        assertThat(new SyncTask(pair.task()).compareStructure().differences()).isEmpty();
    }

    private static void move(RunningPair pair, TaskCommand command) throws InterruptedException {
        TaskOutcome outcome = pair.perform(command);
        assertThat(outcome.error()).isEmpty();
        assertThat(outcome.result()).as(outcome.toString()).isEqualTo(TaskOutcome.Result.DONE);
    }

    private static DatabaseConnections connections(DatabaseSettings database) {
        return new DatabaseConnections(End.SOURCE, database, "test");
    }

    /** Runs statements one by one as an application, and returns those that the server refused with its message. */
    private static List<String> tryAll(DatabaseSettings database, List<String> statements) throws SQLException {
        List<String> refused = new ArrayList<>();
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
                    refused.add(e.getMessage() + ": " + sql);
                }
            }
        }
        return refused;
    }
}
