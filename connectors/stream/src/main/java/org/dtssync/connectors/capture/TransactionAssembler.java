package org.dtssync.connectors.capture;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;

/**
 * Puts Debezium's records together into whole source transactions, by its BEGIN and END records.
 *
 * <p>Holds the complete transactions of the next cut and the changes of the one that is still arriving. Not thread-safe.
 */
final class TransactionAssembler {

    private final RecordEncoder encoder;
    private final MirroredTransactions mirrored;
    private final OtherHeartbeats others;
    private final String transactionTopic;
    private final String messageTopic;

    private List<SourceTransaction> complete = new ArrayList<>();
    private long completeChanges;
    private long completeBytes;
    private final Set<String> completeTopics = new HashSet<>();

    private List<EncodedChange> arriving = new ArrayList<>();
    private long arrivingBytes;
    private long arrivingNumber = 1;

    TransactionAssembler(String task, RecordEncoder encoder, MirroredTransactions mirrored) {
        this.encoder = encoder;
        this.mirrored = mirrored;
        this.others = new OtherHeartbeats(task);
        this.transactionTopic = task + ".transaction";
        this.messageTopic = task + ".message";
    }

    /**
     * Takes the next record; returns whether it ended a transaction that has changes. One without is in no cut: would the slot
     * be confirmed up to its end, then the next start would find the slot past the last cut.
     */
    boolean add(SourceRecord record) {
        if (record.topic().equals(transactionTopic)) {
            return boundary(record);
        }
        // Logical messages are nothing that a destination could hold.
        if (!record.topic().equals(messageTopic)) {
            change(record);
        }
        return false;
    }

    private boolean boundary(SourceRecord record) {
        Struct value = (Struct) record.value();
        // Debezium's own monitor tells beginnings too; ours, which takes its place, tells ends alone.
        if (value.getString("status").equals("BEGIN")) {
            if (!arriving.isEmpty() || arrivingNumber > 1) {
                throw broken("a transaction began inside another one");
            }
            return false;
        }
        return end(record, value.getInt64("ts_ms"));
    }

    private void change(SourceRecord record) {
        if (mirrored.leavesOut(record) || others.leavesOut(record)) {
            return;
        }
        for (EncodedChange change : encoder.encode(record)) {
            arriving.add(change);
            arrivingBytes += change.size();
        }
    }

    private boolean end(SourceRecord record, long commitTimeMillis) {
        boolean changed = !arriving.isEmpty() || arrivingNumber > 1;
        if (changed) {
            complete.add(new SourceTransaction(
                    endLsn(record), commitTimeMillis * 1000, arriving, arrivingNumber, encoder.takeAnnounced()));
            completeChanges += arriving.size();
            completeBytes += arrivingBytes;
            noteTopics();
        }
        arriving = new ArrayList<>();
        arrivingBytes = 0;
        arrivingNumber = 1;
        mirrored.begin();
        return changed;
    }

    private void noteTopics() {
        String last = null;
        for (EncodedChange change : arriving) {
            if (!change.topic().equals(last)) {
                completeTopics.add(change.topic());
            }
            last = change.topic();
        }
    }

    /** At a transaction's END Debezium has set the commit position in the offset to the end of the commit record. */
    private static Lsn endLsn(SourceRecord record) {
        return new Lsn(((Number) record.sourceOffset().get("lsn_commit")).longValue());
    }

    private static SyncException broken(String how) {
        return new SyncException(FaultKind.INTERNAL, "Debezium's stream is out of order: " + how + ".", "");
    }

    /** Returns whether there is at least one complete transaction with changes. */
    boolean hasComplete() {
        return !complete.isEmpty();
    }

    /**
     * Returns whether the last complete transaction went out in pieces. Its cut ends with it: the pieces do not tell where it
     * committed, and what reads them takes the cut's LSN for it.
     */
    boolean completedPieces() {
        return hasComplete() && complete.get(complete.size() - 1).firstNumber() > 1;
    }

    /** Returns how many changes the complete transactions have. */
    long completeChanges() {
        return completeChanges;
    }

    /** Returns about how many bytes the complete transactions take. */
    long completeBytes() {
        return completeBytes;
    }

    /** Returns how many topics the complete transactions go to, but for those of pieces that went out already. */
    int completeTopics() {
        return completeTopics.size();
    }

    /** Returns how many changes of the arriving transaction are held. */
    long arrivingChanges() {
        return arriving.size();
    }

    /** Returns about how many bytes of the arriving transaction are held. */
    long arrivingBytes() {
        return arrivingBytes;
    }

    /** Hands over the complete transactions. */
    List<SourceTransaction> takeComplete() {
        List<SourceTransaction> taken = complete;
        complete = new ArrayList<>();
        completeChanges = 0;
        completeBytes = 0;
        completeTopics.clear();
        return taken;
    }

    /** Hands over the changes of the arriving transaction that are held; what follows is numbered on. */
    List<EncodedChange> takeArriving() {
        List<EncodedChange> taken = arriving;
        arriving = new ArrayList<>();
        arrivingBytes = 0;
        arrivingNumber += taken.size();
        return taken;
    }

    /** Returns the number that the first held change of the arriving transaction has in it. */
    long arrivingNumber() {
        return arrivingNumber;
    }
}
