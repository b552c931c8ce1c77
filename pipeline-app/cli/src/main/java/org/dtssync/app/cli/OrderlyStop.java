package org.dtssync.app.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dtssync.app.tasks.ProcessEnd;

/**
 * Stops a command in an orderly way on SIGTERM and Ctrl-C: interrupts its thread, waits briefly, and then ends the process with a
 * chosen exit code instead of 143. It is safe to kill whatever could not end in time: every step survives a kill.
 */
final class OrderlyStop implements AutoCloseable {

    private static final long WAIT_MILLIS = 3_500;

    private final Thread worker = Thread.currentThread();
    private final CountDownLatch done = new CountDownLatch(1);
    private final AtomicBoolean requested = new AtomicBoolean();
    private final Thread hook;

    /**
     * Starts listening for signals.
     *
     * @param exitCode the exit code after a signal
     */
    OrderlyStop(int exitCode) {
        hook = new Thread(() -> stop(exitCode), "dts-sync-stop");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void stop(int exitCode) {
        requested.set(true);
        worker.interrupt();
        try {
            if (!done.await(WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
                System.err.println(
                        exitCode == ExitCode.DONE
                                ? "Stopped in the middle of a step; the next run resumes from there."
                                : "Stopped before it was finished.");
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

    /** Call when the command has finished, whether or not a signal arrived. */
    @Override
    public void close() {
        done.countDown();
        if (!requested.get()) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}
