package org.dtssync.app.tasks;

/** How far a switchover or a rollback goes. */
public enum SwitchMode {
    /** Applications are moved. */
    MOVE,
    /** Everything up to the read-only database and back: measures for how long writes are blocked. */
    REHEARSE,
    /** Only checks the preconditions and verifies. */
    DRY_RUN
}
