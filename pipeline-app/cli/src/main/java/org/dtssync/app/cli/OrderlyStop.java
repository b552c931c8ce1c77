package org.dtssync.app.cli;

import java.util.Arrays;
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

    private final int exitCode;
    private final Thread worker = Thread.currentThread();
    private final CountDownLatch done = new CountDownLatch(1);
    private final AtomicBoolean requested = new AtomicBoolean();
    private final Thread hook = new Thread(this::stop, "dts-sync-stop");

    private OrderlyStop(int exitCode) {
        this.exitCode = exitCode;
    }

    /**
     * Starts listening for signals. To be called first: a signal that arrives before it ends the process with 143.
     *
     * @param arguments the command line: a signal ends {@code run} with 0, and every other command as a failure
     */
    static OrderlyStop of(String[] arguments) {
        boolean run = Arrays.stream(arguments)
                .filter(argument -> !argument.startsWith("-"))
                .findFirst()
                .filter("run"::equals)
                .isPresent();
        OrderlyStop stop = new OrderlyStop(run ? ExitCode.DONE : ExitCode.FAILED);
        Runtime.getRuntime().addShutdownHook(stop.hook);
        return stop;
    }

    /** Returns one that never hears a signal, for a command line that is only described. */
    static OrderlyStop never() {
        return new OrderlyStop(ExitCode.FAILED);
    }

    private void stop() {
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

    /** Returns the exit code after a signal. */
    int exitCode() {
        return exitCode;
    }

    /** Returns what a command says that a signal stopped. */
    String sentence() {
        return exitCode == ExitCode.DONE ? "Stopped. The same command resumes from here." : "Interrupted.";
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
