package org.dtssync.app.pipeline;

import java.util.Map;
import java.util.Optional;
import org.dtssync.app.control.CommandDesk;
import org.dtssync.app.lease.InstanceLease;
import org.dtssync.app.moving.Abandonment;
import org.dtssync.app.moving.Completion;
import org.dtssync.app.moving.Switch;
import org.dtssync.app.moving.SwitchKind;
import org.dtssync.app.moving.SwitchOptions;
import org.dtssync.app.moving.SwitchReport;
import org.dtssync.app.progress.Phase;
import org.dtssync.app.stream.Direction;
import org.dtssync.app.task.Background;
import org.dtssync.app.task.PipelineListener;
import org.dtssync.app.task.TaskParts;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.app.verify.VerifyReportJson;
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

    ReversePhase(TaskParts task, Fence taskFence, Background background, PipelineListener listener) {
        this.task = task;
        this.reverse = task.reversed();
        this.taskFence = taskFence;
        this.background = background;
        this.listener = listener;
    }

    /** Follows until the phase is left or the goal is reached; returns the comparison, if the goal was one. */
    Optional<VerifyReport> run(RunGoal goal) throws InterruptedException {
        Switch switchover = new Switch(SwitchKind.SWITCHOVER, task, taskFence);
        if (switchover.isUnfinished()) {
            task.retry().run("switchover", () -> switchover.finish(taskFence));
        }
        listener.entered(Phase.REVERSE);
        LOG.info("Entering phase. task={} phase={}", task.task().name(), Phase.REVERSE.label());
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
            case NONE ->
                new CommandDesk(
                                task,
                                Map.of(
                                        "verify", options -> verify(back),
                                        "rollback", options -> rollback(back, SwitchOptions.parse(options)),
                                        "switchover", options -> again(SwitchOptions.parse(options)),
                                        "complete", options -> complete(back)))
                        .serve();
        }
        return Optional.empty();
    }

    private static CommandDesk.Outcome verify(Direction back) throws InterruptedException {
        VerifyReport report = back.comparison().run();
        return new CommandDesk.Outcome(VerifyReportJson.renderWhole(report), report.equal() ? 0 : 4, false);
    }

    private CommandDesk.Outcome rollback(Direction back, SwitchOptions options) throws InterruptedException {
        if (options.abandon()) {
            SwitchReport report = new Abandonment(task, taskFence).run(back);
            return new CommandDesk.Outcome(report.json(), 0, true);
        }
        SwitchReport report = new Switch(SwitchKind.ROLLBACK, task, taskFence).run(back, background, options);
        return new CommandDesk.Outcome(report.json(), 0, report.moved());
    }

    private CommandDesk.Outcome again(SwitchOptions options) throws InterruptedException {
        SwitchReport report = new Switch(SwitchKind.SWITCHOVER, task, taskFence).again(options);
        return new CommandDesk.Outcome(report.json(), 0, false);
    }

    private CommandDesk.Outcome complete(Direction back) throws InterruptedException {
        back.heartbeat().awaitApplied(task.task().switchover().drainTimeout());
        SwitchReport report = new Completion(task, taskFence).run(back);
        return new CommandDesk.Outcome(report.json(), 0, true);
    }
}
