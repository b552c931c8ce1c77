package org.dtssync.connectors.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/**
 * How the next session of this process asks, in its login itself, that login event triggers do not fire: once a session is open it is too
 * late for that. Only a session that is open can find out whether there are such triggers and what the account may set, so the first one may
 * still fire them. PostgreSQL has them since 17.
 *
 * <p>One for each database of a task file; two of them are always equal, since they say nothing about where a database is. Thread-safe.
 */
final class LoginTriggers {

    private static final int SINCE = 17;
    private static final String OPTIONS = "options";
    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final String READ_ONLY = "25006";

    /** Such a trigger usually writes, which our read-only gate forbids before a session can say that it is ours. */
    private static final String WRITABLE = "-c default_transaction_read_only=off";

    private static final String REPLICA = "-c session_replication_role=replica";

    /** A trigger that is enabled ALWAYS fires in every role, so the role comes second. */
    private static final String NEXT = """
            SELECT CASE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_event_trigger WHERE evtevent = 'login' AND evtenabled <> 'D') THEN ''
                        WHEN pg_catalog.has_parameter_privilege('event_triggers', 'SET') THEN '%1$s -c event_triggers=off'
                        WHEN pg_catalog.has_parameter_privilege('session_replication_role', 'SET') THEN '%1$s %2$s'
                        ELSE '%1$s' END
            """.formatted(WRITABLE, REPLICA);

    private static final String ORIGIN = """
            SELECT pg_catalog.set_config('session_replication_role', 'origin', false)
            WHERE pg_catalog.current_setting('session_replication_role') = 'replica'
              AND pg_catalog.has_parameter_privilege('session_replication_role', 'SET')
            """;

    private volatile String options = "";

    /** Adds what the next login needs to its properties; returns whether that is anything. */
    boolean addTo(Properties properties) {
        String known = options;
        if (!known.isEmpty()) {
            properties.setProperty(OPTIONS, (properties.getProperty(OPTIONS, "") + " " + known).strip());
        }
        return !known.isEmpty();
    }

    /** Returns what the next login has as options; empty if nothing. */
    String options() {
        return options;
    }

    /**
     * Gives an open session settings, and learns from it in the same question to the server what the next login needs.
     *
     * @param sessionSettings statements that give them
     */
    void learn(Connection connection, String sessionSettings) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (connection.getMetaData().getDatabaseMajorVersion() < SINCE) {
                statement.execute(sessionSettings);
                return;
            }
            statement.execute(String.join(";\n", NEXT, sessionSettings, ORIGIN));
            try (ResultSet rows = statement.getResultSet()) {
                rows.next();
                options = rows.getString(1);
            }
        }
    }

    /** Returns how the session of a server acts as any other: the role that a login had to take, and takes again when its settings are reset, is not its own. */
    static String asAnyOther(Connection connection) throws SQLException {
        return connection.getMetaData().getDatabaseMajorVersion() < SINCE ? "" : ORIGIN + ";\n";
    }

    /**
     * Learns from a login that was refused: the account lost the right that the login used, or such a trigger wrote where a read-only gate is
     * closed, which a process that starts meanwhile cannot know.
     *
     * @return whether another login may succeed
     */
    boolean learn(SQLException refused) {
        String state = refused.getSQLState();
        if (INSUFFICIENT_PRIVILEGE.equals(state) && !options.isEmpty()) {
            options = options.equals(WRITABLE) ? "" : WRITABLE;
            return true;
        }
        if (READ_ONLY.equals(state) && options.isEmpty()) {
            options = WRITABLE;
            return true;
        }
        return false;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LoginTriggers;
    }

    @Override
    public int hashCode() {
        return 1;
    }
}
