package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Login event triggers fire for our sessions at most until one of them has found out that there are some. */
@ExtendWith(ServersExtension.class)
class LoginTriggersTest {

    private static final String TRIGGER = """
            CREATE TABLE public.login_log (who text);
            CREATE FUNCTION public.log_login() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
                AS 'BEGIN INSERT INTO public.login_log VALUES (session_user); END';
            CREATE ROLE logged_in LOGIN PASSWORD 'unused';
            """;

    private DatabaseSettings database;

    @BeforeEach
    void create(Servers servers) throws SQLException {
        database = servers.freshDatabase(18);
        RunningPair.execute(database, TRIGGER);
    }

    @AfterEach
    void drop() throws SQLException {
        RunningPair.execute(database, "DROP EVENT TRIGGER IF EXISTS log_login");
        RunningPair.execute(
                database,
                "ALTER ROLE logged_in RESET ALL; DROP OWNED BY logged_in;"
                        + " REVOKE SET ON PARAMETER session_replication_role FROM logged_in; DROP ROLE logged_in");
    }

    private void enable(String how) throws SQLException {
        RunningPair.execute(
                database,
                "CREATE EVENT TRIGGER log_login ON login EXECUTE FUNCTION public.log_login(); ALTER EVENT TRIGGER log_login "
                        + how);
    }

    /** Logs in three times, as a process with one task file does, and returns how often the trigger fired. */
    private long fired(String user) throws SQLException {
        DatabaseConnections connections = new DatabaseConnections(
                End.SOURCE, new DatabaseSettings(database.url(), user, "unused", Map.of()), "login-test");
        for (int i = 0; i < 3; i++) {
            try (Connection connection = connections.open()) {
                assertThat(RunningPair.query(connection, "SHOW session_replication_role"))
                        .isEqualTo("origin");
            }
        }
        return Long.parseLong(
                RunningPair.query(database, "SELECT count(*) FROM public.login_log WHERE who = '" + user + "'"));
    }

    @Test
    void aSuperusersSessionsAreSilentAfterTheFirstEvenIfTheTriggerIsEnabledAlways() throws SQLException {
        enable("ENABLE ALWAYS");
        RunningPair.execute(database, "CREATE ROLE boss SUPERUSER LOGIN PASSWORD 'unused'");

        assertThat(fired("boss")).isEqualTo(1);

        RunningPair.execute(database, "DROP EVENT TRIGGER log_login; DROP ROLE boss");
    }

    @Test
    void anAccountThatMaySetTheReplicationRoleIsSilentToo() throws SQLException {
        RunningPair.execute(database, "GRANT SET ON PARAMETER session_replication_role TO logged_in");
        enable("ENABLE");

        assertThat(fired("logged_in")).isEqualTo(1);
    }

    @Test
    void anyAccountIsSilentFromTheFirstLoginOnIfASuperuserSaysSo() throws SQLException {
        RunningPair.execute(database, "ALTER ROLE logged_in SET event_triggers = off");
        enable("ENABLE ALWAYS");

        assertThat(fired("logged_in")).isZero();
    }

    @Test
    void anAccountWithoutAnyRightLogsInAllTheSameWhereOurGateIsClosed() throws SQLException {
        enable("ENABLE");
        DatabaseConnections connections = new DatabaseConnections(
                End.SOURCE, new DatabaseSettings(database.url(), "logged_in", "unused", Map.of()), "login-test");
        RunningPair.execute(database, """
                DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$
                """);

        try (Connection connection = connections.open()) {
            assertThat(RunningPair.query(connection, "SELECT 1")).isEqualTo("1");
        } finally {
            try (Connection connection = connections.open()) {
                assertThat(RunningPair.query(connection, "SHOW default_transaction_read_only"))
                        .isEqualTo("off");
            }
            reopen();
        }
    }

    private void reopen() throws SQLException {
        try (Connection connection = new DatabaseConnections(End.SOURCE, writable(database), "login-test").open()) {
            RunningPair.execute(connection, """
                    DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database()); END $$
                    """);
        }
    }

    private static DatabaseSettings writable(DatabaseSettings settings) {
        return settings.with(Map.of("options", "-c default_transaction_read_only=off"));
    }
}
