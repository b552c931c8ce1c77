package org.dtssync.app.verify;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.state.TableState;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/** A fresh database on each of two servers, and what tests of the comparison do with them. */
final class DatabasePair implements AutoCloseable {

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final String name = "verify_" + ProcessHandle.current().pid() + "_" + NUMBER.incrementAndGet();
    private final EmbeddedPostgres sourceServer;
    private final EmbeddedPostgres destinationServer;

    /** Makes the databases; the options are those of the destination's CREATE DATABASE. */
    DatabasePair(EmbeddedPostgres sourceServer, EmbeddedPostgres destinationServer, String destinationOptions)
            throws SQLException {
        this.sourceServer = sourceServer;
        this.destinationServer = destinationServer;
        admin(sourceServer, "CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'UTF8'");
        admin(destinationServer, "CREATE DATABASE " + name + " TEMPLATE template0 " + destinationOptions);
    }

    DatabaseConnections source() {
        return connections(End.SOURCE, sourceServer);
    }

    DatabaseConnections destination() {
        return connections(End.DESTINATION, destinationServer);
    }

    /** Runs statements at both ends. */
    void both(String... statements) throws SQLException {
        atSource(statements);
        atDestination(statements);
    }

    void atSource(String... statements) throws SQLException {
        run(source(), statements);
    }

    void atDestination(String... statements) throws SQLException {
        run(destination(), statements);
    }

    /** Compares with chunks of so many rows, at rest. */
    VerifyReport verify(long chunkRows, TableProgress... tables) throws InterruptedException {
        return verify(chunkRows, () -> new Lsn(0x1234), advance -> {}, tables);
    }

    VerifyReport verify(long chunkRows, Settling settling, VerifyListener listener, TableProgress... tables)
            throws InterruptedException {
        VerifySettings settings = settings(chunkRows, 0);
        return new Verification(source(), destination(), settings, settling, listener, SliceMemory.NONE)
                .verify(Arrays.asList(tables));
    }

    /** Compares at rest and goes on with what is remembered. */
    VerifyReport verify(long chunkRows, SliceMemory memory, VerifyListener listener, TableProgress... tables)
            throws InterruptedException {
        return new Verification(
                        source(), destination(), settings(chunkRows, 0), () -> new Lsn(0x1234), listener, memory)
                .verify(Arrays.asList(tables));
    }

    /** Compares at rest, not faster than a pace. */
    VerifyReport verifySlowly(long chunkRows, long rowsPerSecond, TableProgress... tables) throws InterruptedException {
        return new Verification(
                        source(),
                        destination(),
                        settings(chunkRows, rowsPerSecond),
                        () -> new Lsn(0x1234),
                        advance -> {},
                        SliceMemory.NONE)
                .verify(Arrays.asList(tables));
    }

    private static VerifySettings settings(long chunkRows, long rowsPerSecond) {
        return new VerifySettings(2, rowsPerSecond, chunkRows, 1_000, 10, 3, Duration.ofMillis(20));
    }

    /** A table of the schema public. */
    static TableProgress table(String name, String... key) {
        return new TableProgress(
                new TableName("public", name),
                TableState.STREAMING,
                key.length == 0 ? Optional.empty() : Optional.of(List.of(key)),
                0,
                0,
                0,
                0,
                Optional.empty());
    }

    static List<String> query(DatabaseConnections connections, String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Connection connection = connections.open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }

    @Override
    public void close() throws SQLException {
        admin(sourceServer, "DROP DATABASE " + name + " WITH (FORCE)");
        admin(destinationServer, "DROP DATABASE " + name + " WITH (FORCE)");
    }

    private DatabaseConnections connections(End role, EmbeddedPostgres server) {
        return new DatabaseConnections(role, server.superuser(name), "dts-sync verify test");
    }

    private static void run(DatabaseConnections connections, String... statements) throws SQLException {
        try (Connection connection = connections.open();
                Statement statement = connection.createStatement()) {
            statement.execute("SET search_path = public, pg_catalog");
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static void admin(EmbeddedPostgres server, String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(server.url("postgres"), EmbeddedPostgres.SUPERUSER, null);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
