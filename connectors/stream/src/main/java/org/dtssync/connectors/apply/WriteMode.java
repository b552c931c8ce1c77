package org.dtssync.connectors.apply;

/** How rows are written. */
enum WriteMode {
    /**
     * Before the consistency point: rows may be there already or not yet, since the snapshot was taken while changes went on.
     * Every row is put there or taken away, whatever was there.
     */
    CONVERGE,
    /** After it: each statement must change exactly the rows it is meant to, or something else has written. */
    EXACT
}
