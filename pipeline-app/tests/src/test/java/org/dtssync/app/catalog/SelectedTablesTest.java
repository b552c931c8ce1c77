package org.dtssync.app.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.app.embedded.PostgresSettings;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.state.TableState;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Which tables are captured, by which key, and how large they are said to be. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SelectedTablesTest {

    private EmbeddedPostgres server;
    private DatabaseConnections source;

    @BeforeAll
    void start(@TempDir Path directory) {
        server = EmbeddedPostgres.start(PostgresSettings.of(14, directory.resolve("data")));
        source = new DatabaseConnections(End.SOURCE, server.superuser("postgres"), "test");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @BeforeEach
    void makeSchema() throws SQLException {
        run("CREATE SCHEMA s");
    }

    @AfterEach
    void dropSchema() throws SQLException {
        run("DROP SCHEMA s CASCADE");
    }

    @Test
    void takesTheReplicaIdentitysColumnsInKeyOrder() throws SQLException {
        run("""
                CREATE TABLE s.by_default (c int, b int, a int, PRIMARY KEY (a, c) INCLUDE (b));
                CREATE TABLE s.by_index (a int PRIMARY KEY, "B" int NOT NULL, c int NOT NULL);
                CREATE UNIQUE INDEX chosen ON s.by_index (c, "B");
                ALTER TABLE s.by_index REPLICA IDENTITY USING INDEX chosen;
                CREATE TABLE s.by_index_dropped (a int PRIMARY KEY, b int NOT NULL UNIQUE);
                ALTER TABLE s.by_index_dropped REPLICA IDENTITY USING INDEX by_index_dropped_b_key;
                ALTER TABLE s.by_index_dropped DROP CONSTRAINT by_index_dropped_b_key;
                CREATE TABLE s.full_with_key (a int PRIMARY KEY, b int);
                ALTER TABLE s.full_with_key REPLICA IDENTITY FULL;
                CREATE TABLE s.full_with_deferrable_key (a int PRIMARY KEY DEFERRABLE);
                ALTER TABLE s.full_with_deferrable_key REPLICA IDENTITY FULL;
                CREATE TABLE s.full_without_key (a int);
                ALTER TABLE s.full_without_key REPLICA IDENTITY FULL;
                CREATE TABLE s.nothing (a int PRIMARY KEY);
                ALTER TABLE s.nothing REPLICA IDENTITY NOTHING
                """);

        assertThat(read("s.*"))
                .extracting(table ->
                        table.table().table() + " " + table.keyColumns().orElse(null))
                .containsExactly(
                        "by_default [a, c]",
                        "by_index [c, B]",
                        "by_index_dropped null",
                        "full_with_deferrable_key null",
                        "full_with_key [a]",
                        "full_without_key null",
                        "nothing null");
    }

    @Test
    void leavesOutWhatIsNotCaptured() throws SQLException {
        run("""
                CREATE TABLE s."Ordinary.one" (a int PRIMARY KEY);
                CREATE TABLE s.scratch (a int);
                CREATE UNLOGGED TABLE s.unlogged (a int);
                CREATE FOREIGN DATA WRAPPER nowhere;
                CREATE SERVER far FOREIGN DATA WRAPPER nowhere;
                CREATE FOREIGN TABLE s.far (a int) SERVER far;
                CREATE VIEW s.view AS SELECT 1 AS a;
                CREATE MATERIALIZED VIEW s.materialized AS SELECT 1 AS a;
                CREATE SEQUENCE s.sequence;
                CREATE TABLE s.parent (a int PRIMARY KEY);
                CREATE TABLE s.child (PRIMARY KEY (a)) INHERITS (s.parent);
                CREATE EXTENSION hstore SCHEMA s;
                CREATE TABLE s.of_extension (a int);
                ALTER EXTENSION hstore ADD TABLE s.of_extension;
                CREATE SCHEMA dts_sync;
                CREATE TABLE dts_sync.heartbeat (a int)
                """);
        try {
            assertThat(new SelectedTables(source, new ObjectSelection(List.of("*"), List.of("s.scratch"), Owners.KEEP))
                            .read())
                    .extracting(TableProgress::table)
                    .containsExactly(
                            new TableName("s", "Ordinary.one"),
                            new TableName("s", "child"),
                            new TableName("s", "parent"));
        } finally {
            run("DROP SCHEMA dts_sync CASCADE; DROP FOREIGN DATA WRAPPER nowhere CASCADE");
        }
    }

    @Test
    void aRootStandsForItsPartitions() throws SQLException {
        run("""
                CREATE SCHEMA s_parts;
                CREATE TABLE s.event (at date, id int, note text, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
                CREATE TABLE s.event_2026 PARTITION OF s.event FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')
                    PARTITION BY HASH (id);
                CREATE TABLE s_parts.a PARTITION OF s.event_2026 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
                CREATE TABLE s_parts.b PARTITION OF s.event_2026 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
                ALTER TABLE s_parts.a ALTER note SET STORAGE EXTERNAL;
                ALTER TABLE s_parts.b ALTER note SET STORAGE EXTERNAL;
                INSERT INTO s.event SELECT '2026-02-03', n, repeat('x', 10000) FROM generate_series(1, 1000) n
                """);
        run("ANALYZE s.event");
        try {
            List<TableProgress> tables = read("s.*");

            assertThat(tables).hasSize(1);
            TableProgress event = tables.get(0);
            assertThat(event.table()).isEqualTo(new TableName("s", "event"));
            assertThat(event.state()).isEqualTo(TableState.PENDING);
            assertThat(event.keyColumns()).contains(List.of("at", "id"));
            assertThat(event.estimatedRows()).isEqualTo(1000);
            assertThat(event.estimatedBytes()).isBetween(10_000_000L, 20_000_000L);
            assertThat(event.snapshotRows()).isZero();
            assertThat(event.visibleSnapshot()).isEqualTo(Optional.empty());
            assertThat(read("s_parts.*")).isEmpty();
        } finally {
            run("DROP SCHEMA s_parts CASCADE");
        }
    }

    @Test
    void readsOnWhileATableIsLocked() throws SQLException {
        run("CREATE TABLE s.locked (a int PRIMARY KEY); INSERT INTO s.locked SELECT generate_series(1, 5000);");
        run("ANALYZE s.locked");
        try (Connection connection = source.open();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE s.locked IN ACCESS EXCLUSIVE MODE");

            List<TableProgress> tables = read("s.*");

            assertThat(tables).extracting(TableProgress::estimatedRows).containsExactly(5000L);
            assertThat(tables.get(0).estimatedBytes()).isPositive();
            connection.rollback();
        }
    }

    private List<TableProgress> read(String pattern) {
        return new SelectedTables(source, new ObjectSelection(List.of(pattern), List.of(), Owners.KEEP)).read();
    }

    private void run(String sql) throws SQLException {
        try (Connection connection = source.open();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
