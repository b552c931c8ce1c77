package org.dtssync.app.moving;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.dtssync.app.config.SwitchoverSettings;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.source.StreamEnd;
import org.dtssync.app.state.EndpointResult;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.SwitchReport;
import org.dtssync.app.state.SwitchoverSteps;
import org.dtssync.connectors.apply.AppliedPosition;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.SqlFaults;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the applications back to the source although reverse replication may be incomplete: missing changes are named and
 * exist only at the destination, and the task ends, since neither database follows the other exactly any more.
 *
 * <p>Used if a rollback is not possible. As there, one transaction at the destination decides: before it a restart undoes,
 * after it a restart finishes. One object serves one attempt, in the task's main thread.
 */
public final class Abandonment {

    private static final Logger LOG = LoggerFactory.getLogger(Abandonment.class);

    private static final String PAUSE = "pause";
    private static final String LAST = "endpoint";

    private final Route task;
    private final Route reverse;
    private final Epoch taskEpoch;
    private final SwitchoverSettings settings;
    private final SequenceTransfer sequences;
    private final Supplier<List<Gate>> objects;
    private final UnsentRows unsent;
    private final ProgressStore progress;
    private final SwitchoverSteps steps;

    /**
     * Creates one; does nothing yet.
     *
     * @param task the route that the task file describes
     * @param taskEpoch the right to write to its destination
     * @param settings how applications are moved
     * @param sequences finds the sequences to be set at the source
     * @param objects checks what applications would miss there
     * @param unsent copies the rows that no stream contains
     */
    public Abandonment(
            Route task,
            Epoch taskEpoch,
            SwitchoverSettings settings,
            SequenceTransfer sequences,
            Supplier<List<Gate>> objects,
            UnsentRows unsent) {
        this.task = task;
        this.reverse = task.reversed();
        this.taskEpoch = taskEpoch;
        this.settings = settings;
        this.sequences = sequences;
        this.objects = objects;
        this.unsent = unsent;
        this.progress = new ProgressStore(task.destination(), task.task());
        this.steps = new SwitchoverSteps(task.destination(), task.task(), "rollback");
    }

    /**
     * Moves them.
     *
     * @param back reverse replication, which ends here
     * @param rollback the rollback whose first steps it shares; it undoes them if this fails
     */
    public SwitchReport run(MovingStream back, Switch rollback) throws InterruptedException {
        steps.start(SwitchoverSteps.Kind.ABANDON, taskEpoch);
        progress.enter(Phase.ROLLBACK, taskEpoch);
        LOG.warn("Rolling back without waiting for all changes. task={}", task.task());
        long began = System.nanoTime();
        String missed = missed();
        String lost;
        int set;
        boolean opened = false;
        try {
            // What it reads need not be waited for by applications.
            ReadOnlyGate fence = fence(task.destination());
            hold();
            try (ReadOnlyGate.Locks locks = fence.raise(taskEpoch)) {
                lost = drain(back);
                back.close();
                missed += copyUnsent(back.epoch());
                set = new SequenceCopy(sequences.of(reverse)).run(back.epoch());
                locks.requireHeld();
                open();
                opened = true;
                Failpoint.ABANDON_OPENED.reached();
            }
        } finally {
            if (!opened && progress.task().orElseThrow().phase() != Phase.ABANDONED) {
                // As after a crash here, when a restart undoes it by the recorded steps.
                rollback.letGoOn();
                progress.enter(Phase.REVERSE, taskEpoch);
            }
        }
        Optional<SyncException> unmoved = finish(back.epoch());
        EndpointResult moved =
                unmoved.isPresent() ? EndpointResult.FAILED : endpoint().moved();
        SwitchReport report = new SwitchReport(
                "rollback",
                true,
                (System.nanoTime() - began) / 1e9,
                null,
                set,
                "skipped",
                null,
                moved,
                new Whereabouts(
                                endpoint(),
                                task.destination().settings(),
                                task.source().settings())
                        .of(moved),
                List.of(),
                "Not at the source: " + lost
                        + ". " + missed
                        + "The task has ended: save what you need from the destination, then run dts-sync release."
                        + unmoved.map(e -> " " + e.getMessage()).orElse(""));
        steps.end(report, taskEpoch);
        return report;
    }

    /** Going back must not fail for it, but it is said before anything is closed, and in the report. */
    private String missed() {
        List<Gate> failed = new ArrayList<>();
        try {
            failed.addAll(Gate.failed(SequenceGates.check(sequences.of(reverse))));
            failed.addAll(Gate.failed(objects.get()));
        } catch (SyncException e) {
            LOG.warn("What the source lacks could not be found out. task={} reason={}", task.task(), e.getMessage());
        }
        if (failed.isEmpty()) {
            return "";
        }
        String messages = failed.stream().map(Gate::message).collect(Collectors.joining(" "));
        LOG.warn("Applications will miss something at the source. task={} missing={}", task.task(), messages);
        return messages + " ";
    }

    /** Going back must not fail for them either. */
    private String copyUnsent(Epoch there) throws InterruptedException {
        try {
            unsent.copy(reverse, unsent.tables(reverse), there);
            return "";
        } catch (SyncException e) {
            LOG.warn("Rows that are not streamed were not copied. task={} reason={}", task.task(), e.getMessage());
            return "Rows of unlogged tables and of tables without columns were not copied: " + e.what() + " ";
        }
    }

    /** A PgBouncer that cannot let clients wait must not prevent going back. */
    private void hold() {
        steps.begin(PAUSE, taskEpoch);
        try {
            endpoint().hold();
        } catch (SyncException e) {
            LOG.warn(
                    "Applications cannot be paused and will see errors. task={} reason={}",
                    task.task(),
                    e.getMessage());
        }
        steps.done(PAUSE, taskEpoch);
    }

    private Endpoint endpoint() {
        return Endpoint.of(settings, task.source().settings(), false);
    }

    private String drain(MovingStream back) throws InterruptedException {
        try {
            back.awaitApplied(settings.drainTimeout());
            return "nothing";
        } catch (SyncException e) {
            if (e.kind() != FaultKind.TRANSIENT && e.kind() != FaultKind.CONNECTION) {
                throw e;
            }
            return Undrained.of(reverse).phrase();
        }
    }

    private void open() {
        task.destination().doInTransaction("The phase could not be recorded", connection -> {
            taskEpoch.hold(connection);
            progress.enter(connection, Phase.ABANDONED);
        });
    }

    /**
     * Returns whether the applications of a task that was abandoned are at the source.
     *
     * @param task the route that the task file describes
     */
    public static EndpointResult endpointOf(Route task, SwitchoverSettings settings) {
        boolean moved = new SwitchoverSteps(task.destination(), task.task(), "rollback").isDone(LAST);
        return moved ? Endpoint.of(settings, task.source().settings(), false).moved() : EndpointResult.FAILED;
    }

    /** Returns whether a crash left it past its point of no return, but unfinished. */
    public boolean isUnfinished() {
        return !steps.isDone(LAST);
    }

    /**
     * Finishes it.
     *
     * @param sourceEpoch the right to write to the source
     * @return why applications were not moved to the source, if they were not; a later start retries
     */
    public Optional<SyncException> finish(Epoch sourceEpoch) throws InterruptedException {
        steps.begin(LAST, taskEpoch);
        // Before the first write there: nothing still in flight may arrive after that.
        endWriters();
        new StreamEnd(reverse, sourceEpoch).run();
        fence(task.source()).lift(sourceEpoch);
        try {
            endpoint().move();
        } catch (SyncException e) {
            LOG.warn("The applications were not repointed. task={} reason={}", task.task(), e.getMessage());
            return Optional.of(e);
        }
        steps.done(LAST, taskEpoch);
        return Optional.empty();
    }

    /** One of our sessions that waits for a lock there does not notice that its client has ended. */
    private void endWriters() {
        try (Connection connection = task.source().open()) {
            AppliedPosition.endWriters(connection);
        } catch (SQLException e) {
            throw SqlFaults.explain("The sessions of the reverse replication could not be ended", e);
        }
    }

    private ReadOnlyGate fence(DatabaseConnections database) {
        return new ReadOnlyGate(
                database,
                new ProgressStore(reverse.destination(), reverse.task()).followed(),
                settings.applicationRoles(),
                task.task(),
                task.name().applicationName());
    }
}
