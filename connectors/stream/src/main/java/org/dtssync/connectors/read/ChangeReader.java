package org.dtssync.connectors.read;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.KafkaFaults;
import org.dtssync.connectors.kafka.PartitionOffsets;
import org.dtssync.schemas.Cut;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records that belong to cuts from the topics of tables, and skips those that belong to none.
 *
 * <p>Not thread-safe.
 */
final class ChangeReader implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);

    /** Without a record for this long the reader checks whether the topic is still there. */
    private static final Duration CHECK_AFTER = Duration.ofSeconds(5);

    /** Records in front of a cut up to this number are read and skipped; a gap that is longer is not read. */
    private static final long READ_TO_SKIP = 1_000;

    /** Bytes read ahead of all partitions before those that are not needed yet are paused. */
    private static final long READ_AHEAD_BYTES = 16L << 20;

    /** Bytes that one poll returns, unless a single record is larger. */
    private static final long POLL_BYTES = 8L << 20;

    /**
     * While records are this large, partitions are read one after the other: for each that is read ahead Kafka's client holds a
     * separate response and record.
     */
    private static final int LARGE_RECORD_BYTES = 1 << 20;

    private final BoundedValues values = new BoundedValues(POLL_BYTES);
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Duration timeout;
    private final Map<TopicPartition, Deque<ConsumerRecord<byte[], byte[]>>> ahead = new HashMap<>();
    private final Set<TopicPartition> assigned = new HashSet<>();
    private final Map<TopicPartition, String> topicIds = new HashMap<>();
    private final TopicCheck check;
    private long bytesAhead;

    /** Whether the last records had a large one among them. */
    private boolean large;

    /**
     * Creates a reader.
     *
     * @param settings which topics, and what for
     * @param timeout how long the records of a committed cut may take to arrive
     * @param check whether topics are still the ones the cuts were written to
     */
    ChangeReader(ReadSettings settings, Duration timeout, TopicCheck check) {
        this.check = check;
        this.consumer =
                Consumers.readCommitted(settings.kafka(), settings.purpose().recordsWaitMillis(), values);
        this.timeout = timeout;
    }

    /** Starts reading every partition that a cut touches, so that they are fetched in parallel. */
    void prepare(List<Cut.CutPartition> parts) {
        Map<TopicPartition, Long> starts = new HashMap<>();
        Map<String, String> expected = new HashMap<>();
        for (Cut.CutPartition part : parts) {
            TopicPartition partition = new TopicPartition(part.topic(), part.partition());
            boolean same = Objects.equals(part.topicId(), topicIds.put(partition, part.topicId()));
            if (!assigned.contains(partition) || !same || isFarBehind(partition, part)) {
                starts.put(partition, part.firstOffset());
                if (part.topicId() != null) {
                    expected.put(part.topic(), part.topicId());
                }
            }
        }
        if (starts.isEmpty()) {
            return;
        }
        check.requireSame(expected);
        if (large) {
            starts.keySet().forEach(this::forget);
        } else {
            begin(starts);
        }
    }

    /** Rows that a load has written are in no cut, and may be many: they are not read to be skipped. */
    private boolean isFarBehind(TopicPartition partition, Cut.CutPartition part) {
        return position(partition) + READ_TO_SKIP < part.firstOffset();
    }

    /** Data read ahead of a partition is read again when its turn comes. */
    private void forget(TopicPartition partition) {
        Deque<ConsumerRecord<byte[], byte[]>> before = ahead.put(partition, new ArrayDeque<>());
        if (before != null) {
            before.forEach(record -> bytesAhead -= size(record));
        }
        assigned.remove(partition);
    }

    private Deque<ConsumerRecord<byte[], byte[]>> ahead(TopicPartition partition) {
        return ahead.computeIfAbsent(partition, absent -> new ArrayDeque<>());
    }

    private void begin(Map<TopicPartition, Long> starts) {
        starts.keySet().forEach(this::forget);
        if (large) {
            assigned.clear();
        }
        assigned.addAll(starts.keySet());
        consumer.assign(assigned);
        starts.forEach(consumer::seek);
    }

    /** Passes every record of one partition's offset range of a cut to a consumer, in order. */
    void read(Cut.CutPartition part, Consumer<ConsumerRecord<byte[], byte[]>> sink) {
        Range range = range(part);
        for (ConsumerRecord<byte[], byte[]> record = range.next(); record != null; record = range.next()) {
            sink.accept(record);
        }
    }

    /** Returns the records of one partition's offset range of a cut; several ranges can be read in turns. */
    Range range(Cut.CutPartition part) {
        return new Range(part);
    }

    /** The records of one partition's offset range, one after the other. */
    final class Range {

        private final Cut.CutPartition part;
        private final TopicPartition partition;
        private long next;

        private Range(Cut.CutPartition part) {
            this.part = part;
            this.partition = new TopicPartition(part.topic(), part.partition());
            this.next = part.firstOffset();
        }

        /** Returns the next record; null behind the last one. */
        @Nullable
        ConsumerRecord<byte[], byte[]> next() {
            while (true) {
                Deque<ConsumerRecord<byte[], byte[]>> waiting = ahead(partition);
                ConsumerRecord<byte[], byte[]> first = waiting.peek();
                if (first == null ? !awaitMore() : first.offset() >= part.endOffset()) {
                    return null;
                }
                if (first != null) {
                    waiting.remove();
                    bytesAhead -= size(first);
                    next = Math.max(next, first.offset() + 1);
                    // Records before the first offset were left by a capture that crashed within a large transaction.
                    if (first.offset() >= part.firstOffset()) {
                        return first;
                    }
                }
            }
        }

        /** Waits for the next records; returns whether there are any of this range. */
        private boolean awaitMore() {
            long deadline = System.nanoTime() + timeout.toNanos();
            long nextCheck = System.nanoTime() + CHECK_AFTER.toNanos();
            while (next < part.endOffset()) {
                if (!assigned.contains(partition)) {
                    begin(Map.of(partition, next));
                }
                if (position(partition) >= part.endOffset()) {
                    return false;
                }
                poll(partition);
                if (!ahead(partition).isEmpty()) {
                    return true;
                }
                if (System.nanoTime() > nextCheck) {
                    // A consumer asks for a deleted topic over and over and reports nothing.
                    requireSame(partition);
                    nextCheck = deadline;
                }
                if (System.nanoTime() > deadline && position(partition) < part.endOffset()) {
                    throw new SyncException(
                            FaultKind.CONNECTION,
                            "Topic " + part.topic() + " did not deliver the records up to offset " + part.endOffset()
                                    + " in time.",
                            "");
                }
            }
            return false;
        }
    }

    private long position(TopicPartition partition) {
        try {
            return consumer.position(partition);
        } catch (org.apache.kafka.common.KafkaException e) {
            throw explain(e);
        }
    }

    private void poll(TopicPartition wanted) {
        try {
            values.begin();
            consumer.resume(consumer.paused());
            if (bytesAhead > READ_AHEAD_BYTES) {
                consumer.pause(assigned);
                consumer.resume(Set.of(wanted));
            }
            int largest = -1;
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                ahead(new TopicPartition(record.topic(), record.partition())).add(record);
                bytesAhead += size(record);
                largest = Math.max(largest, record.serializedValueSize());
            }
            if (largest >= 0) {
                large = largest >= LARGE_RECORD_BYTES;
            }
            if (large && assigned.size() > 1) {
                assigned.retainAll(Set.of(wanted));
                consumer.assign(assigned);
            }
        } catch (OffsetOutOfRangeException e) {
            leave(wanted, e);
        } catch (org.apache.kafka.common.KafkaException e) {
            throw explain(e);
        }
    }

    /** Returns approximately how much memory a record takes in addition to its value, which may be empty. */
    private static long size(ConsumerRecord<byte[], byte[]> record) {
        return 200L + record.serializedKeySize() + record.serializedValueSize();
    }

    /** Partitions that are read ahead and have nothing at their position: the next cut that touches them says whether it is lost. */
    private void leave(TopicPartition wanted, OffsetOutOfRangeException e) {
        Long lost = e.offsetOutOfRangePartitions().get(wanted);
        if (lost != null) {
            requireSame(wanted);
            throw check.truncated(wanted.topic(), lost, beginning(wanted));
        }
        assigned.removeAll(e.offsetOutOfRangePartitions().keySet());
        consumer.assign(assigned);
    }

    private void requireSame(TopicPartition partition) {
        String topicId = topicIds.get(partition);
        if (topicId != null) {
            check.requireSame(Map.of(partition.topic(), topicId));
        }
    }

    private long beginning(TopicPartition partition) {
        try {
            return PartitionOffsets.first(consumer, partition);
        } catch (org.apache.kafka.common.KafkaException e) {
            throw explain(e);
        }
    }

    private static SyncException explain(org.apache.kafka.common.KafkaException e) {
        if (e instanceof org.apache.kafka.common.errors.InterruptException) {
            Thread.currentThread().interrupt();
        }
        return KafkaFaults.explain("The topics could not be read", e);
    }

    @Override
    public void close() {
        Consumers.close(consumer);
    }
}
