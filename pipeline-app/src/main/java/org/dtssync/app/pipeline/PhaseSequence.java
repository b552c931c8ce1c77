package org.dtssync.app.pipeline;

import java.time.Duration;
import java.util.Optional;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.progress.Phase;
import org.dtssync.app.progress.TableState;
import org.dtssync.app.progress.TaskProgress;
import org.dtssync.app.snapshot.SnapshotJob;
import org.dtssync.app.snapshot.SnapshotListener;
import org.dtssync.app.structure.StructureApplier;
import org.dtssync.app.structure.StructureFinisher;
import org.dtssync.app.structure.StructureReader;
import org.dtssync.app.structure.StructureStore;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.postgres.Fence;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The phases in their order, each begun where the state says: the one file that wires the whole task.
 *
 * <pre>
 *   prepare → capture → schema → snapshot → catch-up → finalize → incremental
 * </pre>
 *
 * <p>Capture runs beside everything from its phase on. The applier does not run before catch-up, since a chunk copied late
 * would put old rows over newer ones; and not during finalize, since an index and a write would wait for each other.
 */
final class PhaseSequence {

    private static final Logger LOG = LoggerFactory.getLogger(PhaseSequence.class);

    private final TaskParts parts;
    private final Fence fence;
    private final Background background;
    private final PipelineListener listener;
    private final Heartbeat heartbeat;
    private final ApplyPart apply;
    private final AppliedMark applied = new AppliedMark();

    PhaseSequence(TaskParts parts, Fence fence, Background background, PipelineListener listener) {
        this.parts = parts;
        this.fence = fence;
        this.background = background;
        this.listener = listener;
        this.heartbeat = new Heartbeat(parts);
        this.apply = new ApplyPart(parts, fence, (position, commitTimeMicros, changes) -> {
            applied.reached(position.lsn());
            listener.applied(
                    position.lsn(),
                    commitTimeMicros == null ? -1 : System.currentTimeMillis() - commitTimeMicros / 1000,
                    changes);
        });
    }

    Optional<VerifyReport> run(RunOptions options) throws InterruptedException {
        Phase phase = parts.progress().task().map(TaskProgress::phase).orElse(Phase.PREPARE);
        phase = phase.isAfter(Phase.PREPARE) ? phase : prepare();
        parts.retry().run("source", () -> SourceIdentity.require(parts));
        phase = changeTables(phase, options);
        // A change that is found at once waits for the applier as well: what was written before it goes over first.
        applied.applying(phase.isAfter(Phase.FINALIZE));
        startBesides();
        if (!phase.isAfter(Phase.SCHEMA)) {
            schema();
        }
        if (options.goal() == RunGoal.SCHEMA) {
            return Optional.empty();
        }
        if (!phase.isAfter(Phase.SNAPSHOT)) {
            snapshot();
        }
        if (options.goal() == RunGoal.SNAPSHOT) {
            return Optional.empty();
        }
        if (!phase.isAfter(Phase.CATCH_UP)) {
            catchUp();
        }
        if (!phase.isAfter(Phase.FINALIZE)) {
            finish();
        }
        return incremental(options.goal());
    }

    private void enter(Phase phase) throws InterruptedException {
        parts.retry().run("state", () -> parts.progress().enter(phase, fence));
        listener.entered(phase);
        LOG.info("Phase begins. task={} phase={}", parts.task().name(), phase.label());
    }

    private Phase prepare() throws InterruptedException {
        enter(Phase.PREPARE);
        parts.retry().run("prepare", () -> new Preparation(parts, fence).run());
        enter(Phase.CAPTURE);
        return Phase.CAPTURE;
    }

    /** Takes changed structures as they are now, and sends tables back to be loaded anew. */
    private Phase changeTables(Phase phase, RunOptions options) throws InterruptedException {
        StructureChanges changes = new StructureChanges(parts, fence, phase.isAfter(Phase.SCHEMA));
        options.acceptStructure().forEach(changes::accept);
        for (TableName table : options.resnapshot()) {
            changes.resnapshot(table, snapshotJob(false));
        }
        if (!phase.isAfter(Phase.FINALIZE)) {
            parts.retry().run("structure watch", () -> new StructureWatch(parts, applied).check());
        }
        // Also where a run was killed right after it had emptied a table.
        boolean unloaded = parts.progress().tables().stream()
                .anyMatch(table -> table.state() == TableState.PENDING || table.state() == TableState.COPYING);
        return unloaded && phase.isAfter(Phase.SNAPSHOT) ? Phase.SNAPSHOT : phase;
    }

    private void startBesides() {
        background.start("dts-sync-capture", new CapturePart(parts, applied)::run);
        background.start("dts-sync-heartbeat", () -> parts.retry().run("heartbeat", heartbeat::beat));
        background.start(
                "dts-sync-structure-watch",
                () -> parts.retry().run("structure watch", () -> new StructureWatch(parts, applied).run()));
    }

    private void schema() throws InterruptedException {
        enter(Phase.SCHEMA);
        parts.retry().run("schema", () -> {
            StructureStore store = structureStore();
            if (!store.isSaved()) {
                store.save(new StructureReader(parts.source(), parts.task().objects()).read(), fence);
            }
            structureApplier(store).applyPreData();
        });
    }

    private StructureStore structureStore() {
        return new StructureStore(parts.destination(), parts.task().name());
    }

    private StructureApplier structureApplier(StructureStore store) {
        return new StructureApplier(
                parts.destination(),
                store,
                fence,
                parts.task().destination().existing(),
                parts.task().snapshot().workers(),
                (object, state, seconds) -> listener.structureObject(object.name(), state.label(), seconds));
    }

    private void snapshot() throws InterruptedException {
        enter(Phase.SNAPSHOT);
        SnapshotJob job = snapshotJob(parts.task().destination().existing() == Existing.EMPTY);
        listener.snapshotStarted(job.progress());
        job.run();
    }

    private SnapshotJob snapshotJob(boolean emptyFirst) {
        return new SnapshotJob(
                parts.source(),
                parts.destination(),
                parts.progress(),
                fence,
                parts.task().snapshot(),
                parts.task().retry(),
                emptyFirst,
                tellOfTables());
    }

    private SnapshotListener tellOfTables() {
        return new SnapshotListener() {
            @Override
            public void tableCopied(TableName table, long rows, long bytes, Duration time) {
                listener.tableCopied(table, rows, bytes, time);
            }
        };
    }

    private void catchUp() throws InterruptedException {
        enter(Phase.CATCH_UP);
        applied.applying(true);
        apply.converge(this::isConsistent);
        applied.applying(false);
        parts.retry().run("state", () -> parts.progress().startStreaming(fence));
    }

    /** Asked after every write: reading rows from the source raises the point while the applier is on its way to it. */
    private boolean isConsistent(Lsn applied) {
        return parts.progress()
                .task()
                .flatMap(TaskProgress::consistencyPoint)
                .map(applied::reached)
                .orElse(true);
    }

    private void finish() throws InterruptedException {
        enter(Phase.FINALIZE);
        parts.retry().run("finalize", () -> structureApplier(structureStore()).applyPostData());
        parts.retry().run("finalize", () -> {
            StructureFinisher finisher = new StructureFinisher(
                    parts.source(), parts.destination(), parts.task().objects(), fence);
            finisher.analyze(table -> {});
            finisher.refresh(view -> {});
        });
    }

    private Optional<VerifyReport> incremental(RunGoal goal) throws InterruptedException {
        enter(Phase.INCREMENTAL);
        applied.applying(true);
        background.start("dts-sync-apply", () -> apply.follow(lsn -> false));
        Comparison comparison = new Comparison(parts, heartbeat, listener, applied);
        try {
            switch (goal) {
                case CAUGHT_UP -> parts.retry().run("heartbeat", heartbeat::awaitApplied);
                case VERIFIED -> {
                    parts.retry().run("heartbeat", heartbeat::awaitApplied);
                    return Optional.of(comparison.run());
                }
                default -> new CommandDesk(parts, comparison).serve();
            }
            return Optional.empty();
        } finally {
            apply.abort();
        }
    }
}
