package org.dtssync.schemas;

import java.util.List;

/**
 * A control record: a group of whole source transactions that was written in one Kafka transaction. Its Avro schema is
 * {@code cut.avsc}.
 *
 * @param task the task's name
 * @param sequence the cut's number, counted from 0, which prepare writes
 * @param lsn the source's LSN at the end of the last commit record, unsigned
 * @param commitTimeMicros when the last transaction committed, in microseconds since 1970 UTC, or null if the cut holds none
 * @param systemIdentifier the source's system identifier
 * @param slot the replication slot that was read
 * @param transactions how many source transactions the cut holds
 * @param changes how many records the cut holds
 * @param partitions the partitions the cut touches
 */
public record Cut(
        String task,
        long sequence,
        long lsn,
        Long commitTimeMicros,
        String systemIdentifier,
        String slot,
        int transactions,
        long changes,
        List<CutPartition> partitions) {

    /** Copies the list. */
    public Cut {
        partitions = List.copyOf(partitions);
    }
}
