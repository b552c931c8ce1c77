package org.dtssync.app.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ServersExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ServersExtensionTest {

    private static final String DATABASES = "SELECT count(*) FROM pg_database WHERE datname IN ('%s', '%s')";
    private static final String SLOTS = "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'left_behind'";

    private static int port;
    private static String first = "";
    private static String second = "";

    @Test
    @Order(1)
    void givesEachTestDatabasesOfItsOwn(Servers servers) throws SQLException {
        DatabaseSettings one = servers.freshDatabase(17);
        DatabaseSettings other = servers.freshDatabase(17);
        port = servers.postgres(17).port();
        first = query(one, "SELECT current_database()");
        second = query(other, "SELECT current_database()");

        assertThat(one.url()).isNotEqualTo(other.url());
        assertThat(query(one, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"))
                .isEqualTo("0");
        query(one, "SELECT pg_create_logical_replication_slot('left_behind', 'pgoutput')");
    }

    @Test
    @Order(2)
    void keepsTheServerAndRemovesTheDatabasesAndSlotsOfTheTestBefore(Servers servers) throws SQLException {
        EmbeddedPostgres server = servers.postgres(17);

        assertThat(server.port()).isEqualTo(port);
        assertThat(query(server.superuser("postgres"), DATABASES.formatted(first, second)))
                .isEqualTo("0");
        assertThat(query(server.superuser("postgres"), SLOTS)).isEqualTo("0");
    }

    private static String query(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), "");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
