package org.dtssync.app.stream;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.dtssync.app.drift.AppliedMark;
import org.dtssync.app.moving.MovingStream;
import org.dtssync.app.prepare.Preparation;
import org.dtssync.app.runtime.Background;
import org.dtssync.app.runtime.Retry;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.source.Heartbeat;
import org.dtssync.app.source.StreamProgress;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.Verifications;
import org.dtssync.connectors.apply.AppliedPosition;
import org.dtssync.connectors.capture.ReadRequests;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running direction of a task: capture, heartbeat, schema checks and applier, each in its own thread that can be
 * started separately.
 *
 * <p>Used by one thread.
 */
public final class Direction implements MovingStream {

    private static final Logger LOG = LoggerFactory.getLogger(Direction.class);

    private final Route route;
    private final Epoch epoch;
    private final Background background;
    private final Retry retry;
    private final AppliedMark applied;
    private final StreamProgress captured;
    private final Heartbeat heartbeat;
    private final LiveVerification verification;
    private final ShapeCheckLoop checks;
    private final Supplier<CapturePart> capture;
    private final ApplyPart apply;
    private final SequenceFollower sequences;
    private final Preparation preparation;
    private final ReadRequests reads;
    private final ProgressStore progress;

    Direction(
            Route route,
            Epoch epoch,
            Background background,
            Retry retry,
            AppliedMark applied,
            StreamProgress captured,
            Heartbeat heartbeat,
            LiveVerification verification,
            ShapeCheckLoop checks,
            Supplier<CapturePart> capture,
            ApplyPart apply,
            SequenceFollower sequences,
            Preparation preparation,
            ReadRequests reads) {
        this.route = route;
        this.epoch = epoch;
        this.background = background;
        this.retry = retry;
        this.applied = applied;
        this.captured = captured;
        this.heartbeat = heartbeat;
        this.verification = verification;
        this.checks = checks;
        this.capture = capture;
        this.apply = apply;
        this.sequences = sequences;
        this.preparation = preparation;
        this.reads = reads;
        this.progress = new ProgressStore(route.destination(), route.task());
    }

    @Override
    public Epoch epoch() {
        return epoch;
    }

    @Override
    public StreamProgress captured() {
        return captured;
    }

    /** Returns its heartbeat. */
    public Heartbeat heartbeat() {
        return heartbeat;
    }

    /** Returns the verification of both databases while it is running. */
    public LiveVerification verification() {
        return verification;
    }

    /** Returns its applier's progress. */
    public AppliedMark applied() {
        return applied;
    }

    /**
     * Writes rows to the topics, each part in a transaction at the source of its own, whose last one stays open.
     *
     * @param table the table
     * @param session at the source
     * @param parts what follows {@code FROM} in queries of the rows
     * @param begin begins a transaction, whose first query takes its snapshot
     */
    public void writeRows(TableName table, Connection session, List<String> parts, ReadChunk.Opening begin)
            throws SQLException, InterruptedException {
        for (int i = 0; i < parts.size(); i++) {
            ReadChunk part = new ReadChunk(table, session, parts.get(i), begin);
            reads.write(part);
            Failpoint.SNAPSHOT_ROWS_IN_TOPIC.reached();
            if (i + 1 < parts.size()) {
                part.abandon();
            } else {
                part.waitAsUsual();
            }
        }
    }

    @Override
    public List<TableName> tables() {
        return progress.followed();
    }

    @Override
    public void startCapture(List<TableName> followed) {
        progress.install();
        preparation.follow(followed);
        startCapture();
    }

    @Override
    public Lsn awaitApplied(Duration limit) throws InterruptedException {
        return heartbeat.awaitApplied(limit);
    }

    @Override
    public Lsn writeHeartbeat() {
        return heartbeat.writeOnce();
    }

    /** Repairs what records commands at the source, if the task carries them: of whatever comes before, nothing counts as missed. */
    public void resumeRecorder() {
        checks.recorder().resume();
    }

    /** Checks once whether the source has changed in a way that nothing carries. */
    public void checkStructure() {
        checks.structure().check();
    }

    @Override
    public void requireUnchangedStructure() throws InterruptedException {
        checks.structure().look();
    }

    @Override
    public Optional<String> verifiedAt(Duration maximumAge) {
        return verification.fresh(maximumAge).map(Verifications.Verified::at);
    }

    @Override
    public boolean verify(Duration resumable) throws InterruptedException {
        return verification.rows(resumable).equal();
    }

    @Override
    public void pauseSequences() {
        sequences.pause();
    }

    @Override
    public void resumeSequences() {
        sequences.resume();
    }

    /** Starts to capture. */
    public void startCapture() {
        background.start(
                "dts-sync-capture-" + route.task(),
                () -> retry.call("state", capture::get).run());
    }

    /** Applies, before the consistency point, until the goal is reached; in the caller's thread. */
    public void converge(Predicate<Lsn> goal) throws InterruptedException {
        applied.applying(true);
        apply.converge(goal);
        applied.applying(false);
    }

    /** Starts everything except the capture. */
    public void startFollowing() {
        startChecks();
        startApply();
    }

    /** Starts the heartbeat and the schema checks. */
    public void startChecks() {
        background.start("dts-sync-heartbeat-" + route.task(), () -> retry.run("heartbeat", heartbeat::beat));
        background.start("dts-sync-structure-check-" + route.task(), () -> retry.run("structure check", checks::run));
    }

    /** Starts to apply, after the consistency point. */
    public void startApply() {
        applied.applying(true);
        checks.followsExactly();
        background.start("dts-sync-apply-" + route.task(), this::follow);
        background.start("dts-sync-sequences-" + route.task(), sequences::run);
        background.start("dts-sync-indexes-" + route.task(), apply::buildIndexes);
    }

    /**
     * A switch removes the position in the transaction that decides it, while this still applies: changes in the moment until
     * it is closed find no position, and that is not a fault. It is one if the task belongs to another instance by then.
     */
    private void follow() throws InterruptedException {
        try {
            apply.follow(lsn -> false);
        } catch (SyncException e) {
            if (e.kind() != FaultKind.FENCED || !retry.call("state", this::isEndedByOurselves)) {
                throw e;
            }
            LOG.info("The stream has ended: the applications were moved. task={}", route.task());
        }
    }

    private boolean isEndedByOurselves() {
        return route.destination()
                .inTransaction("The position of task " + epoch.task() + " could not be looked up", connection -> {
                    epoch.hold(connection);
                    return AppliedPosition.read(connection, epoch.task()).isEmpty();
                });
    }

    @Override
    public void close() {
        apply.abort();
        background.close();
    }
}
