package org.dtssync.app.state;

import java.util.Locale;

/** How far one object of the structure is at the destination. */
public enum ObjectState {
    /** Not made yet. Set when the list is saved and when a person corrects the statement. */
    PENDING,
    /** Made; set in the transaction that makes it. */
    DONE,
    /** PostgreSQL refused it; tried again by the next run. */
    FAILED,
    /** A person took it out. */
    SKIPPED;

    /** Returns the name kept in the state and shown to people. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reverses {@link #label}. */
    public static ObjectState of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
