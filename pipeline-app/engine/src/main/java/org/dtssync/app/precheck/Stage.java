package org.dtssync.app.precheck;

import java.util.Locale;

/** The part of a task's life that a check is for: where it would end if the finding were ignored. */
public enum Stage {
    /** Before anything is made: the servers are reached and fit. */
    PREPARE,
    /** Schema objects are created and existing rows are copied. */
    LOAD,
    /** Changes are captured and applied. */
    STREAM,
    /** Applications are moved to the destination. */
    SWITCHOVER,
    /** The source follows the destination after a switchover. */
    REVERSE,
    /** Applications are moved back. */
    ROLLBACK,
    /** What the task has made is removed. */
    RELEASE;

    /** Returns the name shown to people and in JSON. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
