package org.dtssync.app.quickstart;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.SwitchReport;
import org.dtssync.app.tasks.RunRequest;
import org.dtssync.app.tasks.RunningTask;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskCommand;
import org.dtssync.app.tasks.TaskListener;
import org.dtssync.app.tasks.TaskOutcome;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * The pipeline of the command line, run in its own thread from precheck to incremental until {@link #close}.
 *
 * <p>Used by one thread.
 */
final class PipelineRun implements AutoCloseable {

    private static final long INCREMENTAL_LIMIT_SECONDS = 1_800;
    private static final long POLL_MILLIS = 20;
    private static final long END_SECONDS = 15;

    private final SyncTask task;
    private final PhaseClock clock;
    private final Thread thread;
    private final AtomicReference<SyncException> fault = new AtomicReference<>();

    /**
     * Prepares a run; nothing happens yet.
     *
     * @param file the task file
     * @param clock keeps the phases' times
     * @param listener notified of its progress, usually the clock and a display
     */
    PipelineRun(TaskFile file, PhaseClock clock, TaskListener listener) {
        this.task = new SyncTask(file);
        this.clock = clock;
        this.thread = new Thread(() -> run(listener), "quickstart-pipeline");
        thread.setDaemon(true);
    }

    private void run(TaskListener listener) {
        try {
            task.run(RunRequest.endless(), listener);
        } catch (InterruptedException e) {
            // Only close() interrupts.
            Thread.currentThread().interrupt();
        } catch (SyncException e) {
            fault.set(e);
        } catch (RuntimeException e) {
            fault.set(new SyncException(FaultKind.INTERNAL, "The pipeline failed: " + e + ".", "", e));
        }
    }

    void start() {
        thread.start();
    }

    /** Waits until the destination follows the source commit by commit. */
    void awaitIncremental() throws InterruptedException {
        long deadline = System.nanoTime()
                + Duration.ofSeconds(INCREMENTAL_LIMIT_SECONDS).toNanos();
        while (!clock.hasEntered(Phase.INCREMENTAL)) {
            check();
            if (System.nanoTime() > deadline) {
                throw new SyncException(
                        FaultKind.INTERNAL,
                        "The pipeline did not reach incremental within " + INCREMENTAL_LIMIT_SECONDS + " seconds.",
                        "Try again with fewer rows (--rows).");
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** Returns whether it has not ended, in order or by a fault. */
    boolean isRunning() {
        return thread.isAlive();
    }

    /** Throws what ended the pipeline, if anything did. */
    void check() {
        if (fault.get() != null) {
            throw fault.get();
        }
    }

    /** Lets the running pipeline verify all tables, as {@code dts-sync verify} does. */
    VerifyReport verify() throws InterruptedException {
        TaskOutcome outcome = perform(new TaskCommand.Verify());
        if (outcome instanceof TaskOutcome.Verified verified) {
            return verified.verification().report();
        }
        throw failed("verify", outcome);
    }

    /** Lets the running pipeline move the applications, as {@code dts-sync switchover} and {@code dts-sync rollback} do. */
    SwitchReport move(TaskCommand command) throws InterruptedException {
        TaskOutcome outcome = perform(command);
        if (outcome instanceof TaskOutcome.Switched switched) {
            return switched.move().report();
        }
        throw failed(command.name(), outcome);
    }

    private static SyncException failed(String command, TaskOutcome outcome) {
        return new SyncException(
                FaultKind.INTERNAL,
                "The command " + command + " failed: " + outcome.error().orElse("no reason given"),
                "");
    }

    /** If the pipeline ended before the command, its own reason is more informative. */
    private TaskOutcome perform(TaskCommand command) throws InterruptedException {
        try {
            return running().perform(command, () -> !thread.isAlive());
        } catch (SyncException e) {
            check();
            throw e;
        }
    }

    /** On a busy machine an active run may not look so for a moment. */
    private RunningTask running() throws InterruptedException {
        while (true) {
            Optional<RunningTask> running = task.running();
            if (running.isPresent()) {
                return running.get();
            }
            if (!thread.isAlive()) {
                throw new SyncException(FaultKind.INTERNAL, "The pipeline is no longer running.", "");
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** Ends the pipeline in order, even when this thread is interrupted. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(END_SECONDS));
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
