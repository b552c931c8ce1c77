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
import org.jspecify.annotations.Nullable;

/**
 * The setting {@code default_transaction_read_only} of one database and of the roles that have their own: switched on for
 * the read-only gate, with the previous values stored in the same transaction, and restored exactly.
 *
 * @param database reached with the task's account
 * @param task the task that closes the database
 */
public record ReadOnlyDefaults(DatabaseConnections database, String task) {

    private static final String NAME = "default_transaction_read_only";
    /**
     * Switches it on. Safe to repeat.
     *
     * @param epoch held by the transaction, one of this database; null if the caller holds the task by other means
     */
    void switchOn(@Nullable Epoch epoch) {
        database.doInTransaction("The " + database.role() + " could not be set read-only", connection -> {
            begin(connection, epoch);
            for (Earlier earlier : store().keep(connection)) {
                set(connection, earlier.role(), "SET " + NAME + " = on");
            }
        });
    }

    /**
     * Restores the previous values; does nothing if this task has not closed the database.
     *
     * @param epoch as above
     * @return whether there was one
     */
    boolean putBack(@Nullable Epoch epoch) {
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

    /** Leaves it unchanged, and deletes the previous values. */
    void forget() {
        database.doInTransaction(
                "The read-only gate of the " + database.role() + " could not be removed", connection -> {
                    store().forget(connection);
                });
    }

    /** Returns the statements that restore it, for a person; empty if this task has not closed the database. */
    List<String> statements() {
        return database.inTransaction(
                "The read-only gate of the " + database.role() + " could not be read", connection -> {
                    List<String> statements = new ArrayList<>();
                    for (Earlier earlier : store().kept(connection)) {
                        statements.add(subject(connection, earlier.role()) + " " + statement(earlier) + ";");
                    }
                    return statements;
                });
    }

    private static void begin(Connection connection, @Nullable Epoch epoch) throws SQLException {
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
