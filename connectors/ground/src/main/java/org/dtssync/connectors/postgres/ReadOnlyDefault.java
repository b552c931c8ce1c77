package org.dtssync.connectors.postgres;

import java.sql.ResultSet;
import java.sql.Statement;
import org.dtssync.connectors.fault.SyncException;

/** Whether a switch has closed a database to applications: by its default, which our own sessions do not follow. Stateless. */
public final class ReadOnlyDefault {

    /** What a person's session runs first to change a closed database all the same. */
    public static final String OFF = "SET default_transaction_read_only = off;";

    private ReadOnlyDefault() {}

    /** Returns whether new sessions of a database are read-only; false if it cannot be asked. */
    public static boolean isSet(DatabaseConnections database) {
        try {
            return database.inTransaction(
                    "The settings of the " + database.role() + " could not be read", connection -> {
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
        } catch (SyncException e) {
            return false;
        }
    }
}
