package org.dtssync.app.tasks;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.TaskStatus;
import org.dtssync.app.moving.Abandonment;
import org.dtssync.app.moving.Completion;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.SwitchReport;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * A run in this process for as long as a command takes, where no other run is active.
 *
 * @param file the task file, with embedded servers resolved to their addresses
 * @param listener notified of what the run does
 */
record OwnRun(TaskFile file, TaskListener listener) {

    private static final long POLL_MILLIS = 200;

    TaskOutcome perform(TaskCommand command) throws InterruptedException {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        Thread run = new Thread(() -> run(ended), "dts-sync-run");
        run.setDaemon(true);
        run.start();
        try {
            Optional<RunningTask> running = awaitRunning(ended);
            return running.isPresent() ? running.get().perform(command, ended::isDone) : ofTaskThatEnded(command);
        } catch (SyncException e) {
            SyncException reason = faultOf(ended).orElse(e);
            // It was seen active while it found that there is nothing to run.
            if (reason == e
                    && ended.isDone()
                    && TaskStatus.read(file).progress().phase().isOver()) {
                return ofTaskThatEnded(command);
            }
            throw reason;
        } finally {
            run.interrupt();
            run.join();
        }
    }

    private void run(CompletableFuture<Void> ended) {
        try {
            new SyncTask(file).run(RunRequest.endless(), listener);
            ended.complete(null);
        } catch (InterruptedException e) {
            // Only perform() interrupts, when the command is over.
            ended.complete(null);
        } catch (SyncException e) {
            ended.completeExceptionally(e);
        }
    }

    /** Returns the run once it is active; empty if it has ended before. */
    private Optional<RunningTask> awaitRunning(CompletableFuture<Void> ended) throws InterruptedException {
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
    private TaskOutcome ofTaskThatEnded(TaskCommand command) {
        Phase phase = TaskStatus.read(file).progress().phase();
        if (phase == Phase.COMPLETE && command instanceof TaskCommand.Complete) {
            return done(SwitchReport.completed());
        }
        if (phase == Phase.COMPLETE
                && command instanceof TaskCommand.Switchover switchover
                && switchover.mode() == SwitchMode.MOVE
                && Completion.isOneWay(Route.forReading(file))) {
            return done(Completion.endedOneWay(Route.forReading(file), file.switchover()));
        }
        if (phase == Phase.ABANDONED
                && (command instanceof TaskCommand.Rollback || command instanceof TaskCommand.Abandon)) {
            return done(SwitchReport.abandoned(Abandonment.endpointOf(Route.forReading(file), file.switchover())));
        }
        throw new SyncException(
                FaultKind.USAGE,
                "Task " + file.name() + " has ended, in phase " + phase.label() + ".",
                "The only command left is dts-sync release.");
    }

    private static TaskOutcome done(SwitchReport report) {
        return new TaskOutcome.Switched(new MoveReport(report));
    }
}
