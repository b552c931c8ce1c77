package org.dtssync.app.pipeline;

import org.dtssync.app.config.TaskFile;
import org.dtssync.app.moving.StreamOpener;
import org.dtssync.app.moving.SwitchKind;
import org.dtssync.app.moving.SwitchOptions;
import org.dtssync.app.state.SwitchReport;
import org.dtssync.app.stream.Direction;
import org.dtssync.app.verify.VerifyReport;

/** What a task can be asked to do in phase incremental. Used in the task's main thread. */
public final class IncrementalActions {

    private final TaskFile task;
    private final Moves moves;
    private final Direction direction;
    private final StreamOpener opener;

    /**
     * Wires them.
     *
     * @param moves makes what moves applications
     * @param direction the stream from the source to the destination
     * @param opener opens the one in the other direction
     */
    IncrementalActions(TaskFile task, Moves moves, Direction direction, StreamOpener opener) {
        this.task = task;
        this.moves = moves;
        this.direction = direction;
        this.opener = opener;
    }

    /** Compares both databases. */
    public VerifyReport verify() throws InterruptedException {
        return direction.verification().run();
    }

    /** Moves the applications to the destination; the phase is left if they were moved. */
    public SwitchReport switchover(SwitchOptions options) throws InterruptedException {
        Mirrors.requireNone(task, "Repoint applications manually.");
        return moves.move(SwitchKind.SWITCHOVER).run(direction, opener, options);
    }

    /** Answers a rollback that was carried out before. */
    public SwitchReport rolledBackAlready(SwitchOptions options) throws InterruptedException {
        return moves.move(SwitchKind.ROLLBACK).again(options);
    }
}
