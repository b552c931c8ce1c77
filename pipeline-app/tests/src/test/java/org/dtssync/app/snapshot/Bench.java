package org.dtssync.app.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.dtssync.app.config.RetrySettings;
import org.dtssync.app.config.SnapshotSettings;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.app.runtime.RowPace;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.state.TableState;
import org.dtssync.app.testing.Servers;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/** A fresh source and destination database with a task in the snapshot phase; dropped at the end. */
final class Bench implements AutoCloseable {

    static final String TASK = "bench";
    private static final AtomicInteger NUMBER = new AtomicInteger();

    final DatabaseConnections source;
    final DatabaseConnections destination;
    final ProgressStore store;
    final Epoch epoch = new Epoch(TASK, 1);
    final EmbeddedPostgres sourceServer;
    final EmbeddedPostgres destinationServer;
    private final String database;

    Bench(Servers servers) throws SQLException {
        sourceServer = servers.postgres(14);
        destinationServer = servers.postgres(17);
        database = "bench_" + NUMBER.incrementAndGet();
        for (EmbeddedPostgres server : List.of(sourceServer, destinationServer)) {
            admin(server, "DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
            admin(server, "CREATE DATABASE " + database);
        }
        source = connections(End.SOURCE, sourceServer, database);
        destination = connections(End.DESTINATION, destinationServer, database);
        store = new ProgressStore(destination, TASK);
        store.install();
        atDestination("INSERT INTO dts_sync.fence VALUES ('" + TASK + "', 1)");
        store.enter(Phase.SNAPSHOT, epoch);
    }

    void atSource(String sql) throws SQLException {
        execute(source, sql);
    }

    void atDestination(String sql) throws SQLException {
        execute(destination, sql);
    }

    void atBoth(String sql) throws SQLException {
        atSource(sql);
        atDestination(sql);
    }

    /** Adds a table of schema public whose statistics say that it is large. */
    void addLarge(String table, String... keyColumns) {
        add(table, 1_000_000, 1_000_000_000, keyColumns);
    }

    /** Adds a table of schema public whose statistics say that it is small. */
    void addSmall(String table, String... keyColumns) {
        add(table, 1, 8192, keyColumns);
    }

    private void add(String table, long rows, long bytes, String... keyColumns) {
        Optional<List<String>> key = keyColumns.length == 0 ? Optional.empty() : Optional.of(List.of(keyColumns));
        store.addTables(
                List.of(new TableProgress(
                        new TableName("public", table), TableState.PENDING, key, rows, bytes, 0, 0, Optional.empty())),
                epoch);
    }

    SnapshotJob job(int workers, int chunkRows, SnapshotListener listener) {
        return job(workers, chunkRows, false, listener);
    }

    SnapshotJob job(int workers, int chunkRows, boolean emptyFirst, SnapshotListener listener) {
        return new SnapshotJob(
                source,
                destination,
                store,
                epoch,
                new SnapshotSettings(workers, chunkRows, 0),
                new RetrySettings(Duration.ofSeconds(20), Duration.ofSeconds(20)),
                emptyFirst,
                new RowPace(() -> 0),
                TableGuard.none(),
                listener);
    }

    TableProgress table(String name) {
        return store.tables().stream()
                .filter(table -> table.table().table().equals(name))
                .findFirst()
                .orElseThrow();
    }

    Lsn consistencyPoint() {
        return store.task().orElseThrow().consistencyPoint().orElseThrow();
    }

    /** Asserts that both ends hold the same rows, that the table is copied, and that the counts say so. */
    void assertLoaded(String table) throws SQLException {
        String from = (isPartitioned(table) ? "" : "ONLY ") + new TableName("public", table).sql();
        String sql =
                "SELECT count(*) || ' ' || md5(coalesce(string_agg(t::text, ';' ORDER BY t::text COLLATE \"C\"), ''))"
                        + " FROM " + from + " AS t";
        assertThat(atDestinationText(sql)).as(table).isEqualTo(atSourceText(sql));
        TableProgress progress = table(table);
        assertThat(progress.state()).as(table).isEqualTo(TableState.COPIED);
        assertThat(String.valueOf(progress.snapshotRows()))
                .as(table)
                .isEqualTo(atSourceText(sql).replaceFirst(" .*", ""));
    }

    String atSourceText(String sql) throws SQLException {
        return text(source, sql);
    }

    String atDestinationText(String sql) throws SQLException {
        return text(destination, sql);
    }

    private boolean isPartitioned(String table) throws SQLException {
        return atSourceText("SELECT relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = "
                        + Identifiers.literal(table))
                .equals("p");
    }

    /** Runs SQL at the source from a listener, which may not throw what SQL throws. */
    void fromListenerAtSource(String sql) {
        try {
            atSource(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs SQL at the destination from a listener, which may not throw what SQL throws. */
    void fromListenerAtDestination(String sql) {
        try {
            atDestination(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DatabaseConnections connections(End role, EmbeddedPostgres server, String database) {
        return new DatabaseConnections(role, server.superuser(database), "dts_sync_" + TASK);
    }

    private static void execute(DatabaseConnections database, String sql) throws SQLException {
        try (Connection connection = database.open();
                Statement statement = connection.createStatement()) {
            statement.execute("SET search_path = public, pg_catalog");
            statement.execute(sql);
        }
    }

    private static String text(DatabaseConnections database, String sql) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (Connection connection = database.open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
        }
        return String.join(",", texts);
    }

    private static void admin(EmbeddedPostgres server, String sql) throws SQLException {
        execute(connections(End.SOURCE, server, "postgres"), sql);
    }

    @Override
    public void close() throws SQLException {
        for (EmbeddedPostgres server : List.of(sourceServer, destinationServer)) {
            admin(server, "DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
        }
    }
}
