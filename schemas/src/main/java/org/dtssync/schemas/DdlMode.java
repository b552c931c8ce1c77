package org.dtssync.schemas;

/** What a task does about commands that change the structure of its source; a task keeps the mode it began with. */
public enum DdlMode {
    /** The task stops at the first of them. */
    STOP,
    /** They run at the destination where they stood among the rows. */
    CARRY,
    /** The same, once a person has allowed each of them. */
    HOLD;

    /** Returns whether commands are recorded at the source and sent with the rows. */
    public boolean carries() {
        return this != STOP;
    }
}
