package org.dtssync.app.moving;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * Proves that a database refuses writes: tries one with the settings that a login of each application role begins with, and one
 * without special settings.
 *
 * @param database reached with the task's account, a member of each role
 * @param tables the selected tables; may be empty
 * @param applicationRoles the roles
 */
public record ReadOnlyProof(DatabaseConnections database, List<TableName> tables, List<String> applicationRoles) {

    private static final String READ_ONLY = "25006";
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    /** In the order of a login, the first one that exists: the role in the database, the role, the database, all. */
    private static final String AT_LOGIN = """
            SELECT substr(c, length('default_transaction_read_only=') + 1)
            FROM pg_db_role_setting s, unnest(s.setconfig) c
            WHERE starts_with(c, 'default_transaction_read_only=')
              AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
              AND s.setrole IN (0, coalesce(to_regrole(quote_ident(?))::oid, 0))
            ORDER BY s.setrole = 0, s.setdatabase = 0 LIMIT 1
            """;

    /**
     * Proves it, with one session for all roles: applications are waiting, and a login takes longer than the proof.
     *
     * @param connection in autocommit mode; its settings are as before when this returns
     * @throws SyncException of kind TRANSIENT if a write was not refused
     */
    void run(Connection connection) throws SQLException {
        // Not with RESET: that is the value at the login, not the one that every session of a task is given after it.
        String readOnly = setting(connection, "default_transaction_read_only");
        String role = setting(connection, "role");
        List<String> roles = new ArrayList<>(applicationRoles);
        roles.add(null);
        for (String tried : roles) {
            prove(connection, tried);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET default_transaction_read_only = " + readOnly);
                statement.execute("SET ROLE " + (role.equals("none") ? "NONE" : Identifiers.quote(role)));
            }
        }
    }

    private static String setting(Connection connection, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT current_setting(?)")) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    private void prove(Connection connection, @Nullable String role) throws SQLException {
        String setting = atLogin(connection, role);
        boolean refused;
        try (Statement statement = connection.createStatement()) {
            if (role != null) {
                statement.execute("SET ROLE " + Identifiers.quote(role));
            }
            statement.execute("SET default_transaction_read_only = " + setting);
            connection.setAutoCommit(false);
            try {
                statement.execute("SET LOCAL lock_timeout = '5s'");
                refused = isRefused(connection);
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
        if (!refused) {
            throw new SyncException(
                    FaultKind.TRANSIENT,
                    "The " + database.role() + " was fenced, but "
                            + (role == null ? "a session without its own settings" : "role " + role)
                            + " could still write.",
                    "Find where default_transaction_read_only is set for it: SELECT * FROM pg_db_role_setting.");
        }
    }

    private static String atLogin(Connection connection, @Nullable String role) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(AT_LOGIN)) {
            statement.setString(1, role);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : "off";
            }
        }
    }

    /** For a role that may not write to the table, another write is tried, which is refused before any check of rights. */
    private boolean isRefused(Connection connection) throws SQLException {
        if (!tables.isEmpty()) {
            String state =
                    attempt(connection, "DELETE FROM ONLY " + tables.get(0).sql() + " WHERE false");
            if (!state.equals(INSUFFICIENT_PRIVILEGE)) {
                return state.equals(READ_ONLY);
            }
            connection.rollback();
        }
        return attempt(connection, "CREATE SCHEMA dts_sync_refused").equals(READ_ONLY);
    }

    /** Returns the SQLSTATE of the refusal, or an empty text. */
    private static String attempt(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return "";
        } catch (SQLException e) {
            if (READ_ONLY.equals(e.getSQLState()) || INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
                return e.getSQLState();
            }
            throw e;
        }
    }
}
