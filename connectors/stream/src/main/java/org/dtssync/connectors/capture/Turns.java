package org.dtssync.connectors.capture;

import java.util.function.LongSupplier;

/**
 * Whose turn it is: rows that a load reads, or changes. While changes are behind, they get as much time as the rows before them took; else
 * a load, which nearly always has rows waiting, would let through one batch of changes for each chunk.
 *
 * <p>Not thread-safe.
 */
final class Turns {

    /** As many events at once are waiting only if changes come faster than they are written. */
    private static final int MANY = 2048;

    private final LongSupplier nanoTime;
    private boolean behind;
    private long began;
    private long ended;
    private long took;

    Turns(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    boolean areRowsNext() {
        return !behind || nanoTime.getAsLong() - ended >= took;
    }

    void rowsBegin() {
        began = nanoTime.getAsLong();
    }

    void rowsEnd() {
        ended = nanoTime.getAsLong();
        took = ended - began;
    }

    /** So many came at once. */
    void changesCame(int events) {
        behind = events >= MANY;
    }
}
