package org.dtssync.connectors.capture;

import java.util.List;
import java.util.Optional;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.schemas.ChangeEnvelope;
import org.dtssync.schemas.Cut;

/**
 * Takes the source's events: closes cuts, and confirms to the slot only what a committed cut contains.
 *
 * <p>Not thread-safe.
 */
final class CutHandler implements ChangeSource.Consumer {

    /**
     * Tables of one cut, unless a single transaction has more: the destination holds locks on all of them and their indexes at
     * once, and its lock table has space for a few thousand.
     */
    private static final int CUT_TABLES = 600;

    private final TransactionAssembler assembler;
    private final CutWriter writer;
    private final CaptureSettings.Limits limits;
    private final CaptureListener listener;
    private final Runnable beforeFirstCut;
    private final ShapeGate gate;
    private final Optional<ReadRows> reads;
    private final Turns turns = new Turns(System::nanoTime);
    private boolean newTransaction = true;
    private Cut last;
    private boolean wroteNothing = true;

    CutHandler(
            TransactionAssembler assembler,
            CutWriter writer,
            CaptureSettings.Limits limits,
            CaptureListener listener,
            Cut last,
            Runnable beforeFirstCut,
            ShapeGate gate,
            Optional<ReadRows> reads) {
        this.assembler = assembler;
        this.writer = writer;
        this.limits = limits;
        this.listener = listener;
        this.last = last;
        this.beforeFirstCut = beforeFirstCut;
        this.gate = gate;
        this.reads = reads;
    }

    @Override
    public void between(ReadEnvelopes envelopes) throws InterruptedException {
        // The records of a cut are one stretch of each topic, also those of a transaction that comes in pieces.
        if (reads.isPresent() && assembler.arrivingNumber() == 1 && turns.areRowsNext()) {
            turns.rowsBegin();
            reads.get().writeWaiting(envelopes);
            turns.rowsEnd();
        }
    }

    @Override
    public int accept(List<SourceEvent> events) {
        int confirmed = 0;
        int lastEnd = 0;
        turns.changesCame(events.size());
        reads.ifPresent(rows -> note(events, rows));
        assembler.prepare(events);
        for (int i = 0; i < events.size(); i++) {
            if (add(events.get(i))) {
                lastEnd = i + 1;
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
        // The events end where nothing more waits, or where there are many: either way what is complete goes out now.
        if (assembler.hasComplete()) {
            writeCut();
            confirmed = Math.max(confirmed, lastEnd);
        }
        return confirmed;
    }

    private void note(List<SourceEvent> events, ReadRows rows) {
        for (SourceEvent event : events) {
            if (event instanceof RowChange change && newTransaction) {
                rows.arrived(change.envelope().getStruct(ChangeEnvelope.SOURCE).getInt64(ChangeEnvelope.TRANSACTION));
            }
            newTransaction = event instanceof TransactionEnd;
        }
    }

    private boolean isFull(long changes, long bytes) {
        return changes >= limits.cutChanges() || bytes >= limits.cutBytes();
    }

    /** What came before a change that stops the capture goes out first. */
    private boolean add(SourceEvent event) {
        try {
            return assembler.add(event);
        } catch (SyncException e) {
            if (e.kind() == FaultKind.SHAPE_CHANGED && assembler.hasComplete()) {
                writeCut();
            }
            throw e;
        }
    }

    private void writeCut() {
        List<SourceTransaction> transactions = assembler.takeComplete();
        ShapeGate.Violation violation = gate.first(transactions);
        List<SourceTransaction> sound = violation == null ? transactions : transactions.subList(0, violation.index());
        writeCuts(sound);
        if (violation != null) {
            throw violation.fault();
        }
    }

    /** A transaction that changes the structure is a cut of its own: the destination runs it in one transaction of its own. */
    private void writeCuts(List<SourceTransaction> transactions) {
        int from = 0;
        for (int i = 0; i < transactions.size(); i++) {
            boolean ends =
                    i + 1 == transactions.size() || transactions.get(i + 1).commands();
            if (transactions.get(i).commands() || ends) {
                checkOnce();
                last = writer.write(transactions.subList(from, i + 1), last);
                listener.cutWritten(last);
                from = i + 1;
            }
        }
    }

    /** Transactions before the large one are sent first, so that the large one is a separate cut. */
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
}
