package org.dtssync.connectors.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Keeps event triggers from acting on what our sessions create, where the setting for that is missing (before PostgreSQL 17) or the account
 * may not use it. Stateless.
 */
public final class EventTriggers {

    /** The beginning of the names of those that dts-sync makes; PostgreSQL fires them before others, in the order of their names. */
    public static final String OWN = "!dts_sync_";

    private static final int GRANTABLE = 15;

    private EventTriggers() {}

    /**
     * Silences those that are not enabled ALWAYS until the transaction ends, if the account may set {@code session_replication_role}: a
     * superuser, or since PostgreSQL 15 one that was granted it. Only for transactions that write no rows of the application: its triggers and rules are silenced as well.
     */
    public static void silence(Connection connection) throws SQLException {
        silence(connection, true);
    }

    /** Silences them until the session ends. */
    public static void silenceSession(Connection connection) throws SQLException {
        silence(connection, false);
    }

    private static void silence(Connection connection, boolean local) throws SQLException {
        boolean grantable = connection.getMetaData().getDatabaseMajorVersion() >= GRANTABLE;
        try (Statement statement = connection.createStatement()) {
            statement.execute("""
                    SELECT set_config('session_replication_role', 'replica', %s)
                    WHERE current_setting('event_triggers', true) IS DISTINCT FROM 'off' AND %s
                    """.formatted(
                            local,
                            grantable
                                    ? "has_parameter_privilege('session_replication_role', 'SET')"
                                    : "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"));
        }
    }
}
