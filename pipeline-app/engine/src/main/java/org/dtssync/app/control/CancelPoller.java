package org.dtssync.app.control;

import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.CommandStore;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.PostedCommand;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.TaskProgress;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * Waits for a cancellation of the task, in any phase. Runs in its own thread.
 *
 * @param route the route that the task file describes
 */
public record CancelPoller(Route route) {

    private static final long POLL_MILLIS = 1_000;

    /**
     * Waits until interrupted.
     *
     * @throws SyncException of kind CANCELLED if the task was cancelled
     */
    public void run() throws InterruptedException {
        try (CommandStore commands = new CommandStore(route.destination(), route.task())) {
            while (true) {
                Thread.sleep(POLL_MILLIS);
                PostedCommand command = commands.takeCancellation();
                if (command != null) {
                    answer(command, commands);
                }
            }
        }
    }

    private void answer(PostedCommand command, CommandStore commands) {
        Phase phase = new ProgressStore(route.destination(), route.task())
                .task()
                .map(TaskProgress::phase)
                .orElse(Phase.PRECHECK);
        if (!phase.isAfter(Phase.INCREMENTAL)) {
            throw new SyncException(FaultKind.CANCELLED, "Task " + route.task() + " was cancelled.", "");
        }
        commands.fail(command, refusal(route.task(), phase).getMessage(), 2);
    }

    /** Returns why a task in a later phase cannot be cancelled. */
    public static SyncException refusal(String task, Phase phase) {
        String why = switch (phase) {
            case SWITCHOVER -> ": its applications are being moved.";
            case ABANDONED -> ": it has ended already.";
            default -> ": its applications were already moved.";
        };
        String remedy = switch (phase) {
            case SWITCHOVER -> "Wait until the switchover has finished.";
            case COMPLETE, ABANDONED -> "Use dts-sync release.";
            default -> "Use dts-sync rollback to move them back, or dts-sync complete and release to stay.";
        };
        return new SyncException(FaultKind.USAGE, "Task " + task + " is in phase " + phase.label() + why, remedy);
    }
}
