package org.dtssync.app.bench;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits between two looks. Stateless. */
final class Pause {

    private Pause() {}

    /** Waits about so long; fails if the thread was interrupted. */
    static void millis(long millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
        if (Thread.currentThread().isInterrupted()) {
            throw new BenchException("The benchmark was interrupted.");
        }
    }
}
