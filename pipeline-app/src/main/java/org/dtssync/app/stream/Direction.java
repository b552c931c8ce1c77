package org.dtssync.app.stream;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.dtssync.app.drift.AppliedMark;
import org.dtssync.app.drift.ReplacedPartitions;
import org.dtssync.app.drift.StructureWatch;
import org.dtssync.app.progress.TableProgress;
import org.dtssync.app.source.Heartbeat;
import org.dtssync.app.task.Background;
import org.dtssync.app.task.PipelineListener;
import org.dtssync.app.task.TaskParts;
import org.dtssync.connectors.apply.AppliedPosition;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Fence;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One direction of a task at work: capture, heartbeat, structure watch and applier, each in a thread of its own that can be
 * started by itself.
 *
 * <p>Used by one thread.
 */
public final class Direction implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Direction.class);

    private final TaskParts parts;
    private final Fence fence;
    private final Background background;
    private final Heartbeat heartbeat;
    private final ApplyPart apply;
    private final Comparison comparison;
    private final AppliedMark applied = new AppliedMark();
    private final ReplacedPartitions partitions;
    private final CaptureWatch watch;

    /**
     * Creates a direction at rest.
     *
     * @param background the threads' owner; they are a group of their own in it
     */
    public Direction(TaskParts parts, Fence fence, Background background, PipelineListener listener) {
        this.parts = parts;
        this.fence = fence;
        this.background = background.group();
        this.heartbeat = new Heartbeat(parts);
        this.partitions = new ReplacedPartitions(parts, fence, heartbeat);
        this.watch = new CaptureWatch(parts.task().name());
        this.apply = new ApplyPart(parts, fence, (position, commitTimeMicros, changes) -> {
            applied.reached(position.lsn());
            listener.applied(
                    position.lsn(),
                    commitTimeMicros == null ? -1 : System.currentTimeMillis() - commitTimeMicros / 1000,
                    changes);
        });
        this.comparison = new Comparison(parts, fence, heartbeat, listener, applied);
    }

    TaskParts parts() {
        return parts;
    }

    /** Returns the right to write to the database it is applied to. */
    public Fence fence() {
        return fence;
    }

    /** Returns what is told of streaming and of cuts. */
    public CaptureWatch watch() {
        return watch;
    }

    public Heartbeat heartbeat() {
        return heartbeat;
    }

    public Comparison comparison() {
        return comparison;
    }

    /** Returns how far its applier is. */
    public AppliedMark applied() {
        return applied;
    }

    public List<TableName> tables() {
        return parts.progress().tables().stream().map(TableProgress::table).toList();
    }

    /** Starts to capture. */
    public void startCapture() {
        background.start("dts-sync-capture-" + parts.task().name(), () -> {
            AtomicReference<CapturePart> capture = new AtomicReference<>();
            parts.retry().run("state", () -> capture.set(new CapturePart(parts, fence, applied, watch)));
            capture.get().run();
        });
    }

    /** Applies, before the consistency point, until the goal is reached; in the caller's thread. */
    public void converge(Predicate<Lsn> goal) throws InterruptedException {
        applied.applying(true);
        apply.converge(goal);
        applied.applying(false);
    }

    /** Starts everything but the capture. */
    public void startFollowing() {
        startWatching();
        startApply();
    }

    /** Starts the heartbeat and the watch over the structure. */
    public void startWatching() {
        background.start(
                "dts-sync-heartbeat-" + parts.task().name(), () -> parts.retry().run("heartbeat", heartbeat::beat));
        background.start(
                "dts-sync-structure-watch-" + parts.task().name(),
                () -> parts.retry().run("structure watch", this::watchStructure));
    }

    /** An instance that was replaced while it was frozen sees what its successor did, and must not tell that as a fault. */
    private void watchStructure() throws InterruptedException {
        try {
            new StructureWatch(parts, applied).run(partitions);
        } catch (SyncException e) {
            parts.destination()
                    .inTransaction("The epoch of task " + fence.task() + " could not be checked", connection -> {
                        fence.hold(connection);
                        return fence;
                    });
            throw e;
        }
    }

    /** Starts to apply, after the consistency point. */
    public void startApply() {
        applied.applying(true);
        partitions.begin();
        background.start("dts-sync-apply-" + parts.task().name(), this::follow);
    }

    /**
     * A switch takes the position away in the transaction that decides it, while this still applies: what comes in the moment until
     * it is closed finds no position, and that is no fault. It is one where the task is somebody else's by then.
     */
    private void follow() throws InterruptedException {
        try {
            apply.follow(lsn -> false);
        } catch (SyncException e) {
            AtomicBoolean ended = new AtomicBoolean();
            if (e.kind() == FaultKind.FENCED) {
                parts.retry().run("state", () -> ended.set(isEndedByOurselves()));
            }
            if (!ended.get()) {
                throw e;
            }
            LOG.info(
                    "The stream has ended: the applications were moved. task={}",
                    parts.task().name());
        }
    }

    private boolean isEndedByOurselves() {
        return parts.destination()
                .inTransaction("The position of task " + fence.task() + " could not be looked up", connection -> {
                    fence.hold(connection);
                    return AppliedPosition.read(connection, fence.task()).isEmpty();
                });
    }

    @Override
    public void close() {
        apply.abort();
        background.close();
    }
}
