package org.dtssync.app.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import org.dtssync.connectors.postgres.DatabaseSettings;

/** Runs SQL files of the test resources; lines of two dashes alone part what is one transaction unless it says otherwise. */
record Scripts(DatabaseSettings database) {

    /** Runs a file, with {@code :n} replaced by a number. */
    void run(String resource, int number) throws SQLException, IOException {
        String text;
        try (InputStream stream =
                Objects.requireNonNull(Scripts.class.getClassLoader().getResourceAsStream(resource), resource)) {
            text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
        String numbered = text.replaceAll("(?<!:):n\\b", Integer.toString(number));
        execute(numbered.split("(?m)^--$", -1));
    }

    /** Runs statements, each a transaction of its own. */
    void execute(String... statements) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            for (String sql : statements) {
                try {
                    statement.execute(sql);
                } catch (SQLException e) {
                    throw new SQLException(e.getMessage() + " in " + sql.substring(0, Math.min(2000, sql.length())), e);
                }
            }
        }
    }

    /** Opens a session as an application would. */
    Connection connect() throws SQLException {
        return DriverManager.getConnection(database.url(), database.user(), database.password());
    }
}
