package org.dtssync.app.state;

import java.util.Locale;

/** How far one table is. */
public enum TableState {
    /** Not begun. */
    PENDING,
    /** Its history is being loaded. */
    COPYING,
    /** Its history is loaded. */
    COPIED,
    /** Its changes are applied. */
    STREAMING,
    /** It stopped the task. */
    FAILED,
    /** It was taken out. */
    SKIPPED;

    /** Returns the name kept in the state and shown in JSON. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reverses {@link #label}. */
    public static TableState of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
