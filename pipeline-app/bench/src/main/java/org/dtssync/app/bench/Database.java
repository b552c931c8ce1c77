package org.dtssync.app.bench;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * One database of a measurement, reached as its superuser without a password.
 *
 * @param port of 127.0.0.1
 * @param name its name
 */
record Database(int port, String name) {

    static final String USER = "postgres";

    String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + name;
    }

    /** Returns the connection string of PostgreSQL's own programs. */
    String connectionString() {
        return "postgresql://" + USER + "@127.0.0.1:" + port + "/" + name;
    }

    Connection open() throws SQLException {
        return DriverManager.getConnection(url(), USER, "");
    }

    void execute(String... statements) {
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new BenchException("Database " + name + ": " + e.getMessage(), e);
        }
    }

    /** Returns the first column of the first row, null if there is none. */
    @Nullable
    String query(String sql) {
        try (Connection connection = open()) {
            return query(connection, sql);
        } catch (SQLException e) {
            throw new BenchException("Database " + name + ": " + e.getMessage(), e);
        }
    }

    static @Nullable String query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }
}
