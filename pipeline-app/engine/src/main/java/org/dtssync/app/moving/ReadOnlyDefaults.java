package org.dtssync.app.moving;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Fence;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.schemas.SqlResources;

/**
 * The setting {@code default_transaction_read_only} of one database and of the roles that have one of their own: switched on for
 * a fence, with what it was kept in the same transaction, and put back exactly.
 *
 * @param database reached with the task's account
 * @param task whose fence it is
 */
public record ReadOnlyDefaults(DatabaseConnections database, String task) {

    private static final String NAME = "default_transaction_read_only";
    private static final String DATABASE_ITSELF = "";

    /** A role's own setting wins over the database's, so each role that has one gets another for this database. */
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

    /** What it was, where it was set. */
    private record Earlier(String role, String value) {}

    /**
     * Switches it on. Once more is harmless.
     *
     * @param fence held by the transaction, one of this database; null if whoever calls holds the task by other means
     */
    void switchOn(Fence fence) {
        database.inTransaction("The " + database.role() + " could not be set read-only", connection -> {
            begin(connection, fence);
            execute(connection, SqlResources.WRITE_FENCE.text());
            List<Earlier> kept = kept(connection);
            if (kept.isEmpty()) {
                keep(connection);
                kept = kept(connection);
            }
            for (Earlier earlier : kept) {
                set(connection, earlier.role(), "SET " + NAME + " = on");
            }
            return null;
        });
    }

    /**
     * Puts it back to what it was; does nothing where no fence of this task is.
     *
     * @param fence as above
     * @return whether there was one
     */
    boolean putBack(Fence fence) {
        return database.inTransaction("The " + database.role() + " could not be set writable", connection -> {
            begin(connection, fence);
            if (!isKept(connection)) {
                return false;
            }
            List<Earlier> kept = kept(connection);
            for (Earlier earlier : kept) {
                set(connection, earlier.role(), statement(earlier));
            }
            delete(connection);
            return !kept.isEmpty();
        });
    }

    /** Leaves it as it is, and forgets what it was. */
    void forget() {
        database.inTransaction("The fence of the " + database.role() + " could not be forgotten", connection -> {
            if (isKept(connection)) {
                delete(connection);
            }
            return null;
        });
    }

    private void delete(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("DELETE FROM dts_sync.write_fence WHERE task = ?")) {
            statement.setString(1, task);
            statement.executeUpdate();
        }
    }

    /** Returns the statements that put it back, for a person; empty where no fence of this task is. */
    List<String> statements() {
        return database.inTransaction("The fence of the " + database.role() + " could not be looked up", connection -> {
            List<String> statements = new ArrayList<>();
            if (isKept(connection)) {
                for (Earlier earlier : kept(connection)) {
                    statements.add(subject(connection, earlier.role()) + " " + statement(earlier) + ";");
                }
            }
            return statements;
        });
    }

    private static void begin(Connection connection, Fence fence) throws SQLException {
        if (fence != null) {
            fence.hold(connection);
        }
    }

    private static String statement(Earlier earlier) {
        return earlier.value() == null ? "RESET " + NAME : "SET " + NAME + " = " + Identifiers.literal(earlier.value());
    }

    private static String subject(Connection connection, String role) throws SQLException {
        String name = Identifiers.quote(connection.getCatalog());
        return role.equals(DATABASE_ITSELF)
                ? "ALTER DATABASE " + name
                : "ALTER ROLE " + Identifiers.quote(role) + " IN DATABASE " + name;
    }

    /** As the role itself, which may always change its own settings. */
    private static void set(Connection connection, String role, String what) throws SQLException {
        if (role.equals(DATABASE_ITSELF)) {
            execute(connection, subject(connection, role) + " " + what);
        } else {
            execute(connection, "SET LOCAL ROLE " + Identifiers.quote(role));
            execute(connection, subject(connection, role) + " " + what);
            execute(connection, "RESET ROLE");
        }
    }

    private static boolean isKept(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT to_regclass('dts_sync.write_fence') IS NOT NULL")) {
            rows.next();
            return rows.getBoolean(1);
        }
    }

    private void keep(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                INSERT INTO dts_sync.write_fence (task, role_name, earlier)
                SELECT ?, role_name, earlier FROM (%s) earlier
                """.formatted(EARLIER))) {
            statement.setString(1, task);
            statement.executeUpdate();
        }
    }

    private List<Earlier> kept(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT role_name, earlier FROM dts_sync.write_fence
                WHERE task = ? AND (role_name = '' OR to_regrole(quote_ident(role_name)) IS NOT NULL) ORDER BY role_name
                """)) {
            statement.setString(1, task);
            try (ResultSet rows = statement.executeQuery()) {
                List<Earlier> kept = new ArrayList<>();
                while (rows.next()) {
                    kept.add(new Earlier(rows.getString(1), rows.getString(2)));
                }
                return kept;
            }
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
