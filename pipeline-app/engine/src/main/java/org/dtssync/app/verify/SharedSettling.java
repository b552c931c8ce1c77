package org.dtssync.app.verify;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.dtssync.connectors.postgres.Lsn;

/**
 * Lets all workers share heartbeats: those who come while one is under way wait for the next, which is written once for
 * all of them. Thread-safe.
 */
final class SharedSettling {

    private final Settling settling;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition finished = lock.newCondition();
    private boolean running;
    private long begun;
    private long ended;
    private Lsn lastLsn = Lsn.ZERO;

    SharedSettling(Settling settling) {
        this.settling = settling;
    }

    /** Returns once a heartbeat that was begun after this call is applied. */
    Lsn await() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long needed = begun + 1;
            while (ended < needed) {
                if (running) {
                    finished.await();
                } else {
                    runOne();
                }
            }
            return lastLsn;
        } finally {
            lock.unlock();
        }
    }

    /** Runs one heartbeat without the lock, so that others can come and wait for the next one. */
    private void runOne() throws InterruptedException {
        running = true;
        begun++;
        long number = begun;
        Lsn lsn = null;
        lock.unlock();
        try {
            lsn = settling.awaitApplied();
        } finally {
            lock.lock();
            running = false;
            if (lsn != null) {
                lastLsn = lsn;
                ended = number;
            }
            // After a failure the next waiter tries for itself: its need is not met yet.
            finished.signalAll();
        }
    }
}
