package org.dtssync.app.pipeline;

import java.util.Optional;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.drift.ShapeChanges;
import org.dtssync.app.lease.InstanceLease;
import org.dtssync.app.moving.Switch;
import org.dtssync.app.moving.SwitchKind;
import org.dtssync.app.runtime.Background;
import org.dtssync.app.runtime.Retry;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.snapshot.LockedLoad;
import org.dtssync.app.state.Phase;
import org.dtssync.app.stream.Direction;
import org.dtssync.app.stream.StreamFactory;
import org.dtssync.app.stream.StreamListener;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.TableName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Phase reverse: applications use the destination, and the source follows it with the same parts and swapped ends, until
 * the rollback or the completion. Runs in the task's main thread.
 */
final class ReversePhase {

    private static final Logger LOG = LoggerFactory.getLogger(ReversePhase.class);

    private final TaskFile task;
    private final Route route;
    private final StreamFactory streams;
    private final Moves moves;
    private final Background background;
    private final PipelineListener listener;
    private final PhaseCommands commands;
    private final Retry retry;

    /**
     * Wires the phase; runs nothing yet.
     *
     * @param task the task file
     * @param route the route that it describes
     * @param streams makes the directions
     * @param moves makes what moves applications
     * @param background the task's threads
     * @param commands carries out what people ask of the task
     */
    ReversePhase(
            TaskFile task,
            Route route,
            StreamFactory streams,
            Moves moves,
            Background background,
            PipelineListener listener,
            PhaseCommands commands) {
        this.task = task;
        this.route = route;
        this.streams = streams;
        this.moves = moves;
        this.retry = new Retry(task.retry(), listener);
        this.background = background;
        this.listener = listener;
        this.commands = commands;
    }

    /** Follows until the phase is left or the goal is reached; returns the verification, if the goal was one. */
    Optional<VerifyReport> run(RunOptions options) throws InterruptedException {
        Switch switchover = retry.call("state", () -> moves.move(SwitchKind.SWITCHOVER));
        if (switchover.isUnfinished()) {
            retry.run("switchover", () -> switchover.finish(moves.epoch()));
        }
        listener.entered(Phase.REVERSE);
        LOG.info("Entering phase. task={} phase={}", route.task(), Phase.REVERSE.label());
        Route reverse = route.reversed();
        try (InstanceLease held =
                        retry.call("lease", () -> InstanceLease.acquirePatiently(reverse, task.secondInstance()));
                Background closing = background.group();
                Direction back = streams.open(reverse, held.epoch(), background, listener)) {
            closing.start("dts-sync-lease-reverse", () -> retry.run("lease", () -> held.keep(() -> null)));
            retry.run("recorder", back::resumeRecorder);
            changeTables(options, reverse, held.epoch());
            back.startCapture();
            back.startFollowing();
            return follow(back, options.goal());
        }
    }

    /** Before capture starts, which compares what it reads with what is recorded. */
    private void changeTables(RunOptions options, Route reverse, Epoch epoch) throws InterruptedException {
        ShapeChanges changes = new ShapeChanges(reverse, task.objects(), epoch, true, table -> false);
        for (TableName table : options.acceptStructure()) {
            retry.run("structure", () -> changes.accept(table));
        }
        if (!options.resnapshot().isEmpty()) {
            Mirrors.requireNone(task, "Tables cannot be reloaded: the reloaded rows would flow back.");
        }
        LockedLoad load = new LockedLoad(reverse.source(), reverse.destination(), epoch);
        for (TableName table : options.resnapshot()) {
            retry.run("reload", () -> changes.reload(table, load::load));
        }
    }

    private Optional<VerifyReport> follow(Direction back, RunGoal goal) throws InterruptedException {
        switch (goal) {
            case CAUGHT_UP, SCHEMA, SNAPSHOT ->
                retry.run("heartbeat", () -> back.heartbeat().awaitApplied());
            case VERIFIED -> {
                return Optional.of(back.verification().run());
            }
            case NONE ->
                commands.serve(new ReverseActions(
                        task,
                        moves,
                        back,
                        (forward, fence) -> streams.open(forward, fence, background, StreamListener.NONE)));
        }
        return Optional.empty();
    }
}
