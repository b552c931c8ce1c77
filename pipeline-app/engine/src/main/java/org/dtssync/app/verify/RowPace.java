package org.dtssync.app.verify;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Limits all workers of a verification together to a number of rows per second. Thread-safe. */
final class RowPace {

    private static final double NANOS_PER_SECOND = 1e9;

    private final LongSupplier limit;
    private long dueNanos = System.nanoTime();

    /**
     * Creates a pace that starts now.
     *
     * @param limit source rows per second, queried again for each portion; 0 for no limit
     */
    RowPace(LongSupplier limit) {
        this.limit = limit;
    }

    /** Returns once this many additional rows are within the limit. */
    void took(long rows) throws InterruptedException {
        long rowsPerSecond = limit.getAsLong();
        if (rowsPerSecond == 0) {
            return;
        }
        long wait;
        synchronized (this) {
            long now = System.nanoTime();
            // Time in which no rows were read must not turn into a burst.
            dueNanos = Math.max(dueNanos, now) + (long) (rows * NANOS_PER_SECOND / rowsPerSecond);
            wait = dueNanos - now;
        }
        TimeUnit.NANOSECONDS.sleep(wait);
    }
}
