package org.dtssync.app.pipeline;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.dtssync.app.progress.TableProgress;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Fence;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/**
 * One direction of a task at work: capture, heartbeat, structure watch and applier, each in a thread of its own that can be
 * started by itself.
 *
 * <p>Used by one thread.
 */
final class Direction implements AutoCloseable {

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
    Direction(TaskParts parts, Fence fence, Background background, PipelineListener listener) {
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
    Fence fence() {
        return fence;
    }

    /** Returns what is told of streaming and of cuts. */
    CaptureWatch watch() {
        return watch;
    }

    Heartbeat heartbeat() {
        return heartbeat;
    }

    Comparison comparison() {
        return comparison;
    }

    /** Returns how far its applier is. */
    AppliedMark applied() {
        return applied;
    }

    List<TableName> tables() {
        return parts.progress().tables().stream().map(TableProgress::table).toList();
    }

    /** Starts to capture. */
    void startCapture() {
        background.start("dts-sync-capture-" + parts.task().name(), () -> {
            AtomicReference<CapturePart> capture = new AtomicReference<>();
            parts.retry().run("state", () -> capture.set(new CapturePart(parts, fence, applied, watch)));
            capture.get().run();
        });
    }

    /** Applies, before the consistency point, until the goal is reached; in the caller's thread. */
    void converge(Predicate<Lsn> goal) throws InterruptedException {
        applied.applying(true);
        apply.converge(goal);
        applied.applying(false);
    }

    /** Starts everything but the capture. */
    void startFollowing() {
        startWatching();
        startApply();
    }

    /** Starts the heartbeat and the watch over the structure. */
    void startWatching() {
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
    void startApply() {
        applied.applying(true);
        partitions.begin();
        background.start("dts-sync-apply-" + parts.task().name(), () -> apply.follow(lsn -> false));
    }

    @Override
    public void close() {
        apply.abort();
        background.close();
    }
}
