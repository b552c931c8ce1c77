package org.dtssync.app.pipeline;

import org.dtssync.app.moving.Abandonment;
import org.dtssync.app.moving.Completion;
import org.dtssync.app.moving.Switch;
import org.dtssync.app.moving.SwitchKind;
import org.dtssync.app.moving.SwitchOptions;
import org.dtssync.app.moving.SwitchReport;
import org.dtssync.app.stream.Direction;
import org.dtssync.app.task.Background;
import org.dtssync.app.task.TaskParts;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.postgres.Fence;

/** What a task can be asked to do in phase reverse. Used in the task's main thread. */
public final class ReverseActions {

    private final TaskParts task;
    private final Fence taskFence;
    private final Background background;
    private final Direction back;

    ReverseActions(TaskParts task, Fence taskFence, Background background, Direction back) {
        this.task = task;
        this.taskFence = taskFence;
        this.background = background;
        this.back = back;
    }

    /** Compares both databases. */
    public VerifyReport verify() throws InterruptedException {
        return back.comparison().run();
    }

    /** Moves the applications back to the source; the phase is left if they were moved. */
    public SwitchReport rollback(SwitchOptions options) throws InterruptedException {
        return new Switch(SwitchKind.ROLLBACK, task, taskFence).run(back, background, options);
    }

    /** Moves the applications back without everything written at the destination, and ends the task. */
    public SwitchReport abandon() throws InterruptedException {
        return new Abandonment(task, taskFence).run(back);
    }

    /** Answers a switchover that was carried out before. */
    public SwitchReport switchedOverAlready(SwitchOptions options) throws InterruptedException {
        return new Switch(SwitchKind.SWITCHOVER, task, taskFence).again(options);
    }

    /** Ends reverse replication, and with it the task. */
    public SwitchReport complete() throws InterruptedException {
        back.heartbeat().awaitApplied(task.task().switchover().drainTimeout());
        return new Completion(task, taskFence).run(back);
    }
}
