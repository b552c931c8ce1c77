package org.dtssync.app.pipeline;

import java.util.Optional;
import org.dtssync.app.lease.InstanceLease;
import org.dtssync.app.moving.Switch;
import org.dtssync.app.moving.SwitchKind;
import org.dtssync.app.progress.Phase;
import org.dtssync.app.stream.Direction;
import org.dtssync.app.task.Background;
import org.dtssync.app.task.PipelineListener;
import org.dtssync.app.task.TaskParts;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.postgres.Fence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Phase reverse: applications use the destination, and the source follows it by the same parts with the ends changed, until
 * the rollback or the completion. Runs in the task's main thread.
 */
final class ReversePhase {

    private static final Logger LOG = LoggerFactory.getLogger(ReversePhase.class);

    private final TaskParts task;
    private final TaskParts reverse;
    private final Fence taskFence;
    private final Background background;
    private final PipelineListener listener;
    private final PhaseCommands commands;

    ReversePhase(
            TaskParts task, Fence taskFence, Background background, PipelineListener listener, PhaseCommands commands) {
        this.task = task;
        this.reverse = task.reversed();
        this.taskFence = taskFence;
        this.background = background;
        this.listener = listener;
        this.commands = commands;
    }

    /** Follows until the phase is left or the goal is reached; returns the comparison, if the goal was one. */
    Optional<VerifyReport> run(RunGoal goal) throws InterruptedException {
        Switch switchover = new Switch(SwitchKind.SWITCHOVER, task, taskFence);
        if (switchover.isUnfinished()) {
            task.retry().run("switchover", () -> switchover.finish(taskFence));
        }
        listener.entered(Phase.REVERSE);
        LOG.info("Phase begins. task={} phase={}", task.task().name(), Phase.REVERSE.label());
        InstanceLease[] lease = new InstanceLease[1];
        task.retry().run("lease", () -> lease[0] = InstanceLease.acquirePatiently(reverse));
        try (InstanceLease held = lease[0];
                Background closing = background.group();
                Direction back = new Direction(reverse, held.fence(), background, listener)) {
            closing.start("dts-sync-lease-reverse", () -> task.retry().run("lease", held::keep));
            back.startCapture();
            back.startFollowing();
            return follow(back, goal);
        }
    }

    private Optional<VerifyReport> follow(Direction back, RunGoal goal) throws InterruptedException {
        switch (goal) {
            case CAUGHT_UP, SCHEMA, SNAPSHOT ->
                task.retry().run("heartbeat", () -> back.heartbeat().awaitApplied());
            case VERIFIED -> {
                return Optional.of(back.comparison().run());
            }
            case NONE -> commands.serve(new ReverseActions(task, taskFence, background, back));
        }
        return Optional.empty();
    }
}
