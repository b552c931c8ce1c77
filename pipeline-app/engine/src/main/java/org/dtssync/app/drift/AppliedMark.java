package org.dtssync.app.drift;

import java.util.concurrent.TimeUnit;
import org.dtssync.connectors.postgres.Lsn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the applier of this run is, for those who have to wait for it before the task stops. Thread-safe.
 */
public final class AppliedMark {

    private static final Logger LOG = LoggerFactory.getLogger(AppliedMark.class);
    private static final long POLL_MILLIS = 50;

    /** Without any progress for so long the wait ends: what is left is applied by the next run. */
    private static final long STALLED_MILLIS = 60_000;

    private boolean applying;
    private Lsn applied = Lsn.ZERO;

    /** Tells that changes are applied from now on, or not any more. */
    public synchronized void applying(boolean whether) {
        applying = whether;
        notifyAll();
    }

    /** Tells how far the destination is. */
    public synchronized void reached(Lsn lsn) {
        applied = Lsn.max(applied, lsn);
        notifyAll();
    }

    /** Waits until a position is applied, if an applier is at work and gets on. */
    public synchronized void await(Lsn goal) throws InterruptedException {
        Lsn last = applied;
        long since = System.nanoTime();
        while (applying && !applied.reached(goal)) {
            wait(POLL_MILLIS);
            if (!applied.equals(last)) {
                last = applied;
                since = System.nanoTime();
            } else if (System.nanoTime() - since > TimeUnit.MILLISECONDS.toNanos(STALLED_MILLIS)) {
                LOG.warn("The applier does not get on, the task stops where it is. lsn={} goal={}", applied, goal);
                return;
            }
        }
    }
}
