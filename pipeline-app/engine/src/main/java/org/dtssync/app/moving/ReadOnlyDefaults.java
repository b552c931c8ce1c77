package org.dtssync.app.moving;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.dtssync.app.state.ReadOnlyStore;
import org.dtssync.app.state.ReadOnlyStore.Earlier;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Identifiers;

/**
 * The setting {@code default_transaction_read_only} of one database and of the roles that have one of their own: switched on for
 * a fence, with what it was kept in the same transaction, and put back exactly.
 *
 * @param database reached with the task's account
 * @param task whose fence it is
 */
public record ReadOnlyDefaults(DatabaseConnections database, String task) {

    private static final String NAME = "default_transaction_read_only";
    /**
     * Switches it on. Once more is harmless.
     *
     * @param fence held by the transaction, one of this database; null if whoever calls holds the task by other means
     */
    void switchOn(Epoch epoch) {
        database.inTransaction("The " + database.role() + " could not be set read-only", connection -> {
            begin(connection, epoch);
            for (Earlier earlier : store().keep(connection)) {
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
    boolean putBack(Epoch epoch) {
        return database.inTransaction("The " + database.role() + " could not be set writable", connection -> {
            begin(connection, epoch);
            List<Earlier> kept = store().kept(connection);
            for (Earlier earlier : kept) {
                set(connection, earlier.role(), statement(earlier));
            }
            store().forget(connection);
            return !kept.isEmpty();
        });
    }

    /** Leaves it as it is, and forgets what it was. */
    void forget() {
        database.inTransaction("The fence of the " + database.role() + " could not be forgotten", connection -> {
            store().forget(connection);
            return null;
        });
    }

    /** Returns the statements that put it back, for a person; empty where no fence of this task is. */
    List<String> statements() {
        return database.inTransaction("The fence of the " + database.role() + " could not be looked up", connection -> {
            List<String> statements = new ArrayList<>();
            for (Earlier earlier : store().kept(connection)) {
                statements.add(subject(connection, earlier.role()) + " " + statement(earlier) + ";");
            }
            return statements;
        });
    }

    private static void begin(Connection connection, Epoch epoch) throws SQLException {
        if (epoch != null) {
            epoch.hold(connection);
        }
    }

    private static String statement(Earlier earlier) {
        return earlier.value() == null ? "RESET " + NAME : "SET " + NAME + " = " + Identifiers.literal(earlier.value());
    }

    private static String subject(Connection connection, String role) throws SQLException {
        String name = Identifiers.quote(connection.getCatalog());
        return role.equals(ReadOnlyStore.DATABASE_ITSELF)
                ? "ALTER DATABASE " + name
                : "ALTER ROLE " + Identifiers.quote(role) + " IN DATABASE " + name;
    }

    /** As the role itself, which may always change its own settings. */
    private static void set(Connection connection, String role, String what) throws SQLException {
        if (role.equals(ReadOnlyStore.DATABASE_ITSELF)) {
            execute(connection, subject(connection, role) + " " + what);
        } else {
            execute(connection, "SET LOCAL ROLE " + Identifiers.quote(role));
            execute(connection, subject(connection, role) + " " + what);
            execute(connection, "RESET ROLE");
        }
    }

    private ReadOnlyStore store() {
        return new ReadOnlyStore(database, task);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
