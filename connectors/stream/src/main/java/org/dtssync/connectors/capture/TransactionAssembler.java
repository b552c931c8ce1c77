package org.dtssync.connectors.capture;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.dtssync.schemas.TopicNames;

/**
 * Puts the source's events together into whole transactions.
 *
 * <p>Holds the complete transactions of the next cut and the changes of the one that is still arriving. Not thread-safe.
 */
final class TransactionAssembler {

    private final RecordEncoder encoder;
    private final MirroredTransactions mirrored;
    private final OtherHeartbeats others;
    private final CommandRows commands;

    private List<SourceTransaction> complete = new ArrayList<>();
    private long completeChanges;
    private long completeBytes;
    private final Set<String> completeTopics = new HashSet<>();

    private List<EncodedChange> arriving = new ArrayList<>();
    private long arrivingBytes;
    private long arrivingNumber = 1;
    private boolean arrivingCommands;
    private final ChangeCount count = new ChangeCount();

    TransactionAssembler(TopicNames names, RecordEncoder encoder, MirroredTransactions mirrored, CommandRows commands) {
        this.commands = commands;
        this.encoder = encoder;
        this.mirrored = mirrored;
        this.others = new OtherHeartbeats(names);
    }

    /** Prepares for events that are about to be added. */
    void prepare(List<SourceEvent> events) {
        encoder.prepare(events);
    }

    /**
     * Takes the next event; returns whether it ended a transaction that has changes. One without is in no cut: would the slot
     * were confirmed up to its end, the next start would find the slot past the last cut.
     */
    boolean add(SourceEvent event) {
        if (event instanceof TransactionEnd end) {
            return end(end);
        }
        change((RowChange) event);
        return false;
    }

    private void change(RowChange change) {
        if (mirrored.leavesOut(change)) {
            count.leftOut(change, ChangeCount.Rule.MIRRORED);
            return;
        }
        if (others.leavesOut(change)) {
            count.leftOut(change, ChangeCount.Rule.OTHER_HEARTBEAT);
            return;
        }
        if (commands.leavesOut(change)) {
            count.leftOut(change, ChangeCount.Rule.COMMAND);
            return;
        }
        List<EncodedChange> records = encoder.encode(commands.is(change) ? commands.sent(change) : change);
        if (commands.is(change)) {
            arrivingCommands = true;
            encoder.capture(commands.take(change));
        }
        for (EncodedChange encoded : records) {
            arriving.add(encoded);
            arrivingBytes += encoded.size();
        }
        count.encoded(change, records.size());
    }

    private boolean end(TransactionEnd end) {
        count.end(end, arrivingNumber - 1 + arriving.size());
        boolean changed = !arriving.isEmpty() || arrivingNumber > 1;
        if (changed) {
            complete.add(new SourceTransaction(
                    end.lsn(),
                    end.commitTimeMillis() * 1000,
                    arriving,
                    arrivingNumber,
                    encoder.takeAnnounced(),
                    arrivingCommands));
            completeChanges += arriving.size();
            completeBytes += arrivingBytes;
            noteTopics();
        }
        arriving = new ArrayList<>();
        arrivingBytes = 0;
        arrivingNumber = 1;
        arrivingCommands = false;
        mirrored.begin();
        encoder.endTransaction();
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

    /** Returns what became of the changes so far. */
    ChangeCount count() {
        return count;
    }

    /** Returns whether there is at least one complete transaction with changes. */
    boolean hasComplete() {
        return !complete.isEmpty();
    }

    /**
     * Returns whether the last complete transaction was sent in pieces. Its cut ends with it: the pieces do not contain where it
     * committed, and readers use the cut's LSN.
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

    /** Returns the number of topics of the complete transactions, except those of pieces that were already sent. */
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

    /** Returns and removes the complete transactions. */
    List<SourceTransaction> takeComplete() {
        List<SourceTransaction> taken = complete;
        complete = new ArrayList<>();
        completeChanges = 0;
        completeBytes = 0;
        completeTopics.clear();
        return taken;
    }

    /** Returns and removes the held changes of the arriving transaction; numbering continues. */
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
