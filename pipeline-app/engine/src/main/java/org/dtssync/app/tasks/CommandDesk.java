package org.dtssync.app.tasks;

import org.dtssync.app.pipeline.IncrementalActions;
import org.dtssync.app.pipeline.PhaseCommands;
import org.dtssync.app.pipeline.ReverseActions;
import org.dtssync.app.runtime.Retry;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.CommandStore;
import org.dtssync.app.state.PostedCommand;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what is posted to a running task, one command after the other. Runs in the task's main thread.
 *
 * @param route the route that the task file describes: commands are posted at its destination
 * @param retry how lost connections are retried
 */
record CommandDesk(Route route, Retry retry) implements PhaseCommands {

    private static final Logger LOG = LoggerFactory.getLogger(CommandDesk.class);

    private static final long POLL_MILLIS = 300;

    /**
     * The outcome of a command, and its effect on the phase.
     *
     * @param outcome as it is reported to the client
     * @param leaves whether the task is in another phase now, so that the desk closes
     */
    record Answer(TaskOutcome outcome, boolean leaves) {

        static Answer staying(TaskOutcome outcome) {
            return new Answer(outcome, false);
        }
    }

    @Override
    public void serve(IncrementalActions actions) throws InterruptedException {
        serve(new IncrementalCommands(route.task(), actions));
    }

    @Override
    public void serve(ReverseActions actions) throws InterruptedException {
        serve(new ReverseCommands(route.task(), actions));
    }

    /** Serves until a command leaves the phase, or until interrupted. */
    private void serve(TaskCommand.Handler<Answer> phase) throws InterruptedException {
        try (CommandStore commands = new CommandStore(route.destination(), route.task())) {
            retry.run("commands", commands::failInterrupted);
            boolean[] left = new boolean[1];
            while (!left[0]) {
                retry.run("commands", () -> left[0] = next(commands, phase));
                if (!left[0]) {
                    Thread.sleep(POLL_MILLIS);
                }
            }
        }
    }

    private boolean next(CommandStore commands, TaskCommand.Handler<Answer> phase) throws InterruptedException {
        PostedCommand posted = commands.take();
        if (posted == null) {
            return false;
        }
        LOG.info("Command received. task={} command={}", route.task(), posted.name());
        Failpoint.COMMAND_TAKEN.reached();
        try {
            Answer answer = CommandText.parse(posted.name(), posted.options())
                    .orElseThrow(() -> new SyncException(
                            FaultKind.USAGE,
                            "The run of task " + route.task() + " does not know the command " + posted.name() + ".",
                            "Use the same release of dts-sync for the run and for the command."))
                    .accept(phase);
            TaskOutcome outcome = answer.outcome();
            Failpoint.COMMAND_DONE.reached();
            commands.finish(posted, CommandResults.json(outcome), CommandResults.code(outcome.result()));
            return answer.leaves();
        } catch (SyncException e) {
            commands.fail(posted, e.getMessage(), CommandResults.code(CommandResults.of(e.kind())));
            return false;
        }
    }

    /** Refuses a command for which a task is in the wrong phase. */
    static SyncException refusal(String task, String phase, TaskCommand command) {
        return new SyncException(
                FaultKind.USAGE,
                "Task " + task + " is in phase " + phase + ", in which it is not possible to " + command.name() + ".",
                "docs/switchover.md describes the order of the commands.");
    }
}
