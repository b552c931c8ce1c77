package org.dtssync.app.stream;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dtssync.app.catalog.StructureChange;
import org.dtssync.app.catalog.StructureFingerprint;
import org.dtssync.app.catalog.TableStructure;
import org.dtssync.app.drift.AppliedMark;
import org.dtssync.app.drift.StructureWatch;
import org.dtssync.app.source.PublicationWatch;
import org.dtssync.app.task.TaskParts;
import org.dtssync.connectors.capture.Capture;
import org.dtssync.connectors.capture.CaptureListener;
import org.dtssync.connectors.capture.CapturedTable;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.KafkaTopics;
import org.dtssync.connectors.kafka.LostCuts;
import org.dtssync.connectors.postgres.Fence;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.TopicNames;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a capture running: after a passing fault a new one begins from the last cut. Runs in one thread. */
public final class CapturePart implements CaptureListener {

    private static final Logger LOG = LoggerFactory.getLogger(CapturePart.class);

    private final TaskParts parts;
    private final Fence fence;
    private final List<CapturedTable> tables;
    private final AppliedMark applied;
    private final CaptureWatch watch;
    private volatile Lsn lastCut = Lsn.ZERO;

    CapturePart(TaskParts parts, Fence fence, AppliedMark applied, CaptureWatch watch) {
        this.watch = watch;
        this.parts = parts;
        this.fence = fence;
        this.tables = CapturedTables.captured(
                parts.progress().tables(), parts.structures().read());
        this.applied = applied;
    }

    /** Captures until interrupted or until a fault that does not pass. */
    void run() throws InterruptedException {
        try {
            parts.retry().run("capture", this::once);
        } catch (SyncException e) {
            if (e.kind() != FaultKind.STRUCTURE_CHANGED) {
                throw e;
            }
            // What was written before the change is in cuts and goes over; then the task stops.
            applied.await(lastCut);
            throw explained(e);
        }
    }

    private void once() throws InterruptedException {
        // Asked before the topics are touched, so that a successor is not disturbed, and after, when it cannot change
        // any more.
        requireTask();
        requireCuts();
        requirePublication();
        Capture capture = new Capture(
                parts.captureSettings(tables),
                parts.source(),
                parts.keyConverter(),
                parts.valueConverter(),
                parts.cutCodec(),
                this,
                this::changed);
        try {
            capture.run();
        } catch (SyncException e) {
            throw e.kind() == FaultKind.FENCED ? fencedByWhom(e) : e;
        }
    }

    /**
     * Tables whose records look unchanged although the catalog has another structure now. Where the change is one that records
     * show, they were written before it and may go.
     */
    private Set<TableName> changed(Set<TableName> announced) {
        Map<TableName, String> stored = new HashMap<>();
        parts.structures().read(announced).forEach((table, recorded) -> stored.put(table, recorded.structure()));
        if (stored.isEmpty()) {
            return Set.of();
        }
        Map<TableName, String> now = new StructureFingerprint(parts.source()).read(stored.keySet());
        Set<TableName> changed = new HashSet<>();
        for (StructureChange change : StructureFingerprint.changes(stored, now)) {
            String current = now.get(change.table());
            boolean shown = current == null
                    || !TableStructure.parse(current)
                            .carried()
                            .equals(TableStructure.parse(stored.get(change.table()))
                                    .carried());
            if (!shown) {
                changed.add(change.table());
            }
        }
        return changed;
    }

    /** The catalog tells more of the change than the record that gave it away. */
    private SyncException explained(SyncException found) {
        try {
            new StructureWatch(parts, applied).check();
        } catch (SyncException e) {
            return e.kind() == FaultKind.STRUCTURE_CHANGED || e.kind() == FaultKind.PUBLICATION ? e : found;
        }
        return found;
    }

    /** A server of version 18 warns in its log that there is no publication, and streams nothing. */
    private void requirePublication() {
        try {
            new PublicationWatch(parts).check();
        } catch (SyncException e) {
            // The structure watch tells of tables that were dropped, in other words.
            throw e.kind() == FaultKind.PUBLICATION ? explained(e) : e;
        }
    }

    /** Cuts in another topic of the same name would lead nowhere: the applier looks for them where the first ones are. */
    private void requireCuts() {
        String topic = new TopicNames(parts.task().name()).cuts();
        Optional<String> identifier = parts.progress().cutsTopic();
        if (identifier.isEmpty()) {
            return;
        }
        try (KafkaTopics topics = new KafkaTopics(parts.task().kafka().properties())) {
            topics.changed(Map.of(topic, identifier.get())).forEach((name, how) -> {
                throw LostCuts.changed(name, how);
            });
        }
    }

    /**
     * The broker fences a producer off also where a transaction took too long, such as in a frozen network: then the task is
     * still this instance's.
     */
    private SyncException fencedByWhom(SyncException fault) {
        requireTask();
        return new SyncException(
                FaultKind.TRANSIENT,
                "The broker aborted the open transaction of task " + fence.task()
                        + ": it took longer than transaction.timeout.ms, or another task with this name writes to the topics.",
                "If it happens repeatedly, raise transaction.timeout.ms under kafka, and check that no other task has"
                        + " this name.",
                fault);
    }

    /** The topics have a fence of their own, but one that the last to come wins: only the epoch says who may come. */
    private void requireTask() {
        parts.destination().inTransaction("The epoch of task " + fence.task() + " could not be checked", connection -> {
            fence.hold(connection);
            return fence;
        });
    }

    @Override
    public void othersFenced() {
        requireTask();
    }

    @Override
    public void topicMadeAgain(String topic) {
        LOG.warn("A topic was deleted and re-created; its changes that were not applied are lost. topic={}", topic);
    }

    @Override
    public void started(Lsn lsn) {
        watch.started();
        lastCut = Lsn.max(lastCut, lsn);
        LOG.info(
                "Capture is streaming. task={} slot={} lsn={}",
                parts.task().name(),
                parts.task().slot(),
                lsn);
    }

    @Override
    public void cutWritten(Cut cut) {
        watch.cutWritten(cut);
        lastCut = new Lsn(cut.lsn());
        parts.listener().captured(cut.changes());
        LOG.debug("Cut written. sequence={} lsn={} changes={}", cut.sequence(), new Lsn(cut.lsn()), cut.changes());
    }
}
