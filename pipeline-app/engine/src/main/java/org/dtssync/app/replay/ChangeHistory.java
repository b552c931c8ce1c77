package org.dtssync.app.replay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.CutScan;
import org.dtssync.connectors.read.DescribedChange;
import org.dtssync.connectors.read.NumberedCut;
import org.dtssync.connectors.read.ReceivedChange;
import org.dtssync.connectors.read.StreamReader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a part of a task's history, in the order in which it was made. Immutable. */
final class ChangeHistory {

    private static final Logger LOG = LoggerFactory.getLogger(ChangeHistory.class);

    private static final Duration CUT_TIMEOUT = Duration.ofSeconds(60);

    private static final Duration FOLLOW_INTERVAL = Duration.ofMillis(500);

    private final ReplayTopics topics;
    private final ReplayWindow window;
    private final Predicate<TableName> tables;

    /** Receives what is read. */
    interface Receiver {

        /** Receives a change that lies in the window by its place in the log. */
        void accept(ReceivedChange change) throws IOException;

        /** Called at the end of each cut: the changes of whole transactions have been received. */
        void endCut() throws IOException;

        /**
         * Called where the stream begins again. No topic has what was changed since the cut before, so nothing is known of any row.
         *
         * @param lsn where it begins
         */
        void beginAgain(Lsn lsn) throws IOException;

        /** Called when all cuts that exist were read. */
        void caughtUp() throws IOException;
    }

    /**
     * Creates a history.
     *
     * @param tables the tables whose changes are needed
     */
    ChangeHistory(ReplayTopics topics, ReplayWindow window, Predicate<TableName> tables) {
        this.topics = topics;
        this.window = window;
        this.tables = tables;
    }

    /** Finds a part of the history, and reads it from wherever it begins. */
    static ChangeHistory find(
            ReplayTopics topics, Optional<Moment> from, Optional<Moment> to, Predicate<TableName> tables) {
        try (CutScan cuts = topics.cuts()) {
            ReplayWindow window = ReplayWindow.find(cuts, from, to);
            topics.requireNotCompacted(topics.tables().stream().filter(tables).toList());
            return new ChangeHistory(topics, window, tables);
        }
    }

    /** Returns the same part of the history of other tables. */
    ChangeHistory of(Predicate<TableName> others) {
        topics.requireNotCompacted(topics.tables().stream().filter(others).toList());
        return new ChangeHistory(topics, window, others);
    }

    /** Returns whether a change lies in the window by its time. */
    boolean hasTime(DescribedChange change) {
        return window.hasTime(change.commitTimeMicros());
    }

    /**
     * Reads the changes.
     *
     * @param follow whether to wait for further cuts, until the thread is interrupted
     * @throws IOException if the receiver takes no more
     */
    void read(boolean follow, Receiver receiver) throws IOException, InterruptedException {
        if (!follow && window.isEmpty()) {
            receiver.caughtUp();
            return;
        }
        try (StreamReader reader = follow ? topics.followed(window.start()) : topics.changes(window.start())) {
            boolean more = true;
            while (more) {
                more = readNext(reader, follow, receiver);
                if (Thread.interrupted()) {
                    throw new InterruptedException("The replay was interrupted");
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (SyncException e) {
            throw e.kind() == FaultKind.TOPIC && e.remedy().isEmpty() ? withRemedy(e) : e;
        }
        receiver.caughtUp();
    }

    private boolean readNext(StreamReader reader, boolean follow, Receiver receiver) throws IOException {
        NumberedCut next = next(reader, follow, receiver);
        if (next == null) {
            return true;
        }
        boolean existed = window.covers(next.cut(), next.offset());
        if (!follow && !existed) {
            return false;
        }
        // The window begins a little before what is asked for, where topics may lack records.
        boolean begun = window.hasBegun(next.end());
        if (begun && next.begins()) {
            receiver.beginAgain(next.end());
        }
        reader.readInOrder(table -> begun && tables.test(table), change -> pass(change, receiver));
        receiver.endCut();
        boolean last = !follow && next.offset() >= window.lastOffset();
        return !last && !window.endsWith(next.cut());
    }

    /** What was received is passed on before anything is waited for, however often cuts come. */
    private @Nullable NumberedCut next(StreamReader reader, boolean follow, Receiver receiver) throws IOException {
        NumberedCut next = reader.peek(follow ? Duration.ZERO : CUT_TIMEOUT);
        if (next == null && !follow) {
            throw new SyncException(FaultKind.CONNECTION, "Kafka did not deliver the cuts in time.", "");
        }
        if (next == null) {
            receiver.caughtUp();
            next = reader.peek(FOLLOW_INTERVAL);
        }
        return next;
    }

    private void pass(ReceivedChange change, Receiver receiver) {
        Lsn commit = change.commit();
        if (window.mayHave(commit)) {
            try {
                receiver.accept(change);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Says that changes are missing, which a reader of the history cannot see in it. */
    static void warnOfBeginning(Lsn lsn) {
        LOG.warn(
                "The stream begins again, after a rollback or because the task was begun again. Changes between the one before and"
                        + " this position are not in these topics. lsn={}",
                lsn);
    }

    private SyncException withRemedy(SyncException fault) {
        String remedy = new WholeHistory(topics, tables)
                .beginning()
                .map(beginning -> "Begin behind what is missing: --from " + beginning + ".")
                .orElse("No later change is there.");
        return new SyncException(fault.kind(), fault.what(), remedy, fault);
    }
}
