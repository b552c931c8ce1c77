package org.dtssync.app.verify;

import java.util.concurrent.TimeUnit;

/** Keeps all workers of a comparison together to a number of rows a second. Thread-safe. */
final class RowPace {

    private static final double NANOS_PER_SECOND = 1e9;

    private final long rowsPerSecond;
    private long dueNanos = System.nanoTime();

    /**
     * Creates a pace that begins now.
     *
     * @param rowsPerSecond rows of the source a second; 0 for no limit
     */
    RowPace(long rowsPerSecond) {
        this.rowsPerSecond = rowsPerSecond;
    }

    /** Returns once so many rows more may have been read. */
    void took(long rows) throws InterruptedException {
        if (rowsPerSecond == 0) {
            return;
        }
        long wait;
        synchronized (this) {
            long now = System.nanoTime();
            // What was not used while nobody read must not come back as a burst.
            dueNanos = Math.max(dueNanos, now) + (long) (rows * NANOS_PER_SECOND / rowsPerSecond);
            wait = dueNanos - now;
        }
        TimeUnit.NANOSECONDS.sleep(wait);
    }
}
