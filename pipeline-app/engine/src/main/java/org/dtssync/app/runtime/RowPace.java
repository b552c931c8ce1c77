package org.dtssync.app.runtime;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Limits several workers together to a number of rows per second, which may change while they wait. Thread-safe. */
public final class RowPace {

    private static final double NANOS_PER_SECOND = 1e9;

    /** The longest sleep before the limit is queried again. */
    private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier limit;
    private long asOfNanos = System.nanoTime();

    /** How many rows the limit has allowed so far, and how many were announced. */
    private double allowed;

    private double announced;

    /**
     * Creates a pace that starts now.
     *
     * @param limit rows per second, queried for each portion and once a second during a wait; 0 for no limit
     */
    public RowPace(LongSupplier limit) {
        this.limit = limit;
    }

    /**
     * Returns once this many additional rows are within the limit.
     *
     * @throws InterruptedException if this thread is interrupted while it waits
     */
    public void took(long rows) throws InterruptedException {
        double turn = -1;
        while (true) {
            // Outside the lock: the limit may be read from a database.
            long perSecond = limit.getAsLong();
            long wait;
            synchronized (this) {
                advance(perSecond);
                if (perSecond == 0) {
                    return;
                }
                if (turn < 0) {
                    announced += rows;
                    turn = announced;
                }
                if (allowed >= turn) {
                    return;
                }
                wait = (long) Math.ceil((turn - allowed) * NANOS_PER_SECOND / perSecond);
            }
            TimeUnit.NANOSECONDS.sleep(Math.min(wait, LOOK_AGAIN_NANOS));
        }
    }

    private void advance(long perSecond) {
        long now = System.nanoTime();
        double gained = (now - asOfNanos) * perSecond / NANOS_PER_SECOND;
        asOfNanos = now;
        // Time in which no rows were taken must not turn into a burst; without a limit nobody waits.
        allowed = perSecond == 0 ? announced : Math.min(announced, allowed + gained);
    }
}
