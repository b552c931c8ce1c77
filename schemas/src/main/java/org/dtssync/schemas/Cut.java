package org.dtssync.schemas;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A group of whole source transactions: the record in {@code __dts_sync.<task>.cuts} that ends it.
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
 * @param link what connects the cut with the one before it; null if an earlier release wrote it
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
        List<CutPartition> partitions,
        @Nullable Link link) {

    /** Copies the list. */
    public Cut {
        partitions = List.copyOf(partitions);
    }

    /** A cut that is not connected with the one before it. */
    public Cut(
            String task,
            long sequence,
            long lsn,
            @Nullable Long commitTimeMicros,
            String systemIdentifier,
            String slot,
            int transactions,
            long changes,
            List<CutPartition> partitions) {
        this(task, sequence, lsn, commitTimeMicros, systemIdentifier, slot, transactions, changes, partitions, null);
    }

    /** Returns the same cut with a link. */
    public Cut withLink(Link other) {
        return new Cut(
                task,
                sequence,
                lsn,
                commitTimeMicros,
                systemIdentifier,
                slot,
                transactions,
                changes,
                partitions,
                other);
    }

    /**
     * A link of the chain that the cuts of a task form.
     *
     * @param previous digest of the cut before; null where the chain begins
     * @param digest digest of this cut with its records and {@code previous}: SHA-256, hexadecimal
     */
    public record Link(@Nullable String previous, String digest) {}

    /**
     * What the records of one partition's range were when they were written.
     *
     * @param count how many
     * @param digest SHA-256 of all of them, hexadecimal
     * @param marks two bytes for each record, or for each group of 2, 4, 8, ... records, hexadecimal: they show where records differ
     */
    public record Records(long count, String digest, String marks) {}

    /**
     * The offset range of one partition that belongs to a cut.
     *
     * @param topic the topic
     * @param partition the partition's number
     * @param firstOffset offset of the first record
     * @param endOffset offset behind the last record
     * @param topicId Kafka's id of the topic, which another topic of the same name does not have; null if unknown
     * @param records what its records were; null if an earlier release wrote the cut, or if it touches very many partitions
     */
    public record CutPartition(
            String topic,
            int partition,
            long firstOffset,
            long endOffset,
            @Nullable String topicId,
            @Nullable Records records) {

        /** A range whose records are not described. */
        public CutPartition(String topic, int partition, long firstOffset, long endOffset, @Nullable String topicId) {
            this(topic, partition, firstOffset, endOffset, topicId, null);
        }
    }
}
