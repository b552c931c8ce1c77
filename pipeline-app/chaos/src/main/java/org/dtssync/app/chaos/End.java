package org.dtssync.app.chaos;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * One of the two databases, reached past every link as its superuser, without any code of the product's. Immutable.
 *
 * @param port the server's own port
 */
record End(int port) {

    static final String DATABASE = "business";
    static final String USER = "postgres";

    private static final int ATTEMPTS = 200;
    private static final long PAUSE_MILLIS = 100;

    /** Returns the JDBC URL of the database behind a port: the server's or a link's. */
    static String url(int port) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + DATABASE;
    }

    Connection open() throws SQLException {
        return DriverManager.getConnection(url(port) + "?connectTimeout=5&socketTimeout=60", USER, "");
    }

    /** Runs statements in the maintenance database. */
    void maintain(String... statements) {
        String url = "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
        try (Connection connection = DriverManager.getConnection(url, USER, "");
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new ChaosException("Server at port " + port + ": " + e.getMessage(), e);
        }
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Does the same, and retries while the server is restarting. */
    void executePatiently(String sql) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                execute(sql);
                return;
            } catch (SQLException e) {
                if (attempt == ATTEMPTS) {
                    throw new ChaosException("Server at port " + port + ": " + e.getMessage(), e);
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        }
    }

    /** Returns the first column of the first row, null if there is none. */
    static @Nullable String query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    /** Returns the first column of the first row, which is there. */
    String value(String sql) throws SQLException {
        try (Connection connection = open()) {
            return String.valueOf(query(connection, sql));
        }
    }

    /** Returns the tables of schema public, partitioned ones without their partitions. */
    List<String> tables() throws SQLException {
        return List.of(value("""
                SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class
                WHERE relnamespace = 2200 AND relkind IN ('r', 'p') AND NOT relispartition
                """).split(","));
    }

    /** Returns each table's rows as COPY prints them, in an order that no collation decides. */
    Map<String, String> rows(List<String> tables) throws SQLException, IOException {
        Map<String, String> rows = new TreeMap<>();
        try (Connection connection = open()) {
            for (String table : tables) {
                ByteArrayOutputStream text = new ByteArrayOutputStream();
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut(
                                "COPY (SELECT t.* FROM public." + table
                                        + " t ORDER BY t::text COLLATE pg_catalog.\"C\") TO STDOUT",
                                text);
                rows.put(table, text.toString(StandardCharsets.UTF_8));
            }
        }
        return rows;
    }
}
