package org.dtssync.connectors.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Keeps event triggers of servers before PostgreSQL 17 from acting on what a session of ours creates. Stateless. */
public final class EventTriggers {

    private EventTriggers() {}

    /**
     * Silences those that are not enabled ALWAYS until the transaction ends, if the account is a superuser. Only for
     * transactions that write no rows of the application: its triggers and rules are silenced as well.
     */
    public static void silence(Connection connection) throws SQLException {
        silence(connection, true);
    }

    /** Silences them until the session ends. */
    public static void silenceSession(Connection connection) throws SQLException {
        silence(connection, false);
    }

    private static void silence(Connection connection, boolean local) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("""
                    SELECT set_config('session_replication_role', 'replica', %s)
                    WHERE current_setting('event_triggers', true) IS NULL
                      AND (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
                    """.formatted(local));
        }
    }
}
