package org.dtssync.schemas;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A group of whole source transactions: the record in {@code <task>.cuts} that ends it.
 *
 * @param task the task's name
 * @param sequence the cut's number; 0 is the one prepare writes
 * @param lsn end of the last transaction's commit record, an unsigned LSN
 * @param commitTimeMicros when the last transaction committed at the source, microseconds since 1970 UTC; null in cut 0
 * @param systemIdentifier the source server's system identifier
 * @param slot the replication slot the changes were read from
 * @param transactions how many transactions with changes the cut has
 * @param changes how many records the cut has
 * @param partitions each partition the cut touches
 */
public record Cut(
        String task,
        long sequence,
        long lsn,
        @Nullable Long commitTimeMicros,
        String systemIdentifier,
        String slot,
        int transactions,
        long changes,
        List<CutPartition> partitions) {

    /** Copies the list. */
    public Cut {
        partitions = List.copyOf(partitions);
    }

    /**
     * The offset range of one partition that belongs to a cut.
     *
     * @param topic the topic
     * @param partition the partition's number
     * @param firstOffset offset of the first record
     * @param endOffset offset behind the last record
     * @param topicId Kafka's id of the topic, which another topic of the same name does not have; null if unknown
     */
    public record CutPartition(
            String topic,
            int partition,
            long firstOffset,
            long endOffset,
            @Nullable String topicId) {}
}
