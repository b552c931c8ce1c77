package org.dtssync.app.pipeline;

import org.dtssync.app.config.TaskFile;
import org.dtssync.app.moving.StreamOpener;
import org.dtssync.app.moving.SwitchKind;
import org.dtssync.app.moving.SwitchOptions;
import org.dtssync.app.state.SwitchReport;
import org.dtssync.app.stream.Direction;
import org.dtssync.app.verify.VerifyReport;

/** What a task can be asked to do in phase reverse. Used in the task's main thread. */
public final class ReverseActions {

    private final TaskFile task;
    private final Moves moves;
    private final Direction back;
    private final StreamOpener opener;

    /**
     * Wires them.
     *
     * @param moves makes what moves applications
     * @param back the stream from the destination to the source
     * @param opener opens the one in the other direction
     */
    ReverseActions(TaskFile task, Moves moves, Direction back, StreamOpener opener) {
        this.task = task;
        this.moves = moves;
        this.back = back;
        this.opener = opener;
    }

    /** Compares both databases. */
    public VerifyReport verify() throws InterruptedException {
        return back.verification().run();
    }

    /** Moves the applications back to the source; the phase is left if they were moved. */
    public SwitchReport rollback(SwitchOptions options) throws InterruptedException {
        return moves.move(SwitchKind.ROLLBACK).run(back, opener, options);
    }

    /** Moves the applications back without everything written at the destination, and ends the task. */
    public SwitchReport abandon() throws InterruptedException {
        return moves.abandonment().run(back, moves.move(SwitchKind.ROLLBACK));
    }

    /** Answers a switchover that was carried out before. */
    public SwitchReport switchedOverAlready(SwitchOptions options) throws InterruptedException {
        return moves.move(SwitchKind.SWITCHOVER).again(options);
    }

    /** Ends reverse replication, and with it the task. */
    public SwitchReport complete() throws InterruptedException {
        back.heartbeat().awaitApplied(task.switchover().drainTimeout());
        return moves.completion().run(back);
    }
}
