package org.dtssync.app.drift;

import java.sql.ResultSet;
import java.sql.Statement;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;

/**
 * How a schema change is repeated at a database that a switch has made read-only: after a switchover that is the source, after a rollback
 * the destination. Stateless.
 */
public final class ReadOnlySide {

    private ReadOnlySide() {}

    /**
     * Returns a sentence, with a blank before it, that says how an account changes it all the same; empty if it is not read-only, or cannot be
     * asked.
     */
    public static String hint(DatabaseConnections database) {
        try {
            return isReadOnly(database)
                    ? " The " + database.role()
                            + " is read-only since applications left it; in the session that makes the change, first run"
                            + " SET default_transaction_read_only = off;"
                    : "";
        } catch (SyncException e) {
            return "";
        }
    }

    /** By the default of the database, which our own sessions do not follow. */
    private static boolean isReadOnly(DatabaseConnections database) {
        return database.inTransaction("The settings of the " + database.role() + " could not be read", connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("""
                            SELECT EXISTS (
                                SELECT FROM pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) c
                                WHERE s.setdatabase = (SELECT oid FROM pg_catalog.pg_database
                                                       WHERE datname = pg_catalog.current_database())
                                  AND c = 'default_transaction_read_only=on')
                            """)) {
                rows.next();
                return rows.getBoolean(1);
            }
        });
    }
}
