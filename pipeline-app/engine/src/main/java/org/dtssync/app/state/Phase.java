package org.dtssync.app.state;

import java.util.Locale;

/** The phases of a task, in order, under the names that are shown everywhere. */
public enum Phase {
    /** Everything that could go wrong is checked, nothing is changed. */
    PRECHECK,
    /** Publication, slot, dts_sync schema, first cut. */
    PREPARE,
    /** Changes flow into the topics from here on. */
    CAPTURE,
    /** Pre-data objects are created at the destination. */
    SCHEMA,
    /** Existing rows are copied. */
    SNAPSHOT,
    /** Topics are applied up to the consistency point. */
    CATCH_UP,
    /** Post-data objects, statistics, materialized views. */
    FINALIZE,
    /** The destination follows the source, commit by commit. */
    INCREMENTAL,
    /** Applications are being moved to the destination; until they are, it can be undone. */
    SWITCHOVER,
    /** Applications use the destination, and the source follows it. */
    REVERSE,
    /** Applications are being moved back; until they are, it can be undone. */
    ROLLBACK,
    /** Applications use the destination, and replication has ended. */
    COMPLETE,
    /** Applications were moved back without all changes made at the destination, and replication has ended. */
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

    /** Returns whether the task has ended. */
    public boolean isOver() {
        return this == COMPLETE || this == ABANDONED;
    }

    /** Returns whether this phase comes after the other. */
    public boolean isAfter(Phase other) {
        return compareTo(other) > 0;
    }
}
