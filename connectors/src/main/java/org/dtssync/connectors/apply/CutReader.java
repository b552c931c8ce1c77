package org.dtssync.connectors.apply;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.dtssync.connectors.avro.CutCodec;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.Remedy;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.KafkaFaults;
import org.dtssync.connectors.kafka.LostCuts;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.TopicNames;

/**
 * Reads the cuts of a task in order, from the one behind the applied position.
 *
 * <p>Not thread-safe.
 */
final class CutReader implements AutoCloseable {

    /** A cut and its offset in the topic. */
    record NumberedCut(Cut cut, long offset) {}

    /** Enough to fill a write; more stay in the topic. */
    private static final int READ_AHEAD = 2_000;

    /** Cuts of thousands of tables are large: so many partitions of cuts wait at most, beside those of one poll. */
    private static final int PARTITIONS_AHEAD = 20_000;

    private static final long POLL_BYTES = 1L << 20;

    private final BoundedValues values = new BoundedValues(POLL_BYTES);
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final CutCodec codec;
    private final Deque<NumberedCut> waiting = new ArrayDeque<>();
    private final TopicCheck check;
    private final Map<String, String> topicId;
    private int partitionsWaiting;
    private Lsn lastLsn;
    private long lastSequence;

    CutReader(ApplySettings settings, CutCodec codec, AppliedPosition position, TopicCheck check) {
        this.codec = codec;
        this.partition = new TopicPartition(new TopicNames(settings.task()).cuts(), 0);
        this.check = check;
        this.topicId = settings.cutsTopic()
                .map(identifier -> Map.of(partition.topic(), identifier))
                .orElse(Map.of());
        this.lastLsn = position.lsn();
        this.lastSequence = -1;
        check.requireSame(topicId);
        this.consumer = Consumers.readCommitted(settings.kafka(), 500, values);
        consumer.assign(List.of(partition));
        requireStillThere(position);
        consumer.seek(partition, position.cutOffset() + 1);
    }

    /** Retention that somebody set, or records that somebody deleted. */
    private void requireStillThere(AppliedPosition position) {
        try {
            long begin = consumer.beginningOffsets(List.of(partition)).get(partition);
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            if (position.cutOffset() >= end || position.cutOffset() + 1 < begin) {
                throw LostCuts.truncated(partition.topic());
            }
        } catch (org.apache.kafka.common.KafkaException e) {
            throw KafkaFaults.explain("The cuts of topic " + partition.topic() + " could not be read", e);
        }
    }

    /** Returns the next cut without taking it, waiting up to a timeout for one; null if none came. */
    NumberedCut peek(Duration timeout) {
        if (waiting.isEmpty() || (timeout.isZero() && hasRoom())) {
            fill(timeout);
        }
        return waiting.peek();
    }

    private boolean hasRoom() {
        return waiting.size() < READ_AHEAD / 2 && partitionsWaiting < PARTITIONS_AHEAD;
    }

    /** Takes the cut that {@link #peek} returned. */
    void take() {
        partitionsWaiting -= waiting.remove().cut().partitions().size();
    }

    private void fill(Duration timeout) {
        values.begin();
        try {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(timeout)) {
                Cut cut = codec.decode(record.value());
                requireNext(cut);
                waiting.add(new NumberedCut(cut, record.offset()));
                partitionsWaiting += cut.partitions().size();
            }
        } catch (org.apache.kafka.common.errors.InterruptException e) {
            Thread.currentThread().interrupt();
            throw KafkaFaults.explain("Interrupted while reading cuts", e);
        } catch (org.apache.kafka.common.KafkaException e) {
            if (e instanceof OffsetOutOfRangeException) {
                check.requireSame(topicId);
                throw LostCuts.truncated(partition.topic());
            }
            throw KafkaFaults.explain("The cuts of topic " + partition.topic() + " could not be read", e);
        }
    }

    private void requireNext(Cut cut) {
        if (lastSequence >= 0 && cut.sequence() != lastSequence + 1) {
            throw new SyncException(
                    FaultKind.TOPIC,
                    "Topic " + partition.topic() + " has a gap: cut " + cut.sequence() + " follows cut " + lastSequence
                            + ".",
                    Remedy.START_AGAIN);
        }
        if (lastLsn.reached(new Lsn(cut.lsn()))) {
            throw new SyncException(
                    FaultKind.TOPIC,
                    "Topic " + partition.topic() + " is not the one the destination was filled from: cut "
                            + cut.sequence() + " reaches " + new Lsn(cut.lsn()) + " only, and " + lastLsn
                            + " was reached before it.",
                    Remedy.START_AGAIN);
        }
        lastLsn = new Lsn(cut.lsn());
        lastSequence = cut.sequence();
    }

    @Override
    public void close() {
        Consumers.close(consumer);
    }
}
