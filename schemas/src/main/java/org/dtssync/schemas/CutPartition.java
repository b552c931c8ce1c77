package org.dtssync.schemas;

/**
 * What a cut holds of one partition.
 *
 * @param topic the topic
 * @param partition the partition's number
 * @param firstOffset offset of the cut's first record there
 * @param endOffset one more than the offset of the cut's last record there
 */
public record CutPartition(String topic, int partition, long firstOffset, long endOffset) {}
