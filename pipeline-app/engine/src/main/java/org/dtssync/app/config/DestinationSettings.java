package org.dtssync.app.config;

import org.dtssync.connectors.postgres.DatabaseSettings;

/**
 * Section {@code destination}.
 *
 * @param database how to reach it
 * @param existing what to do where selected objects exist there already
 */
public record DestinationSettings(DatabaseSettings database, Existing existing) {

    /** What to do where selected objects exist at the destination already. */
    public enum Existing {
        /** The precheck fails and names them. */
        FAIL,
        /** Their structure is kept, and their rows are removed before the load. */
        EMPTY,
        /** Their structure is kept; they must be empty. */
        ADOPT
    }
}
