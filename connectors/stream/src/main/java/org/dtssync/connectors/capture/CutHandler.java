package org.dtssync.connectors.capture;

import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import java.util.List;
import org.apache.kafka.connect.source.SourceRecord;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.schemas.Cut;

/**
 * What the engine calls with each batch: closes cuts, and confirms to the slot only what a committed cut contains.
 *
 * <p>Called by one thread of the engine's.
 */
final class CutHandler implements DebeziumEngine.ChangeConsumer<RecordChangeEvent<SourceRecord>> {

    /**
     * Tables of one cut, unless a single transaction has more: the destination holds locks on all of them and their indexes at
     * once, and has room for some thousands.
     */
    private static final int CUT_TABLES = 600;

    private final TransactionAssembler assembler;
    private final CutWriter writer;
    private final CaptureSettings.Limits limits;
    private final CaptureListener listener;
    private final Runnable beforeFirstCut;
    private final StructureGate gate;
    private Cut last;
    private boolean wroteNothing = true;

    CutHandler(
            TransactionAssembler assembler,
            CutWriter writer,
            CaptureSettings.Limits limits,
            CaptureListener listener,
            Cut last,
            Runnable beforeFirstCut,
            StructureGate gate) {
        this.assembler = assembler;
        this.writer = writer;
        this.limits = limits;
        this.listener = listener;
        this.last = last;
        this.beforeFirstCut = beforeFirstCut;
        this.gate = gate;
    }

    @Override
    public void handleBatch(
            List<RecordChangeEvent<SourceRecord>> events,
            DebeziumEngine.RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
            throws InterruptedException {
        RecordChangeEvent<SourceRecord> confirmed = null;
        RecordChangeEvent<SourceRecord> lastEnd = null;
        for (RecordChangeEvent<SourceRecord> event : events) {
            if (add(event)) {
                lastEnd = event;
            }
            if (assembler.completedPieces()
                    || assembler.completeTopics() >= CUT_TABLES
                    || isFull(assembler.completeChanges(), assembler.completeBytes())) {
                writeCut();
                confirmed = lastEnd;
            }
            if (isFull(assembler.arrivingChanges(), assembler.arrivingBytes())) {
                confirmed = assembler.hasComplete() ? lastEnd : confirmed;
                writePiece();
            }
        }
        // A batch ends where nothing more waits, or where it is full: either way what is complete goes out now.
        if (assembler.hasComplete()) {
            writeCut();
            confirmed = lastEnd == null ? confirmed : lastEnd;
        }
        if (confirmed != null) {
            committer.markProcessed(confirmed);
            committer.markBatchFinished();
        }
    }

    private boolean isFull(long changes, long bytes) {
        return changes >= limits.cutChanges() || bytes >= limits.cutBytes();
    }

    /** What came before a record that stops the capture goes out first. */
    private boolean add(RecordChangeEvent<SourceRecord> event) {
        try {
            return assembler.add(event.record());
        } catch (SyncException e) {
            if (e.kind() == FaultKind.STRUCTURE_CHANGED && assembler.hasComplete()) {
                writeCut();
            }
            throw e;
        }
    }

    private void writeCut() {
        List<SourceTransaction> transactions = assembler.takeComplete();
        StructureGate.Violation violation = gate.first(transactions);
        List<SourceTransaction> sound = violation == null ? transactions : transactions.subList(0, violation.index());
        if (!sound.isEmpty()) {
            checkOnce();
            last = writer.write(sound, last);
            listener.cutWritten(last);
        }
        if (violation != null) {
            throw violation.fault();
        }
    }

    /** What came before the large transaction goes out first, so that the large one is a cut of its own. */
    private void writePiece() {
        if (assembler.hasComplete()) {
            writeCut();
        }
        checkOnce();
        long number = assembler.arrivingNumber();
        writer.writePiece(assembler.takeArriving(), number);
    }

    private void checkOnce() {
        if (wroteNothing) {
            beforeFirstCut.run();
            wroteNothing = false;
        }
    }

    @Override
    public boolean supportsTombstoneEvents() {
        return false;
    }
}
