package org.dtssync.connectors.read;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.dtssync.connectors.avro.CutCodec;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.BrokerAddresses;
import org.dtssync.connectors.kafka.KafkaFaults;
import org.dtssync.connectors.kafka.KafkaTopics;
import org.dtssync.connectors.kafka.PartitionOffsets;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of the cuts topic from any place, as they are stored and without the rules that make a stream of them, up to where
 * the topic ended when the scan was opened. Not thread-safe.
 */
public final class CutScan implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private static final long POLL_BYTES = 1L << 20;

    /** Up to so many offsets are read one after the other, in a search too. */
    private static final long WINDOW = 512;

    private final BoundedValues values = new BoundedValues(POLL_BYTES);
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final CutCodec codec;
    private final Deque<CutRecord> ahead = new ArrayDeque<>();
    private final long begin;
    private final long end;
    private long position;

    /** A place in the topic that a search found. */
    private record Bounds(long low, long high, @Nullable CutRecord found) {}

    /**
     * Opens the cuts of a task.
     *
     * @param kafka client properties with {@code bootstrap.servers}
     * @param codec reads cuts
     * @throws SyncException of kind TOPIC if there are none
     */
    public CutScan(TopicNames names, Map<String, String> kafka, CutCodec codec) {
        this.codec = codec;
        this.partition = new TopicPartition(names.cuts(), 0);
        requireTopic(names.task(), kafka);
        this.consumer = Consumers.readCommitted(kafka, Consumers.SOON, values);
        try {
            consumer.assign(List.of(partition));
            this.begin = PartitionOffsets.first(consumer, partition);
            this.end = PartitionOffsets.end(consumer, partition);
            seek(begin);
        } catch (org.apache.kafka.common.KafkaException e) {
            Consumers.close(consumer);
            throw explain(e);
        }
    }

    private void requireTopic(String task, Map<String, String> kafka) {
        BrokerAddresses.requireNoOther(kafka);
        try (KafkaTopics topics = new KafkaTopics(kafka)) {
            if (topics.identifiers(Set.of(partition.topic())).isEmpty()) {
                throw new SyncException(
                        FaultKind.TOPIC,
                        "Topic " + partition.topic() + " does not exist, so there is nothing to replay.",
                        "Check the task's name and kafka bootstrap.servers; dts-sync run creates the topics of task "
                                + task + ".");
            }
        }
    }

    /** Continues at the first record from an offset on. */
    public void seek(long offset) {
        ahead.clear();
        position = Math.max(begin, offset);
        try {
            consumer.seek(partition, position);
        } catch (org.apache.kafka.common.KafkaException e) {
            throw explain(e);
        }
    }

    /** Returns the next record; null at the end. */
    public @Nullable CutRecord next() {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (ahead.isEmpty() && position < end) {
            fill();
            if (ahead.isEmpty() && System.nanoTime() > deadline) {
                throw new SyncException(
                        FaultKind.CONNECTION, "Topic " + partition.topic() + " did not deliver its cuts in time.", "");
            }
        }
        return ahead.poll();
    }

    private void fill() {
        values.begin();
        try {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (record.offset() < end) {
                    ahead.add(new CutRecord(record.offset(), record.value(), codec));
                }
            }
            position = consumer.position(partition);
        } catch (org.apache.kafka.common.KafkaException e) {
            throw explain(e);
        }
    }

    /** Returns the first record from an offset on; empty if there is none. */
    public Optional<CutRecord> at(long offset) {
        seek(offset);
        return Optional.ofNullable(next());
    }

    /** Returns the first record of the topic; empty if it has none. */
    public Optional<CutRecord> first() {
        return at(begin);
    }

    /** Returns the last record of the topic; empty if it has none. */
    public Optional<CutRecord> last() {
        for (long window = 8; ; window *= 8) {
            long from = Math.max(begin, end - window);
            seek(from);
            CutRecord last = null;
            for (CutRecord each = next(); each != null; each = next()) {
                last = each;
            }
            if (last != null || from == begin) {
                return Optional.ofNullable(last);
            }
        }
    }

    /**
     * Finds the first cut that has a property which every later one has too, in about as many steps as the number of cuts has digits.
     *
     * @return empty if no cut has it
     */
    public Optional<CutRecord> find(Predicate<Cut> reached) {
        Bounds bounds = new Bounds(begin, end, null);
        while (bounds.high() - bounds.low() > WINDOW) {
            bounds = halve(bounds, reached);
        }
        seek(bounds.low());
        for (CutRecord each = next(); each != null && each.offset() < bounds.high(); each = next()) {
            if (reached.test(each.cut())) {
                return Optional.of(each);
            }
        }
        return Optional.ofNullable(bounds.found());
    }

    private Bounds halve(Bounds bounds, Predicate<Cut> reached) {
        long middle = bounds.low() + (bounds.high() - bounds.low()) / 2;
        CutRecord record = at(middle).orElse(null);
        if (record == null || record.offset() >= bounds.high()) {
            return new Bounds(bounds.low(), middle, bounds.found());
        }
        return reached.test(record.cut())
                ? new Bounds(bounds.low(), middle, record)
                : new Bounds(record.offset() + 1, bounds.high(), bounds.found());
    }

    /** Returns the offset of the oldest record. */
    public long begin() {
        return begin;
    }

    private SyncException explain(org.apache.kafka.common.KafkaException e) {
        if (e instanceof org.apache.kafka.common.errors.InterruptException) {
            Thread.currentThread().interrupt();
        }
        return KafkaFaults.explain("The cuts of topic " + partition.topic() + " could not be read", e);
    }

    @Override
    public void close() {
        Consumers.close(consumer);
    }
}
