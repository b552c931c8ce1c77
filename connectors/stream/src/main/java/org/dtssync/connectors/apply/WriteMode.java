package org.dtssync.connectors.apply;

/** How rows are written. */
enum WriteMode {
    /**
     * Before the consistency point: rows may or may not exist yet, since the snapshot was taken while changes were made.
     * Every row is upserted or deleted, whatever existed.
     */
    CONVERGE,
    /** After it: each statement must change exactly the rows it is meant to, or another client has written. */
    EXACT
}
