package org.dtssync.app.state;

import java.util.Locale;

/** The phases of a task, in their order, under the names that are shown everywhere. */
public enum Phase {
    /** Everything that could go wrong is looked at, nothing is changed. */
    PRECHECK,
    /** Publication, slot, dts_sync schema, first cut. */
    PREPARE,
    /** Changes flow into the topics from here on. */
    CAPTURE,
    /** Pre-data structure is made at the destination. */
    SCHEMA,
    /** History is loaded. */
    SNAPSHOT,
    /** Topics are applied up to the consistency point. */
    CATCH_UP,
    /** Post-data structure, statistics, materialized views. */
    FINALIZE,
    /** The destination follows the source, commit by commit. */
    INCREMENTAL,
    /** Applications are being moved to the destination; until they are, it can be undone. */
    SWITCHOVER,
    /** Applications use the destination, and the source follows it. */
    REVERSE,
    /** Applications are being moved back; until they are, it can be undone. */
    ROLLBACK,
    /** Applications use the destination, and nothing follows it any more. */
    COMPLETE,
    /** Applications were moved back without everything written at the destination, and nothing follows any more. */
    ABANDONED;

    /** Returns the name shown to people and kept in the state. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Reverses {@link #label}. */
    public static Phase of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** Returns whether applications use the destination. */
    public boolean isAtDestination() {
        return this == REVERSE || this == ROLLBACK || this == COMPLETE;
    }

    /** Returns whether nothing is left to run. */
    public boolean isOver() {
        return this == COMPLETE || this == ABANDONED;
    }

    /** Returns whether this phase comes after the other. */
    public boolean isAfter(Phase other) {
        return compareTo(other) > 0;
    }
}
