package org.dtssync.app.cli;

import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.RunningTask;
import org.dtssync.app.control.TaskStatus;
import org.dtssync.app.display.ProgressDisplay;
import org.dtssync.app.moving.SwitchReport;
import org.dtssync.app.pipeline.Pipeline;
import org.dtssync.app.pipeline.RunGoal;
import org.dtssync.app.pipeline.RunOptions;
import org.dtssync.app.state.CommandResult;
import org.dtssync.app.state.Phase;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * Posts a command to the active run of a task and follows it; without one, runs the task in this process for as long as
 * the command takes.
 *
 * @param task the argument that names the task file
 * @param err where messages go
 */
record FollowedCommand(TaskFileArgument task, PrintWriter err) {

    private static final long POLL_MILLIS = 200;

    /** Performs the command with its options; returns its result. */
    CommandResult perform(String command, String options) throws InterruptedException {
        TaskFile file = task.read();
        requireBegun(file);
        Optional<RunningTask> running = RunningTask.find(file);
        if (running.isPresent()) {
            err.println("A run is active and carries it out.");
            err.flush();
            return running.get().perform(command, options);
        }
        try (EmbeddedServers servers = EmbeddedServers.start(file);
                ProgressDisplay display = new ProgressDisplay(task.display())) {
            return besideOwnRun(servers.resolved(), display, command, options);
        }
    }

    private static void requireBegun(TaskFile file) {
        if (!TaskStatus.read(file).begun()) {
            throw new SyncException(
                    FaultKind.USAGE, "Task " + file.name() + " has not been started.", "Run dts-sync run first.");
        }
    }

    private static CommandResult besideOwnRun(TaskFile file, ProgressDisplay display, String command, String options)
            throws InterruptedException {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        Thread run = new Thread(() -> run(file, display, ended), "dts-sync-run");
        run.setDaemon(true);
        run.start();
        try {
            Optional<RunningTask> running = awaitRunning(file, ended);
            return running.isPresent()
                    ? running.get().perform(command, options, ended::isDone)
                    : ofTaskThatEnded(file, command);
        } catch (SyncException e) {
            SyncException reason = faultOf(ended).orElse(e);
            // It was seen active while it found that there is nothing to run.
            if (reason == e
                    && ended.isDone()
                    && TaskStatus.read(file).progress().phase().isOver()) {
                return ofTaskThatEnded(file, command);
            }
            throw reason;
        } finally {
            run.interrupt();
            run.join();
        }
    }

    private static void run(TaskFile file, ProgressDisplay display, CompletableFuture<Void> ended) {
        try {
            new Pipeline(file, display).run(RunOptions.to(RunGoal.NONE));
            ended.complete(null);
        } catch (InterruptedException e) {
            // Only perform() interrupts, when the command is over.
            ended.complete(null);
        } catch (SyncException e) {
            ended.completeExceptionally(e);
        }
    }

    /** Returns the run once it is active; empty if it ended before. */
    private static Optional<RunningTask> awaitRunning(TaskFile file, CompletableFuture<Void> ended)
            throws InterruptedException {
        while (!ended.isDone()) {
            Optional<RunningTask> running = RunningTask.find(file);
            if (running.isPresent()) {
                return running;
            }
            Thread.sleep(POLL_MILLIS);
        }
        faultOf(ended).ifPresent(fault -> {
            throw fault;
        });
        return Optional.empty();
    }

    private static Optional<SyncException> faultOf(CompletableFuture<Void> ended) {
        try {
            ended.getNow(null);
        } catch (CompletionException e) {
            if (e.getCause() instanceof SyncException fault) {
                return Optional.of(fault);
            }
        }
        return Optional.empty();
    }

    /** The last command of a task can be repeated, for example after a kill: the run has finished the rest of it. */
    private static CommandResult ofTaskThatEnded(TaskFile file, String command) {
        Phase phase = TaskStatus.read(file).progress().phase();
        if (phase == Phase.COMPLETE && command.equals("complete")) {
            return done(SwitchReport.completed());
        }
        if (phase == Phase.ABANDONED && command.equals("rollback")) {
            return done(SwitchReport.abandoned());
        }
        throw new SyncException(
                FaultKind.USAGE,
                "Task " + file.name() + " has ended, in phase " + phase.label() + ".",
                "The only command left is dts-sync release.");
    }

    private static CommandResult done(SwitchReport report) {
        return new CommandResult(true, Optional.of(report.json()), Optional.empty(), ExitCode.DONE, Optional.empty());
    }
}
