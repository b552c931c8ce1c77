package org.dtssync.connectors.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/** Where a partition begins and ends. Stateless. */
public final class PartitionOffsets {

    private PartitionOffsets() {}

    /** Returns the offset of the oldest record. */
    public static long first(Consumer<?, ?> consumer, TopicPartition partition) {
        return of(partition, consumer.beginningOffsets(List.of(partition)));
    }

    /** Returns the offset of the oldest record, waiting up to a timeout for the answer. */
    public static long first(Consumer<?, ?> consumer, TopicPartition partition, Duration timeout) {
        return of(partition, consumer.beginningOffsets(List.of(partition), timeout));
    }

    /** Returns the offset that the next record gets. */
    public static long end(Consumer<?, ?> consumer, TopicPartition partition) {
        return of(partition, consumer.endOffsets(List.of(partition)));
    }

    /** Returns the offset that the next record gets, waiting up to a timeout for the answer. */
    public static long end(Consumer<?, ?> consumer, TopicPartition partition, Duration timeout) {
        return of(partition, consumer.endOffsets(List.of(partition), timeout));
    }

    private static long of(TopicPartition partition, Map<TopicPartition, Long> offsets) {
        return Objects.requireNonNull(offsets.get(partition), "A consumer answers for each partition or throws.");
    }
}
