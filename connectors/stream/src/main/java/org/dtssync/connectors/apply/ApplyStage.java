package org.dtssync.connectors.apply;

/** What the applier does for each write, one after the other. */
public enum ApplyStage {
    /** Reads the changes of the cuts from the topics, and folds them. */
    READ,
    /** Sends the statements to the destination. */
    WRITE,
    /** Commits, after which the changes are visible. */
    COMMIT
}
