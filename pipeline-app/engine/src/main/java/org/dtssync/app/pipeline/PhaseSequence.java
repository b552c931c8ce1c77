package org.dtssync.app.pipeline;

import java.util.List;
import java.util.Optional;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.drift.ShapeChanges;
import org.dtssync.app.lease.InstanceLease;
import org.dtssync.app.moving.Abandonment;
import org.dtssync.app.moving.Completion;
import org.dtssync.app.moving.Switch;
import org.dtssync.app.moving.SwitchKind;
import org.dtssync.app.prepare.Mirror;
import org.dtssync.app.runtime.Background;
import org.dtssync.app.runtime.Retry;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.source.SourceIdentity;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.TableState;
import org.dtssync.app.state.TaskProgress;
import org.dtssync.app.stream.Direction;
import org.dtssync.app.stream.StreamFactory;
import org.dtssync.app.stream.StreamListener;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.kafka.BrokerAddresses;
import org.dtssync.connectors.kafka.BrokerAddresses.Answer;
import org.dtssync.connectors.kafka.BrokerAddresses.Found;
import org.dtssync.connectors.kafka.ClientProperties;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.TableName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The phases in order, resumed from the state: the one file that wires the whole task.
 *
 * <pre>
 *   prepare → capture → schema → snapshot → catch-up → finalize → incremental
 * </pre>
 *
 * <p>Capture runs alongside everything from its phase on. The applier does not run before catch-up, since a chunk copied late
 * would put old rows over newer ones; and not during finalize, since an index and a write would wait for each other.
 */
final class PhaseSequence {

    private static final Logger LOG = LoggerFactory.getLogger(PhaseSequence.class);

    private final TaskFile task;
    private final Route route;
    private final StreamFactory streams;
    private final Epoch epoch;
    private final Background background;
    private final PipelineListener listener;
    private final PhaseCommands commands;
    private final ProgressStore progress;
    private final Retry retry;
    private final Moves moves;
    private final LoadPhases load;

    /**
     * Wires the phases; runs nothing yet.
     *
     * @param task the task file
     * @param route the route that it describes
     * @param streams makes the directions
     * @param epoch the right to write to the destination
     * @param background the task's threads
     * @param commands carries out what people ask of the task
     */
    PhaseSequence(
            TaskFile task,
            Route route,
            StreamFactory streams,
            Epoch epoch,
            Background background,
            PipelineListener listener,
            PhaseCommands commands) {
        this.task = task;
        this.route = route;
        this.streams = streams;
        this.epoch = epoch;
        this.background = background;
        this.listener = listener;
        this.commands = commands;
        this.progress = new ProgressStore(route.destination(), route.task());
        this.retry = new Retry(task.retry(), listener);
        this.moves = new Moves(task, route, epoch);
        this.load = new LoadPhases(task, route, epoch, retry, listener);
    }

    /** Runs to a goal; whenever applications are moved, the running direction ends and the opposite one starts. */
    Optional<VerifyReport> run(RunOptions asked) throws InterruptedException {
        RunOptions options = asked;
        while (true) {
            Phase phase = settled();
            if (phase.isOver()) {
                LOG.info("The task has ended; there is nothing to run. task={} phase={}", route.task(), phase.label());
                return Optional.empty();
            }
            if (!task.kafka().embedded()) {
                ClientProperties.require(task.kafka().properties());
                sayWhatDoesNotAnswer(BrokerAddresses.requireNoOther(task.kafka().properties()));
            }
            Optional<VerifyReport> report;
            if (phase == Phase.REVERSE) {
                report = new ReversePhase(task, route, streams, moves, background, listener, commands).run(options);
            } else {
                report = forward(options, phase);
            }
            if (options.goal() != RunGoal.NONE) {
                return report;
            }
            // What was asked of tables is done: it must not be repeated after a rollback, hours later.
            options = RunOptions.to(options.goal());
        }
    }

    /** Kafka's client says nothing of it for half a minute. */
    private void sayWhatDoesNotAnswer(List<Answer> answers) {
        answers.stream()
                .filter(answer -> answer.found() != Found.BROKER)
                .forEach(answer -> LOG.warn(
                        "Kafka does not answer; the run waits for it. task={} address={} reason={}",
                        route.task(),
                        answer.address(),
                        answer.reason()));
    }

    /** Undoes or finishes a switch that a crash left in the middle; returns the resulting phase. */
    private Phase settled() throws InterruptedException {
        Phase phase =
                retry.call("state", progress::task).map(TaskProgress::phase).orElse(Phase.PREPARE);
        if (phase == Phase.SWITCHOVER || phase == Phase.ROLLBACK) {
            SwitchKind kind = phase == Phase.SWITCHOVER ? SwitchKind.SWITCHOVER : SwitchKind.ROLLBACK;
            retry.run("switchover", () -> moves.move(kind).undoAfterCrash());
            return phase == Phase.SWITCHOVER ? Phase.INCREMENTAL : Phase.REVERSE;
        }
        if (phase == Phase.ABANDONED) {
            Abandonment abandonment = moves.abandonment();
            if (abandonment.isUnfinished()) {
                retry.run("rollback", () -> finishAbandonment(abandonment));
            }
        }
        if (phase == Phase.COMPLETE) {
            Switch oneWay = retry.call("state", () -> moves.move(SwitchKind.SWITCHOVER));
            if (oneWay.isUnfinished()) {
                retry.run("switchover", () -> oneWay.finish(epoch));
            } else if (Completion.isOneWay(route)) {
                retry.run("switchover", oneWay::repointAgain);
            }
            Completion completion = moves.completion();
            if (completion.isUnfinished()) {
                retry.run("complete", () -> finishCompletion(completion));
            }
        }
        if (phase == Phase.INCREMENTAL) {
            // It reads the source, which may be away for a while.
            Switch rollback = retry.call("state", () -> moves.move(SwitchKind.ROLLBACK));
            if (rollback.isUnfinished()) {
                retry.run("rollback", () -> finishRollback(rollback));
            }
        }
        return phase;
    }

    private void finishAbandonment(Abandonment abandonment) throws InterruptedException {
        try (InstanceLease lease = InstanceLease.acquirePatiently(route.reversed(), task.secondInstance())) {
            abandonment.finish(lease.epoch());
        }
    }

    private void finishCompletion(Completion completion) throws InterruptedException {
        try (InstanceLease lease = InstanceLease.acquirePatiently(route.reversed(), task.secondInstance())) {
            completion.finish(lease.epoch());
        }
    }

    private void finishRollback(Switch rollback) throws InterruptedException {
        try (InstanceLease lease = InstanceLease.acquirePatiently(route.reversed(), task.secondInstance())) {
            rollback.finish(lease.epoch());
        }
    }

    private Optional<VerifyReport> forward(RunOptions options, Phase begin) throws InterruptedException {
        try (Direction direction = streams.open(route, epoch, background, listener)) {
            return forward(options, begin, direction);
        }
    }

    private Optional<VerifyReport> forward(RunOptions options, Phase begin, Direction direction)
            throws InterruptedException {
        Phase phase = begin;
        phase = phase.isAfter(Phase.PREPARE) ? phase : prepare();
        retry.run("source", () -> SourceIdentity.require(route));
        retry.run("recorder", direction::resumeRecorder);
        phase = changeTables(phase, options, direction);
        // A change that is found at once waits for the applier too: changes written before it are applied first.
        direction.applied().applying(phase.isAfter(Phase.FINALIZE));
        direction.startCapture();
        direction.startChecks();
        if (!phase.isAfter(Phase.SCHEMA)) {
            load.schema();
        }
        if (options.goal() == RunGoal.SCHEMA) {
            return Optional.empty();
        }
        if (!phase.isAfter(Phase.SNAPSHOT)) {
            load.snapshot(direction);
        }
        if (options.goal() == RunGoal.SNAPSHOT) {
            return Optional.empty();
        }
        if (!phase.isAfter(Phase.CATCH_UP)) {
            load.catchUp(direction);
        }
        if (!phase.isAfter(Phase.FINALIZE)) {
            load.finish();
        }
        return incremental(direction, options.goal());
    }

    private void enter(Phase phase) throws InterruptedException {
        load.enter(phase);
    }

    private Phase prepare() throws InterruptedException {
        enter(Phase.PREPARE);
        Optional<Mirror> mirror = Mirror.of(task);
        if (mirror.isPresent()) {
            retry.run("prepare", () -> mirror.get().prepare(streams.preparation(route, epoch)));
            return Phase.INCREMENTAL;
        }
        retry.run("prepare", () -> streams.preparation(route, epoch).run());
        enter(Phase.CAPTURE);
        return Phase.CAPTURE;
    }

    /** Accepts changed shapes, and marks tables to be reloaded. */
    private Phase changeTables(Phase phase, RunOptions options, Direction direction) throws InterruptedException {
        ShapeChanges changes =
                new ShapeChanges(route, task.objects(), epoch, phase.isAfter(Phase.SCHEMA), load::isKeyToCome);
        for (TableName table : options.acceptStructure()) {
            retry.run("structure", () -> changes.accept(table));
        }
        if (!options.resnapshot().isEmpty()) {
            Mirrors.requireNone(task, "Tables cannot be reloaded: the reloaded rows would flow back.");
        }
        for (TableName table : options.resnapshot()) {
            retry.run("structure", () -> changes.resnapshot(table, load::reset));
        }
        if (!phase.isAfter(Phase.FINALIZE)) {
            retry.run("structure check", direction::checkStructure);
        }
        // Also if a run was killed right after it had emptied a table.
        boolean unloaded = retry.call("state", progress::tables).stream()
                .anyMatch(table -> table.state() == TableState.PENDING || table.state() == TableState.COPYING);
        return unloaded && phase.isAfter(Phase.SNAPSHOT) ? Phase.SNAPSHOT : phase;
    }

    private Optional<VerifyReport> incremental(Direction direction, RunGoal goal) throws InterruptedException {
        enter(Phase.INCREMENTAL);
        retry.run("schema", load::withdrawLateObjects);
        direction.startApply();
        switch (goal) {
            case CAUGHT_UP -> awaitApplied(direction);
            case VERIFIED -> {
                awaitApplied(direction);
                return Optional.of(direction.verification().run());
            }
            default ->
                commands.serve(new IncrementalActions(
                        task,
                        moves,
                        direction,
                        (back, there) -> streams.open(back, there, background, StreamListener.NONE)));
        }
        return Optional.empty();
    }

    private void awaitApplied(Direction direction) throws InterruptedException {
        retry.run("heartbeat", () -> direction.heartbeat().awaitApplied());
    }
}
