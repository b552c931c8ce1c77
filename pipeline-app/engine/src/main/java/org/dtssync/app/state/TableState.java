package org.dtssync.app.state;

import java.util.Locale;

/** The state of one table. */
public enum TableState {
    /** Not begun. */
    PENDING,
    /** Its existing rows are being copied. */
    COPYING,
    /** Its existing rows are copied. */
    COPIED,
    /** Its changes are applied. */
    STREAMING,
    /** It was removed from the task. */
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
