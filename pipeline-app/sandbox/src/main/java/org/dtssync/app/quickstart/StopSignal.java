package org.dtssync.app.quickstart;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dtssync.app.tasks.ProcessEnd;

/**
 * Turns Ctrl-C and SIGTERM into an interrupt of the thread that made this, and keeps the process alive until that thread has
 * cleaned up. Thread-safe.
 */
final class StopSignal implements AutoCloseable {

    private static final long WAIT_SECONDS = 30;

    private final Thread worker = Thread.currentThread();
    private final CountDownLatch cleared = new CountDownLatch(1);
    private final AtomicBoolean requested = new AtomicBoolean();
    private final Thread hook = new Thread(this::stop, "quickstart-stop");
    private volatile int exitCode = 1;

    StopSignal() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void stop() {
        requested.set(true);
        worker.interrupt();
        try {
            if (!cleared.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("The quickstart did not clean up in time; its servers end with it.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ProcessEnd.halt(exitCode);
    }

    /** Returns whether a signal arrived. */
    boolean requested() {
        return requested.get();
    }

    /** Sets the exit code for a signal from now on; 1 before. */
    void endWith(int code) {
        exitCode = code;
    }

    /** Returns the current exit code for a signal. */
    int exitCode() {
        return exitCode;
    }

    /** Call when everything is cleaned up. */
    @Override
    public void close() {
        cleared.countDown();
        if (!requested.get()) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}
