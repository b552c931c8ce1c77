package org.dtssync.app.tasks;

import org.dtssync.app.pipeline.ReverseActions;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.SwitchReport;
import org.dtssync.app.tasks.CommandDesk.Answer;

/**
 * The commands possible while the source follows the destination.
 *
 * @param task the task's name
 * @param actions what the task can do
 */
record ReverseCommands(String task, ReverseActions actions) implements TaskCommand.Handler<Answer> {

    @Override
    public Answer verify(TaskCommand.Verify command) throws InterruptedException {
        return Answer.staying(new TaskOutcome.Verified(new VerificationReport(actions.verify())));
    }

    @Override
    public Answer switchover(TaskCommand.Switchover command) throws InterruptedException {
        return Answer.staying(switched(actions.switchedOverAlready(CommandText.switchOptions(command))));
    }

    @Override
    public Answer rollback(TaskCommand.Rollback command) throws InterruptedException {
        SwitchReport report = actions.rollback(
                CommandText.switchOptions(command.mode(), command.skipVerify(), command.ignoreStructure()));
        return new Answer(switched(report), report.moved());
    }

    @Override
    public Answer abandon(TaskCommand.Abandon command) throws InterruptedException {
        return new Answer(switched(actions.abandon()), true);
    }

    @Override
    public Answer complete(TaskCommand.Complete command) throws InterruptedException {
        return new Answer(switched(actions.complete()), true);
    }

    /** Cancellations do not wait behind other commands: another thread handles them. */
    @Override
    public Answer cancel(TaskCommand.Cancel command) {
        throw CommandDesk.refusal(task, Phase.REVERSE.label(), command);
    }

    private static TaskOutcome switched(SwitchReport report) {
        return new TaskOutcome.Switched(new MoveReport(report));
    }
}
