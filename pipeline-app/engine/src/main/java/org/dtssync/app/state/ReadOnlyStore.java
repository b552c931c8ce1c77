package org.dtssync.app.state;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.schemas.StateMigrations;
import org.jspecify.annotations.Nullable;

/**
 * The value of {@code default_transaction_read_only} before a task made a database read-only, stored in that database. Every method joins
 * the connection's transaction. Thread-safe.
 *
 * @param database the database that is closed
 * @param task the task's name
 */
public record ReadOnlyStore(DatabaseConnections database, String task) {

    /** The role that stands for the database's own setting. */
    public static final String DATABASE_ITSELF = "";

    /** A role's own setting takes precedence over the database's, so each role that has one gets another for this database. */
    private static final String EARLIER = """
            WITH setting AS (
                SELECT s.setrole, s.setdatabase, substr(c, length('default_transaction_read_only=') + 1) AS value
                FROM pg_db_role_setting s, unnest(s.setconfig) c
                WHERE starts_with(c, 'default_transaction_read_only=')
                  AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
            )
            SELECT '' AS role_name, (SELECT value FROM setting WHERE setrole = 0 AND setdatabase <> 0) AS earlier
            UNION ALL
            SELECT r.rolname, (SELECT value FROM setting s WHERE s.setrole = r.oid AND s.setdatabase <> 0)
            FROM pg_roles r WHERE r.oid IN (SELECT setrole FROM setting)
            """;

    /**
     * The previous setting.
     *
     * @param role whose setting, or {@link #DATABASE_ITSELF}
     * @param value null if it was not set
     */
    public record Earlier(String role, @Nullable String value) {}

    /** Stores the current settings, unless earlier ones are stored already, and returns the stored ones. */
    public List<Earlier> keep(Connection connection) throws SQLException {
        new StateSchema(database).install(connection, StateMigrations.READ_ONLY);
        List<Earlier> kept = kept(connection);
        if (!kept.isEmpty()) {
            return kept;
        }
        Statements.update(connection, """
                INSERT INTO dts_sync.write_fence (task, role_name, earlier)
                SELECT ?, role_name, earlier FROM (%s) earlier
                """.formatted(EARLIER), task);
        return kept(connection);
    }

    /** Returns the stored settings of roles that still exist; empty if the task closed nothing here. */
    public List<Earlier> kept(Connection connection) throws SQLException {
        if (!Statements.isThere(connection, "dts_sync.write_fence")) {
            return List.of();
        }
        return Statements.list(connection, """
                SELECT role_name, earlier FROM dts_sync.write_fence
                WHERE task = ? AND (role_name = '' OR to_regrole(quote_ident(role_name)) IS NOT NULL) ORDER BY role_name
                """, row -> new Earlier(row.getString(1), row.getString(2)), task);
    }

    /** Deletes the stored settings. */
    public void forget(Connection connection) throws SQLException {
        if (Statements.isThere(connection, "dts_sync.write_fence")) {
            Statements.update(connection, "DELETE FROM dts_sync.write_fence WHERE task = ?", task);
        }
    }
}
