package org.dtssync.app.drift;

import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.ReadOnlyDefault;

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
        return ReadOnlyDefault.isSet(database)
                ? " The " + database.role()
                        + " is read-only since applications left it; in the session that makes the change, first run "
                        + ReadOnlyDefault.OFF
                : "";
    }
}
