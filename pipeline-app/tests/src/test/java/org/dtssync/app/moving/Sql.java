package org.dtssync.app.moving;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;

/** One database, as a person reaches it and as the product does. */
record Sql(DatabaseSettings settings) {

    void execute(String sql) throws SQLException {
        try (Connection connection = connect(settings.user());
                Statement statement = connection.createStatement()) {
            statement.execute("SET default_transaction_read_only = off");
            statement.execute(sql);
        }
    }

    Connection connect(String user) throws SQLException {
        return DriverManager.getConnection(settings.url(), user, "secret");
    }

    String query(String sql) throws SQLException {
        try (Connection connection = connect(settings.user());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    DatabaseConnections connections(End role) {
        return new DatabaseConnections(role, settings, "dts_sync_test");
    }

    DatabaseConnections connections(End role, String user) {
        return new DatabaseConnections(
                role, new DatabaseSettings(settings.url(), user, "secret", settings.properties()), "dts_sync_test");
    }
}
