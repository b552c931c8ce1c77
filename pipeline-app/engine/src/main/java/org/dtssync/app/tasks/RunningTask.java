package org.dtssync.app.tasks;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.CancelPoller;
import org.dtssync.app.control.TaskStatus;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.CommandResult;
import org.dtssync.app.state.CommandStore;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/** A task that another process runs: posts commands to it and follows them. Thread-safe. */
public final class RunningTask {

    private static final long POLL_MILLIS = 200;

    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    /**
     * How long a run may show no sign of life before it counts as ended. One that waits for its database, that a supervisor
     * restarts, or whose machine is busy, shows none for a moment; a single check would be wrong.
     */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Shorter: a cancelling process does by itself what the run did not finish. */
    private static final Duration CANCEL_PATIENCE = Duration.ofSeconds(10);

    private final Route route;
    private final ProgressStore progress;
    private final CommandStore commands;
    private final Duration patience;

    private RunningTask(Route route, Duration patience) {
        this.route = route;
        this.progress = new ProgressStore(route.destination(), route.task());
        this.patience = patience;
        this.commands = new CommandStore(route.destination(), route.task());
    }

    /** Finds the active run; empty if there is none, or if the task is not known yet. */
    public static Optional<RunningTask> find(TaskFile task) {
        return find(task, PATIENCE);
    }

    /**
     * Finds the active run.
     *
     * @param patience how long it may show no sign of life before it counts as ended
     */
    public static Optional<RunningTask> find(TaskFile task, Duration patience) {
        RunningTask running = new RunningTask(Route.forReading(task), patience);
        return running.progress.exists() && TaskStatus.isRunning(running.route)
                ? Optional.of(running)
                : Optional.empty();
    }

    /**
     * Requests the cancellation of the task and waits until nothing is left of it.
     *
     * @return whether it did; not if the run ended before it
     * @throws SyncException if the run refuses
     */
    public boolean cancel() throws InterruptedException {
        try {
            return awaitGone(post(new TaskCommand.Cancel()));
        } finally {
            commands.close();
        }
    }

    private boolean awaitGone(long id) throws InterruptedException {
        long alive = System.nanoTime();
        while (progress.exists()) {
            try {
                refused(commands.result(id));
                // It releases the task's lock for a moment between its end and the removal.
                alive = TaskStatus.isRunning(route) ? System.nanoTime() : alive;
                if (System.nanoTime() - alive > CANCEL_PATIENCE.toNanos()) {
                    commands.withdraw(id);
                    return false;
                }
            } catch (SyncException e) {
                // Its rows, and then its tables, may disappear during the query.
                if (e.kind() == FaultKind.USAGE || progress.exists()) {
                    throw e;
                }
            }
            Thread.sleep(POLL_MILLIS);
        }
        return true;
    }

    private static void refused(CommandResult result) {
        result.error().filter(error -> result.finished()).ifPresent(error -> {
            throw new SyncException(FaultKind.USAGE, error, "");
        });
    }

    /**
     * Requires that a task has not moved its applications yet.
     *
     * @throws SyncException of kind USAGE if it has
     */
    public static void requireCancellable(TaskFile task) {
        Phase phase = TaskStatus.read(task).progress().phase();
        if (phase.isAfter(Phase.SWITCHOVER)) {
            throw CancelPoller.refusal(task.name(), phase);
        }
    }

    /**
     * Posts a command and waits for its end.
     *
     * @throws SyncException if the run ends before it; then no later run carries it out
     */
    public TaskOutcome perform(TaskCommand command) throws InterruptedException {
        return perform(command, () -> false);
    }

    /**
     * Lets the run verify both databases and waits for its end.
     *
     * @param listener notified of its progress once per second
     * @throws SyncException if the run ends before it
     */
    public TaskOutcome verify(TaskListener listener) throws InterruptedException {
        return perform(new TaskCommand.Verify(), () -> false, new FollowedComparison(route, listener::verifying)::look);
    }

    /**
     * Posts a command to a run of this process and waits for its end.
     *
     * @param over whether the run has ended
     * @throws SyncException if it ends before the command
     */
    public TaskOutcome perform(TaskCommand command, BooleanSupplier over) throws InterruptedException {
        return perform(command, over, () -> {});
    }

    private TaskOutcome perform(TaskCommand command, BooleanSupplier over, Runnable look) throws InterruptedException {
        long id = post(command);
        try {
            return CommandResults.read(command, follow(id, command.name(), over, look));
        } catch (SyncException | InterruptedException e) {
            withdraw(id, e);
            throw e;
        } finally {
            commands.close();
        }
    }

    private long post(TaskCommand command) {
        return commands.post(command.name(), CommandText.options(command));
    }

    private CommandResult follow(long id, String command, BooleanSupplier over, Runnable look)
            throws InterruptedException {
        SyncException ended = new SyncException(
                FaultKind.TRANSIENT,
                "The run of task " + route.task() + " ended before the command " + command + " did.",
                "Run the command again.");
        SyncException reason = ended;
        long alive = System.nanoTime();
        long looked = alive;
        while (true) {
            // Before the result: this command may be the last thing a run does.
            boolean gone = over.getAsBoolean();
            try {
                CommandResult result = commands.result(id);
                if (result.finished()) {
                    return result;
                }
                if (System.nanoTime() - looked > LOOK_NANOS) {
                    looked = System.nanoTime();
                    alive = TaskStatus.isRunning(route) ? looked : alive;
                }
                look.run();
                reason = ended;
            } catch (SyncException e) {
                if (e.kind().retry() == FaultKind.Retry.NEVER) {
                    throw e;
                }
                // The run waits for its database as well.
                reason = e;
            }
            if (gone || System.nanoTime() - alive > patience.toNanos()) {
                throw reason;
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** A run that is started tomorrow must not move applications because of a command from today. */
    private void withdraw(long id, Exception cause) {
        try {
            commands.withdraw(id);
        } catch (SyncException e) {
            cause.addSuppressed(e);
        }
    }
}
