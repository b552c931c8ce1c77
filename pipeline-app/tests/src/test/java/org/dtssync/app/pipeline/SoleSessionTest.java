package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.function.Supplier;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.SoleSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Opening a session ends what the server still has of the one before, and nothing else. */
@ExtendWith(ServersExtension.class)
class SoleSessionTest {

    private DatabaseSettings superuser;
    private DatabaseConnections connections;
    private String role;

    @BeforeEach
    void makeRole(Servers servers) throws SQLException {
        superuser = servers.freshDatabase(14);
        role = servers.uniqueName();
        asSuperuser("CREATE ROLE " + role + " LOGIN PASSWORD 'secret'");
        asSuperuser("CREATE TABLE public.item (id int)");
        asSuperuser("GRANT ALL ON public.item TO " + role);
        // An account without special rights may end its own sessions.
        connections = new DatabaseConnections(
                End.DESTINATION, new DatabaseSettings(superuser.url(), role, "secret", Map.of()), "sole");
    }

    @AfterEach
    void dropRole() throws SQLException {
        asSuperuser("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = '" + role + "'");
        asSuperuser("DROP OWNED BY " + role);
        asSuperuser("DROP ROLE " + role);
    }

    @Test
    void theNextOneFindsNoLockOfTheOneThatWasLost() throws SQLException {
        SoleSession session = new SoleSession(connections);
        try (Connection lost = session.open()) {
            lost.setAutoCommit(false);
            execute(lost, "INSERT INTO public.item VALUES (1); LOCK TABLE public.item IN ACCESS EXCLUSIVE MODE");
            int process = process(lost);

            try (Connection next = session.open()) {
                execute(next, "SET lock_timeout = '5s'; LOCK TABLE public.item IN ACCESS EXCLUSIVE MODE");
                assertThat(number(next, "SELECT count(*) FROM public.item")).isZero();
                assertThat(number(next, "SELECT count(*) FROM pg_stat_activity WHERE pid = " + process))
                        .isZero();
                assertThatThrownBy(() -> process(lost)).isInstanceOf(SQLException.class);
            }
        }
    }

    @Test
    void othersOfTheSameAccountAndNameLiveOn() throws SQLException {
        SoleSession session = new SoleSession(connections);
        try (Connection other = connections.open();
                Connection ofAnother = new SoleSession(connections).open();
                Connection lost = session.open();
                Connection next = session.open();
                Connection last = session.open()) {
            assertThat(process(other)).isPositive();
            assertThat(process(ofAnother)).isPositive();
            assertThat(process(last)).isPositive();
            assertThatThrownBy(() -> process(lost)).isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> process(next)).isInstanceOf(SQLException.class);
        }
    }

    @Test
    void oneThatWasClosedInOrderLeavesNothingToEnd() throws SQLException {
        SoleSession session = new SoleSession(connections);
        session.open().close();

        try (Connection next = session.open()) {
            assertThat(process(next)).isPositive();
        }
    }

    @Test
    void afterAFailedTryTheLastOneIsStillKnown() throws SQLException {
        SoleSession session = new SoleSession(connections);
        Supplier<Connection> open = session::open;
        try (Connection lost = session.open()) {
            asSuperuser("ALTER ROLE " + role + " NOLOGIN");
            assertThatThrownBy(open::get).hasMessageContaining("destination");
            asSuperuser("ALTER ROLE " + role + " LOGIN");
            assertThat(process(lost)).isPositive();

            try (Connection next = session.open()) {
                assertThat(process(next)).isPositive();
                assertThatThrownBy(() -> process(lost)).isInstanceOf(SQLException.class);
            }
        }
    }

    private void asSuperuser(String sql) throws SQLException {
        new Scripts(superuser).execute(sql);
    }

    private static int process(Connection connection) throws SQLException {
        return number(connection, "SELECT pg_backend_pid()");
    }

    private static int number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
