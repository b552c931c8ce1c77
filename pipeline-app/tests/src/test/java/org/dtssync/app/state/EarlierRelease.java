package org.dtssync.app.state;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.dtssync.connectors.postgres.DatabaseSettings;

/**
 * The state as the release before versions made it: its scripts, verbatim, and a way to put the state of a task that rests into tables
 * that they make.
 */
public final class EarlierRelease {

    /** Publications may have them, and both releases make them alike. */
    private static final List<String> PUBLISHED = List.of("heartbeat", "apply_position");

    private EarlierRelease() {}

    /** Returns one of its scripts. */
    public static String script(String name) throws IOException {
        try (InputStream stream = EarlierRelease.class.getResourceAsStream("release-0.1/" + name + ".sql")) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Makes its tables, as its first run at a destination did. */
    public static void install(DatabaseSettings database) throws SQLException, IOException {
        try (Connection connection = connect(database)) {
            execute(connection, script("destination"));
            execute(connection, script("heartbeat"));
        }
    }

    /** Begins a task as that release did: its topics keep the form they had, with all of them under one prefix. */
    public static void begin(DatabaseSettings database, String task) throws SQLException, IOException {
        install(database);
        try (Connection connection = connect(database)) {
            execute(
                    connection,
                    "INSERT INTO dts_sync.task (task, phase, cuts_topic) VALUES ('" + task
                            + "', 'precheck', 'none yet')");
        }
    }

    /** Replaces the state in a database by tables of that release with the same rows; no run may be alive. */
    public static void takeBack(DatabaseSettings database) throws SQLException, IOException {
        try (Connection connection = connect(database)) {
            connection.setAutoCommit(false);
            execute(connection, "CREATE SCHEMA later");
            for (String table : tables(connection, "dts_sync")) {
                if (!PUBLISHED.contains(table)) {
                    execute(connection, "ALTER TABLE dts_sync." + table + " SET SCHEMA later");
                }
            }
            List<String> later = tables(connection, "later");
            if (later.contains("task")) {
                execute(connection, script("destination"));
            }
            if (later.contains("write_fence")) {
                execute(connection, script("write-fence"));
            }
            for (String table : tables(connection, "dts_sync")) {
                if (later.contains(table)) {
                    String columns = value(connection, """
                            SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
                            WHERE attrelid = 'dts_sync.%s'::regclass AND attnum > 0
                            """.formatted(table));
                    execute(
                            connection,
                            "INSERT INTO dts_sync." + table + " (" + columns + ") OVERRIDING SYSTEM VALUE SELECT "
                                    + columns + " FROM later." + table);
                }
            }
            if (later.contains("command")) {
                // Copied numbers do not move the sequence behind them.
                execute(connection, """
                        SELECT setval(pg_get_serial_sequence('dts_sync.command', 'id'), coalesce(max(id), 1))
                        FROM dts_sync.command
                        """);
            }
            execute(connection, "DROP SCHEMA later CASCADE");
            connection.commit();
        }
    }

    /** Returns whether the database has a state without a version. */
    public static boolean isAt(DatabaseSettings database) throws SQLException {
        try (Connection connection = connect(database)) {
            return value(connection, "SELECT to_regclass('dts_sync.version') IS NULL")
                    .equals("t");
        }
    }

    private static List<String> tables(Connection connection, String schema) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT tablename FROM pg_tables WHERE schemaname = '" + schema + "' ORDER BY 1")) {
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
        }
        return tables;
    }

    private static String value(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Connection connect(DatabaseSettings database) throws SQLException {
        Connection connection = DriverManager.getConnection(database.url(), database.user(), "unused");
        // The test's database may be closed for writes by a switchover.
        execute(connection, "SET default_transaction_read_only = off");
        return connection;
    }
}
