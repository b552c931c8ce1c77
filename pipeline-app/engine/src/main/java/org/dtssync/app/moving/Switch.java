package org.dtssync.app.moving;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.dtssync.app.config.SecondInstance;
import org.dtssync.app.config.SwitchoverSettings;
import org.dtssync.app.lease.InstanceLease;
import org.dtssync.app.runtime.Retry;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.sequences.SequencePair;
import org.dtssync.app.source.StreamEnd;
import org.dtssync.app.state.EndpointResult;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.StepTime;
import org.dtssync.app.state.SwitchReport;
import org.dtssync.app.state.SwitchoverSteps;
import org.dtssync.connectors.apply.AppliedPosition;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the applications from the database that one direction captures to the one it is applied to, or back: a fixed sequence of
 * steps, each recorded before it begins and when it is done.
 *
 * <p>One transaction at the destination is the point of no return: it names the new phase. After a crash before it the next
 * start undoes the switch, after a crash past it the next start finishes it; both are safe to repeat. One object serves
 * one attempt, in the task's main thread.
 */
public final class Switch {

    private static final Logger LOG = LoggerFactory.getLogger(Switch.class);

    private static final long START_LIMIT_MILLIS = 90_000;
    private static final String PAUSE = "pause";
    private static final String OPEN = "open";
    static final String ENDPOINT = "endpoint";
    private static final String LAST = "materialized-views";

    private final SwitchKind kind;
    private final Route task;
    private final Epoch taskEpoch;
    private final Route from;
    private final Route next;
    private final SwitchoverSettings settings;
    private final SecondInstance second;
    private final ProgressStore progress;
    private final Arrival arrival;

    /** Those of a dry run leave the ones alone that a start needs. */
    private SwitchoverSteps steps;

    private final ReadOnlyGate writeFence;
    private final Endpoint endpoint;

    /** The right to write to the source, which has the state of the opposite direction; null until it is held. */
    private @Nullable Epoch sourceEpoch;

    /** The position up to which the other side has everything, once the read-only one has drained. */
    private Lsn drained = Lsn.ZERO;

    /** How long each step of this attempt took. */
    private final List<StepTime> times = new ArrayList<>();

    /** The phase that the task is in once the other database is open. */
    private Phase after;

    /**
     * Creates a switch; does nothing yet.
     *
     * @param kind the direction of the move
     * @param task the route that the task file describes; the state at its destination is authoritative
     * @param taskEpoch the right to write there
     * @param settings how applications are moved
     * @param second what to do while another instance holds the other direction
     * @param arrival what is done at the other database
     */
    public Switch(
            SwitchKind kind,
            Route task,
            Epoch taskEpoch,
            SwitchoverSettings settings,
            SecondInstance second,
            Arrival arrival) {
        this.kind = kind;
        this.after = kind.after();
        this.task = task;
        this.taskEpoch = taskEpoch;
        this.settings = settings;
        this.second = second;
        this.arrival = arrival;
        this.progress = new ProgressStore(task.destination(), task.task());
        Route opposite = task.reversed();
        this.from = kind == SwitchKind.SWITCHOVER ? task : opposite;
        this.next = kind == SwitchKind.SWITCHOVER ? opposite : task;
        this.steps = new SwitchoverSteps(task.destination(), task.task(), kind.label());
        this.writeFence = fenceOf(from);
        this.endpoint = Endpoint.of(settings, from.destination().settings(), kind == SwitchKind.SWITCHOVER);
    }

    private ReadOnlyGate fenceOf(Route direction) {
        return new ReadOnlyGate(
                direction.source(),
                new ProgressStore(direction.destination(), direction.task()).followed(),
                settings.applicationRoles(),
                task.task(),
                task.name().applicationName());
    }

    /** Returns the right to write to one of the two databases. */
    private @Nullable Epoch epochAt(DatabaseConnections database) {
        return database.role().equals(task.destination().role()) ? taskEpoch : sourceEpoch;
    }

    private Epoch heldAt(DatabaseConnections database) {
        return Objects.requireNonNull(epochAt(database), "The right to write is taken before the move.");
    }

    private void step(String name, Retry.Action work) throws InterruptedException {
        recorded().run(name, work);
    }

    private <T> T step(String name, RecordedSteps.Step<T> work) throws InterruptedException {
        return recorded().call(name, work);
    }

    private RecordedSteps recorded() {
        return new RecordedSteps(steps, taskEpoch, task.task(), kind.label(), times::add);
    }

    /**
     * Moves them.
     *
     * @param active the running direction, to be closed by the caller afterwards
     * @param opener opens the other one
     * @throws SyncException if a precondition is not met or a step fails; everything is as it was then
     */
    public SwitchReport run(MovingStream active, StreamOpener opener, SwitchOptions options)
            throws InterruptedException {
        steps = options.dryRun() ? steps.ofDryRun() : steps;
        after = options.oneWay() ? Phase.COMPLETE : kind.after();
        steps.start(options.attempt(), taskEpoch);
        try {
            SwitchReport report = attempt(active, opener, options);
            steps.end(report, taskEpoch);
            return report;
        } catch (SyncException e) {
            recordFailure(e);
            throw e;
        }
    }

    private void recordFailure(SyncException fault) {
        try {
            steps.failed(fault, taskEpoch);
        } catch (SyncException e) {
            fault.addSuppressed(e);
        }
    }

    private SwitchReport attempt(MovingStream active, StreamOpener opener, SwitchOptions options)
            throws InterruptedException {
        SwitchReadiness readiness = new SwitchReadiness(
                kind,
                settings,
                task.name().applicationName(),
                from,
                endpoint,
                arrival.sequences().of(from),
                arrival.objects(),
                arrival.reverse(),
                fenceOf(next).liftingStatements().isEmpty());
        step(SwitchPreconditions.STEP, () -> readiness.gates(active, options));
        SwitchReadiness.Checked verification =
                options.skipVerify() ? SwitchReadiness.Checked.SKIPPED : step("verify", () -> readiness.verify(active));
        if (options.dryRun()) {
            return SwitchReport.notMoved(
                    kind.label(),
                    0,
                    null,
                    verification.word(),
                    verification.at(),
                    times,
                    "Run the command without --dry-run.");
        }
        try (InstanceLease lease =
                kind == SwitchKind.SWITCHOVER ? InstanceLease.acquirePatiently(next, second) : null) {
            sourceEpoch = lease == null ? active.epoch() : lease.epoch();
            return move(active, opener, options, readiness, verification);
        }
    }

    private SwitchReport move(
            MovingStream active,
            StreamOpener opener,
            SwitchOptions options,
            SwitchReadiness readiness,
            SwitchReadiness.Checked verification)
            throws InterruptedException {
        // Before the tables of the opposite direction are listed: a command from here on would be missing there.
        long commands = new CarriedChanges(from).passed();
        progress.enter(kind.during(), taskEpoch);
        Failpoint.SWITCH_PHASE_ENTERED.reached();
        boolean opened = false;
        boolean rehearsed = false;
        try {
            Epoch epoch = heldAt(next.destination());
            // Without a way back nothing captures the other database.
            try (MovingStream back = options.oneWay() ? null : opener.open(next, epoch)) {
                if (back != null) {
                    step("stream-back", () -> startBack(active, back));
                }
                List<SequencePair> pairs = readiness.again(options.ignoreStructure(), verification);
                List<TableName> others =
                        options.rehearse() ? List.of() : arrival.unsent().tables(from);
                active.pauseSequences();
                ReadOnlyGate gate = writeFence.lockingAlso(others);
                Crossing crossing;
                // Its session is opened before applications wait.
                try (ReadOnlyGate.Session session = gate.open()) {
                    crossing = cross(
                            active,
                            back,
                            options,
                            new Listed(pairs, others, commands),
                            () -> gate.raise(heldAt(from.source()), session));
                }
                if (options.rehearse()) {
                    rehearsed = true;
                    return SwitchReport.notMoved(
                            kind.label(),
                            crossing.seconds(),
                            crossing.lsn(),
                            verification.word(),
                            verification.at(),
                            times,
                            "Run the command without --rehearse.");
                }
                opened = true;
                step("writes", this::allowWrites);
                Optional<SyncException> unmoved = endpoint();
                return new SwitchReport(
                        kind.label(),
                        true,
                        seconds(crossing.began()),
                        crossing.lsn().toString(),
                        crossing.sequences(),
                        verification.word(),
                        verification.at(),
                        endpointResult(unmoved),
                        applications(unmoved),
                        times,
                        SequenceGates.leftOut(pairs, from.destination().role())
                                + unmoved.map(e -> e.getMessage() + (after == Phase.COMPLETE ? " " + nextThing() : ""))
                                        .orElseGet(this::nextThing));
            }
        } finally {
            active.captured().forget();
            active.resumeSequences();
            // The response to the commit may have been lost: the stored phase is authoritative.
            if (!opened && !isOpen()) {
                undo(rehearsed);
            }
        }
    }

    /** What is listed right before the database is closed, and how many commands that change the structure had passed then. */
    private record Listed(List<SequencePair> pairs, List<TableName> others, long commands) {}

    private Crossing cross(
            MovingStream active,
            @Nullable MovingStream back,
            SwitchOptions options,
            Listed listed,
            RecordedSteps.Step<ReadOnlyGate.Locks> closing)
            throws InterruptedException {
        long began = System.nanoTime();
        boolean opened = false;
        try {
            step(PAUSE, endpoint::hold);
            try (ReadOnlyGate.Locks locks = step("fence", closing)) {
                Lsn lsn = step("drain", () -> drain(active));
                new CarriedChanges(from).requireNone(listed.commands());
                if (!options.rehearse() && arrival.unsent().any(listed.others())) {
                    step("rows", () -> arrival.unsent().copy(from, listed.others(), heldAt(from.destination())));
                }
                int sequences = options.rehearse() ? 0 : step("sequences", () -> copySequences(listed.pairs()));
                step(
                        "confirm",
                        () -> new SoleWriter(active, back, from, drained, settings.drainTimeout()).require(locks));
                if (!options.rehearse()) {
                    step(OPEN, this::open);
                    opened = true;
                }
                return new Crossing(began, seconds(began), lsn, sequences);
            }
        } finally {
            // Now, before everything else is undone: applications are waiting.
            if (!opened && !isOpen()) {
                letGoOn();
            }
        }
    }

    /** Applications can write again where they are. */
    void letGoOn() throws InterruptedException {
        writeFence.lift(epochAt(from.source()));
        if (!steps.isBegun(PAUSE)) {
            return;
        }
        try {
            endpoint.stay();
        } catch (SyncException e) {
            // The rest of the undo must not wait for it, and a restarted PgBouncer is not paused anyway.
            LOG.warn(
                    "Applications may still wait: RESUME at PgBouncer failed. task={} reason={}",
                    task.task(),
                    e.getMessage());
        }
    }

    private boolean isOpen() {
        return progress.task().map(stored -> stored.phase() == after).orElse(false);
    }

    private String nextThing() {
        String forward = after == Phase.COMPLETE ? SwitchReport.ONE_WAY : SwitchReport.FOLLOWED;
        return kind == SwitchKind.SWITCHOVER ? forward : "Keep dts-sync run active: the destination follows as before.";
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }

    /** Its slot must exist before the first write that has to be replicated back. */
    private Void startBack(MovingStream active, MovingStream back) throws InterruptedException {
        back.captured().record();
        back.startCapture(active.tables());
        back.captured().awaitStreaming(START_LIMIT_MILLIS);
        // Changes accumulated meanwhile would prolong the time in which writes are blocked.
        active.awaitApplied(settings.maximumLag());
        return null;
    }

    /** A marker that is written while the locks are held, and applied, proves that everything before it has arrived. */
    private Lsn drain(MovingStream active) throws InterruptedException {
        active.captured().record();
        Lsn lsn = active.awaitApplied(settings.drainTimeout());
        drained = from.destination()
                .inTransaction(
                        "The position could not be read",
                        connection -> AppliedPosition.read(connection, from.task())
                                .map(AppliedPosition::lsn)
                                .orElse(lsn));
        return lsn;
    }

    private int copySequences(List<SequencePair> pairs) {
        return new SequenceCopy(arrival.sequences().of(from)).run(pairs, heldAt(from.destination()));
    }

    /** The point of no return. */
    private Void open() {
        task.destination().doInTransaction("The phase could not be recorded", connection -> {
            taskEpoch.hold(connection);
            if (kind == SwitchKind.SWITCHOVER) {
                AppliedPosition.revoke(connection, from.task());
            }
            progress.enter(connection, after);
            // Here, not after the commit: a start that finds the new phase must know that it has to finish.
            steps.done(connection, OPEN);
            Failpoint.SWITCH_OPENING.reached();
        });
        return null;
    }

    /** The database that is opened may still be read-only from a switch in the opposite direction. */
    private Void allowWrites() {
        fenceOf(next).lift(epochAt(next.source()));
        return null;
    }

    /** Both databases are switched by now, so a failing program must not prevent reverse replication. */
    private Optional<SyncException> endpoint() throws InterruptedException {
        try {
            step(ENDPOINT, endpoint::move);
            return Optional.empty();
        } catch (SyncException e) {
            LOG.warn("The applications were not repointed. task={} reason={}", task.task(), e.getMessage());
            return Optional.of(e);
        }
    }

    /**
     * Answers a command that was already carried out, for example if a crash came after the point of no return and a restart has finished
     * it. Only an endpoint that could not be moved is retried.
     *
     * @throws SyncException if it never was
     */
    public SwitchReport again(SwitchOptions options) throws InterruptedException {
        if (!steps.isDone(OPEN) || options.dryRun() || options.rehearse()) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "The applications of task " + task.task() + " are at the "
                            + next.source().role() + " already, where " + kind.label() + " would move them.",
                    "See dts-sync status.");
        }
        Optional<SyncException> unmoved = steps.isDone(ENDPOINT) ? Optional.empty() : endpoint();
        return SwitchReport.ended(
                kind.label(),
                endpointResult(unmoved),
                applications(unmoved),
                unmoved.map(SyncException::getMessage)
                        .orElseGet(() -> "The applications were already moved. " + nextThing()));
    }

    /** Retries an endpoint that could not be moved by a switch that is otherwise finished. */
    public void repointAgain() throws InterruptedException {
        if (!steps.isDone(ENDPOINT)) {
            endpoint();
        }
    }

    private EndpointResult endpointResult(Optional<SyncException> unmoved) {
        return unmoved.isPresent() ? EndpointResult.FAILED : endpoint.moved();
    }

    private String applications(Optional<SyncException> unmoved) {
        return new Whereabouts(
                        endpoint, from.source().settings(), from.destination().settings())
                .of(endpointResult(unmoved));
    }

    /** Returns whether a crash left this switch past its point of no return, but unfinished. */
    public boolean isUnfinished() {
        return steps.isDone(OPEN) && !steps.isDone(LAST);
    }

    /**
     * Finishes the steps after the point of no return, resuming where it left off.
     *
     * @param epoch the right to write to the database that applications use now
     */
    public void finish(Epoch epoch) throws InterruptedException {
        if (kind == SwitchKind.ROLLBACK) {
            sourceEpoch = epoch;
        }
        if (!steps.isDone("writes")) {
            step("writes", this::allowWrites);
        }
        if (!steps.isDone(ENDPOINT)) {
            endpoint();
        }
        step("end-of-stream", () -> new StreamEnd(from, epoch).run());
        step(LAST, () -> arrival.views().run(from, epoch));
    }

    /** Restores the state from before, for a start that finds the task in the middle. */
    public void undoAfterCrash() throws InterruptedException {
        if (kind == SwitchKind.ROLLBACK) {
            undo(false);
            return;
        }
        try (InstanceLease lease = InstanceLease.acquirePatiently(next, second)) {
            sourceEpoch = lease.epoch();
            undo(false);
        }
    }

    private void undo(boolean rehearsed) throws InterruptedException {
        if (!rehearsed) {
            LOG.warn("Undoing the switch. task={} direction={}", task.task(), kind.label());
        }
        letGoOn();
        Failpoint.SWITCH_UNDO_WRITABLE.reached();
        new StreamEnd(next, heldAt(next.destination())).run();
        Failpoint.SWITCH_UNDONE.reached();
        progress.enter(kind.before(), taskEpoch);
    }
}
