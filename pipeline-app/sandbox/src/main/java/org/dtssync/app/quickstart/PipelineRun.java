package org.dtssync.app.quickstart;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.RunningTask;
import org.dtssync.app.moving.SwitchReport;
import org.dtssync.app.pipeline.Pipeline;
import org.dtssync.app.pipeline.PipelineListener;
import org.dtssync.app.pipeline.RunGoal;
import org.dtssync.app.pipeline.RunOptions;
import org.dtssync.app.state.CommandResult;
import org.dtssync.app.state.Phase;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.app.verify.VerifyReportJson;
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

    private final TaskFile task;
    private final PhaseClock clock;
    private final Thread thread;
    private final AtomicReference<SyncException> fault = new AtomicReference<>();

    /**
     * Prepares a run; nothing happens yet.
     *
     * @param task the task file
     * @param clock keeps the phases' times
     * @param listener notified of its progress, usually the clock and a display
     */
    PipelineRun(TaskFile task, PhaseClock clock, PipelineListener listener) {
        this.task = task;
        this.clock = clock;
        this.thread = new Thread(() -> run(new Pipeline(task, listener)), "quickstart-pipeline");
        thread.setDaemon(true);
    }

    private void run(Pipeline pipeline) {
        try {
            pipeline.run(RunOptions.to(RunGoal.NONE));
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
        while (!clock.entered(Phase.INCREMENTAL)) {
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

    /** Throws what ended the pipeline, if anything did. */
    void check() {
        if (fault.get() != null) {
            throw fault.get();
        }
    }

    /** Lets the running pipeline verify all tables, as {@code dts-sync verify} does. */
    VerifyReport verify() throws InterruptedException {
        return VerifyReportJson.parse(perform("verify"));
    }

    /** Lets the running pipeline move the applications, as {@code dts-sync switchover} and {@code dts-sync rollback} do. */
    SwitchReport move(String command) throws InterruptedException {
        return SwitchReport.parse(perform(command));
    }

    private String perform(String command) throws InterruptedException {
        CommandResult result = performed(command);
        return result.result()
                .orElseThrow(() -> new SyncException(
                        FaultKind.INTERNAL,
                        "The command " + command + " failed: " + result.error().orElse("no reason given"),
                        ""));
    }

    /** If the pipeline ended before the command, its own reason is more informative. */
    private CommandResult performed(String command) throws InterruptedException {
        try {
            return running().perform(command, "", () -> !thread.isAlive());
        } catch (SyncException e) {
            check();
            throw e;
        }
    }

    /** On a busy machine an active run may not look so for a moment. */
    private RunningTask running() throws InterruptedException {
        while (true) {
            Optional<RunningTask> running = RunningTask.find(task);
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
