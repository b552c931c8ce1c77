package org.dtssync.app.pipeline;

import java.util.Optional;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.progress.CommandResult;
import org.dtssync.app.progress.CommandStore;
import org.dtssync.app.progress.Phase;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/** A task that another process runs: commands are posted to it and followed. Thread-safe. */
public final class RunningTask {

    private static final long POLL_MILLIS = 200;
    private static final long ENDED_AFTER_NANOS = 10_000_000_000L;

    private final TaskFile task;
    private final CommandStore commands;

    private RunningTask(TaskFile task) {
        this.task = task;
        this.commands = new CommandStore(
                TaskParts.of(task, task.applicationName() + "_status").destination(), task.name());
    }

    /** Finds out whether a run is alive; empty if not, or if the task is not known yet. */
    public static Optional<RunningTask> find(TaskFile task) {
        boolean known = TaskParts.of(task, task.applicationName() + "_status")
                .progress()
                .exists();
        return known && TaskStatus.read(task).running() ? Optional.of(new RunningTask(task)) : Optional.empty();
    }

    /**
     * Asks the run to give the task up and waits until nothing is left of it.
     *
     * @return whether it did; not if the run ended before it
     * @throws SyncException if the run refuses
     */
    public boolean cancel() throws InterruptedException {
        long id = commands.post("cancel", "");
        long alive = System.nanoTime();
        TaskParts parts = TaskParts.of(task, task.applicationName() + "_status");
        while (parts.progress().exists()) {
            try {
                refused(commands.result(id));
                // It lets go of the task for a moment between its end and the removal.
                alive = TaskStatus.read(task).running() ? System.nanoTime() : alive;
                if (System.nanoTime() - alive > ENDED_AFTER_NANOS) {
                    return false;
                }
            } catch (SyncException e) {
                // Its rows, and then its tables, may go while they are asked for.
                if (e.kind() == FaultKind.USAGE || parts.progress().exists()) {
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
            throw CancelWatch.refusal(task.name(), phase);
        }
    }

    /**
     * Posts a command and waits for its end.
     *
     * @throws SyncException if the run ends before it
     */
    public CommandResult perform(String command) throws InterruptedException {
        return perform(command, "");
    }

    /**
     * Posts a command with options and waits for its end.
     *
     * @param options as on the command line, separated by spaces
     * @throws SyncException if the run ends before it
     */
    public CommandResult perform(String command, String options) throws InterruptedException {
        long id = commands.post(command, options);
        while (true) {
            CommandResult result = commands.result(id);
            if (result.finished()) {
                return result;
            }
            if (!TaskStatus.read(task).running()) {
                CommandResult last = commands.result(id);
                if (last.finished()) {
                    // The run ended because of the command.
                    return last;
                }
                throw new SyncException(
                        FaultKind.TRANSIENT,
                        "The run of task " + task.name() + " ended before the command " + command + " did.",
                        "Give the command again.");
            }
            Thread.sleep(POLL_MILLIS);
        }
    }
}
