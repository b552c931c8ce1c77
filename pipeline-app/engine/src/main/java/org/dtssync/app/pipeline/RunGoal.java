package org.dtssync.app.pipeline;

import java.util.Locale;

/** How far a run goes. */
public enum RunGoal {
    /** Until the pre-data structure is made. */
    SCHEMA,
    /** Until history is loaded. */
    SNAPSHOT,
    /** Until a heartbeat written after the load is applied. */
    CAUGHT_UP,
    /** Until both databases were compared after that. */
    VERIFIED,
    /** Until it is stopped. */
    NONE;

    /** Returns the name on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
