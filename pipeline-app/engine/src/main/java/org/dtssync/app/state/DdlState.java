package org.dtssync.app.state;

import java.util.Locale;

/** The state of a command that changes the structure, at the destination. */
public enum DdlState {
    /** It has not run: a person has to allow it, or has just allowed or corrected it. */
    WAITING,
    /** It is running, or was running when the run ended. */
    RUNNING,
    /** PostgreSQL refused it, or it left another structure than at the source; the next run retries it. */
    FAILED,
    /** It was run; set in the transaction that did. */
    DONE,
    /** A person left it out. */
    SKIPPED;

    /** Returns the name kept in the state and shown to people. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reverses {@link #label}. */
    public static DdlState of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
