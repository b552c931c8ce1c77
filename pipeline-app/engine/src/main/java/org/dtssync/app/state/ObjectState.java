package org.dtssync.app.state;

import java.util.Locale;

/** The state of one schema object at the destination. */
public enum ObjectState {
    /** Not created yet. Set when the list is saved and when a person corrects the statement. */
    PENDING,
    /** Created; set in the transaction that creates it. */
    DONE,
    /** PostgreSQL refused it; retried by the next run. */
    FAILED,
    /** Skipped by a person. */
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
