package org.dtssync.connectors.capture.debezium;

import io.debezium.jdbc.JdbcConfiguration;
import io.debezium.jdbc.JdbcConnection.ConnectionFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.dtssync.connectors.postgres.SessionSettings;

/**
 * Opens Debezium's sessions at the address of the task file, and with the settings of all our sessions; those that stream are
 * {@linkplain CountedSession counted}. Debezium makes it by its name. Stateless.
 */
public final class SourceConnections implements ConnectionFactory {

    /** The property that has the JDBC URL. */
    static final String URL = "dts.sync.url";

    @Override
    public Connection connect(JdbcConfiguration configuration) throws SQLException {
        Properties properties = configuration.asProperties();
        // The driver is given what it knows.
        JdbcConfiguration.ALL_KNOWN_FIELDS.stream()
                .filter(name -> !name.equals("user") && !name.equals("password"))
                .forEach(properties::remove);
        String url = String.valueOf(properties.remove(URL));
        Connection connection = DriverManager.getConnection(url, properties);
        try {
            SessionSettings.apply(connection);
            return properties.containsKey("replication") ? CountedSession.of(connection) : connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }
}
