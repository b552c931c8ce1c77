package org.dtssync.app.pipeline;

import java.util.Locale;

/** How far a run goes. */
public enum RunGoal {
    /** Until the pre-data objects are created. */
    SCHEMA,
    /** Until existing rows are copied. */
    SNAPSHOT,
    /** Until a heartbeat written after the load is applied. */
    CAUGHT_UP,
    /** Until both databases were verified after that. */
    VERIFIED,
    /** Until it is stopped. */
    NONE;

    /** Returns the name on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
