package org.dtssync.app.tasks;

/** How far a switchover or a rollback goes. */
public enum SwitchMode {
    /** Applications are moved. */
    MOVE,
    /** Everything up to the read-only database and back: tells how long writes stand still. */
    REHEARSE,
    /** Only checks the preconditions and compares. */
    DRY_RUN
}
