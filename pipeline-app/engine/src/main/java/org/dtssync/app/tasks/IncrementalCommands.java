package org.dtssync.app.tasks;

import org.dtssync.app.pipeline.IncrementalActions;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.SwitchReport;
import org.dtssync.app.tasks.CommandDesk.Answer;

/**
 * The commands possible while the destination follows the source.
 *
 * @param task the task's name
 * @param actions what the task can do
 */
record IncrementalCommands(String task, IncrementalActions actions) implements TaskCommand.Handler<Answer> {

    @Override
    public Answer verify(TaskCommand.Verify command) throws InterruptedException {
        return Answer.staying(new TaskOutcome.Verified(new VerificationReport(actions.verify())));
    }

    @Override
    public Answer switchover(TaskCommand.Switchover command) throws InterruptedException {
        SwitchReport report = actions.switchover(CommandText.switchOptions(command));
        return new Answer(new TaskOutcome.Switched(new MoveReport(report)), report.moved());
    }

    @Override
    public Answer rollback(TaskCommand.Rollback command) throws InterruptedException {
        return rolledBackAlready(command.mode());
    }

    @Override
    public Answer abandon(TaskCommand.Abandon command) throws InterruptedException {
        return rolledBackAlready(SwitchMode.MOVE);
    }

    private Answer rolledBackAlready(SwitchMode mode) throws InterruptedException {
        SwitchReport report = actions.rolledBackAlready(CommandText.switchOptions(mode, false, false));
        return Answer.staying(new TaskOutcome.Switched(new MoveReport(report)));
    }

    @Override
    public Answer complete(TaskCommand.Complete command) {
        throw CommandDesk.refusal(task, Phase.INCREMENTAL.label(), command);
    }

    /** Cancellations do not wait behind other commands: another thread handles them. */
    @Override
    public Answer cancel(TaskCommand.Cancel command) {
        throw CommandDesk.refusal(task, Phase.INCREMENTAL.label(), command);
    }
}
