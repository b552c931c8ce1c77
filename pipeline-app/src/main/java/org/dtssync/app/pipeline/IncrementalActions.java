package org.dtssync.app.pipeline;

import org.dtssync.app.moving.Switch;
import org.dtssync.app.moving.SwitchKind;
import org.dtssync.app.moving.SwitchOptions;
import org.dtssync.app.moving.SwitchReport;
import org.dtssync.app.stream.Direction;
import org.dtssync.app.task.Background;
import org.dtssync.app.task.TaskParts;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.postgres.Fence;

/** What a task can be asked to do in phase incremental. Used in the task's main thread. */
public final class IncrementalActions {

    private final TaskParts parts;
    private final Fence fence;
    private final Background background;
    private final Direction direction;

    IncrementalActions(TaskParts parts, Fence fence, Background background, Direction direction) {
        this.parts = parts;
        this.fence = fence;
        this.background = background;
        this.direction = direction;
    }

    /** Compares both databases. */
    public VerifyReport verify() throws InterruptedException {
        return direction.comparison().run();
    }

    /** Moves the applications to the destination; the phase is left if they were moved. */
    public SwitchReport switchover(SwitchOptions options) throws InterruptedException {
        Mirrors.requireNone(parts, "Applications are moved by hand.");
        return new Switch(SwitchKind.SWITCHOVER, parts, fence).run(direction, background, options);
    }

    /** Answers a rollback that was carried out before. */
    public SwitchReport rolledBackAlready(SwitchOptions options) throws InterruptedException {
        return new Switch(SwitchKind.ROLLBACK, parts, fence).again(options);
    }
}
