package org.dtssync.app.drift;

import java.util.concurrent.TimeUnit;
import org.dtssync.connectors.postgres.Lsn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The progress of this run's applier, for checks that wait for it before the task stops. Thread-safe.
 */
public final class AppliedMark {

    private static final Logger LOG = LoggerFactory.getLogger(AppliedMark.class);
    private static final long POLL_MILLIS = 50;

    /** Without any progress for this long the wait ends: the next run applies the rest. */
    private static final long STALLED_MILLIS = 60_000;

    private boolean applying;
    private Lsn applied = Lsn.ZERO;

    /** Sets whether changes are being applied. */
    public synchronized void applying(boolean whether) {
        applying = whether;
        notifyAll();
    }

    /** Sets the position applied at the destination. */
    public synchronized void reached(Lsn lsn) {
        applied = Lsn.max(applied, lsn);
        notifyAll();
    }

    /** Returns whether everything before a position is applied. */
    public synchronized boolean isPast(Lsn lsn) {
        return applied.reached(lsn);
    }

    /** Waits until a position is applied, if an applier is running and makes progress. */
    public synchronized void await(Lsn goal) throws InterruptedException {
        Lsn last = applied;
        long since = System.nanoTime();
        while (applying && !applied.reached(goal)) {
            wait(POLL_MILLIS);
            if (!applied.equals(last)) {
                last = applied;
                since = System.nanoTime();
            } else if (System.nanoTime() - since > TimeUnit.MILLISECONDS.toNanos(STALLED_MILLIS)) {
                LOG.warn("The applier is making no progress; stopping. lsn={} goal={}", applied, goal);
                return;
            }
        }
    }
}
