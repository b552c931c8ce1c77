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
 * <p>Called by one thread of the engine's; what it writes is written by another, one thing at a time.
 */
final class CutHandler implements DebeziumEngine.ChangeConsumer<RecordChangeEvent<SourceRecord>> {

    /**
     * Tables of one cut, unless a single transaction has more: the destination holds locks on all of them and their indexes at
     * once, and has room for some thousands.
     */
    private static final int CUT_TABLES = 500;

    /**
     * After a batch of so many events the next one waits already, and its cut's end is looked for with that. After a smaller one it
     * is waited for at once, so that a fault is told and the slot is confirmed also where nothing more comes.
     */
    private static final int BUSY_BATCH = 1_024;

    private final TransactionAssembler assembler;
    private final CutWriter writer;
    private final CaptureSettings.Limits limits;
    private final CaptureListener listener;
    private final Runnable beforeFirstCut;
    private final StructureGate gate;
    private final BackgroundWrite write;

    /** Of the writing thread. */
    private Cut last;

    private boolean wroteNothing = true;

    /** The end of the last complete transaction, that of the cut under way, and the last one that is in the topics. */
    private RecordChangeEvent<SourceRecord> lastEnd;

    private RecordChangeEvent<SourceRecord> underWay;
    private RecordChangeEvent<SourceRecord> written;

    CutHandler(
            TransactionAssembler assembler,
            CutWriter writer,
            CaptureSettings.Limits limits,
            CaptureListener listener,
            Cut last,
            Runnable beforeFirstCut,
            StructureGate gate,
            BackgroundWrite write) {
        this.assembler = assembler;
        this.writer = writer;
        this.limits = limits;
        this.listener = listener;
        this.last = last;
        this.beforeFirstCut = beforeFirstCut;
        this.gate = gate;
        this.write = write;
    }

    @Override
    public void handleBatch(
            List<RecordChangeEvent<SourceRecord>> events,
            DebeziumEngine.RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
            throws InterruptedException {
        for (RecordChangeEvent<SourceRecord> event : events) {
            if (add(event)) {
                lastEnd = event;
            }
            if (assembler.completedPieces()
                    || assembler.completeTopics() >= CUT_TABLES
                    || isFull(assembler.completeChanges(), assembler.completeBytes())) {
                beginCut();
            }
            if (isFull(assembler.arrivingChanges(), assembler.arrivingBytes())) {
                writePiece();
            }
        }
        // A batch ends where nothing more waits, or where it is full: either way what is complete goes out now.
        if (assembler.hasComplete()) {
            beginCut();
        }
        if (events.size() < BUSY_BATCH) {
            awaitWritten();
        }
        if (written != null) {
            committer.markProcessed(written);
            committer.markBatchFinished();
            written = null;
        }
    }

    private boolean isFull(long changes, long bytes) {
        return changes >= limits.cutChanges() || bytes >= limits.cutBytes();
    }

    /** What came before a record that stops the capture goes out first. */
    private boolean add(RecordChangeEvent<SourceRecord> event) throws InterruptedException {
        try {
            return assembler.add(event.record());
        } catch (SyncException e) {
            if (e.kind() == FaultKind.STRUCTURE_CHANGED && assembler.hasComplete()) {
                beginCut();
            }
            awaitWritten();
            throw e;
        }
    }

    private void beginCut() throws InterruptedException {
        List<SourceTransaction> transactions = assembler.takeComplete();
        awaitWritten();
        write.begin(() -> writeCut(transactions));
        underWay = lastEnd;
    }

    private void awaitWritten() throws InterruptedException {
        write.await();
        if (underWay != null) {
            written = underWay;
            underWay = null;
        }
    }

    private void writeCut(List<SourceTransaction> transactions) {
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
    private void writePiece() throws InterruptedException {
        if (assembler.hasComplete()) {
            beginCut();
        }
        awaitWritten();
        long number = assembler.arrivingNumber();
        List<EncodedChange> piece = assembler.takeArriving();
        write.begin(() -> {
            checkOnce();
            writer.writePiece(piece, number);
        });
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
