package org.dtssync.connectors.read;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.dtssync.connectors.postgres.Lsn;

/**
 * What belongs to one cut: whatever was done to a topic, nothing is taken for a change of a cut that is none, and none is missed.
 * Not thread-safe.
 */
final class CutScope {

    private final NumberedCut cut;
    private final Lsn after;
    private final Lsn end;
    private final TopicCheck check;
    private long found;

    /**
     * Creates the scope of a cut.
     *
     * @param after where the cut before it ends
     * @param check explains what is wrong
     */
    CutScope(NumberedCut cut, Lsn after, TopicCheck check) {
        this.cut = cut;
        this.after = after;
        this.end = cut.end();
        this.check = check;
    }

    /** Returns where the cut ends in the source's log. */
    Lsn end() {
        return end;
    }

    /**
     * Counts a record of the cut.
     *
     * @return whether it is new: a cut that overlaps earlier ones repeats what they had
     * @throws org.dtssync.connectors.fault.SyncException if the record belongs to another cut
     */
    boolean brings(ConsumerRecord<byte[], byte[]> record, Lsn commit) {
        found++;
        boolean earlier = after.reached(commit);
        if (cut.overlaps() && earlier) {
            return false;
        }
        if (earlier || !end.reached(commit)) {
            throw check.incomplete(
                    record.topic(),
                    "has a record at offset " + record.offset() + " that does not belong to cut "
                            + cut.cut().sequence());
        }
        return true;
    }

    /** Checks, once all partitions of the cut were read, that no record is missing. */
    void requireComplete() {
        if (found != cut.cut().changes()) {
            throw check.lostRecords(cut.cut(), found);
        }
    }
}
