package org.dtssync.connectors.read;

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
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.KafkaFaults;
import org.dtssync.connectors.kafka.LostCuts;
import org.dtssync.connectors.kafka.PartitionOffsets;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.schemas.Cut;
import org.jspecify.annotations.Nullable;

/**
 * Reads the cuts of a task in order, from the one after a position.
 *
 * <p>Cut numbers can repeat. A broker that shuts down may end an aborted transaction without writing its marker to every
 * partition; what lies there becomes visible with the next commit of the same producer, right before it. Every cut is a prefix
 * of one history, so the later of the two replaces the earlier one where that was not taken yet, and otherwise brings only what
 * lies behind it ({@link NumberedCut#overlaps}).
 *
 * <p>Cut 0 begins a stream. After a rollback, and where a task was begun again with the topics that were there, another one follows in
 * the same topic, and a replay reads on; a destination was filled from one stream alone. Not thread-safe.
 */
final class CutReader implements AutoCloseable {

    /** Enough to fill a write; more stay in the topic. */
    private static final int READ_AHEAD = 2_000;

    /** Cuts of thousands of tables are large: at most this many partitions of cuts wait, in addition to those of one poll. */
    private static final int PARTITIONS_AHEAD = 20_000;

    private static final long POLL_BYTES = 1L << 20;

    private final BoundedValues values = new BoundedValues(POLL_BYTES);
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final CutCodec codec;
    private final Deque<NumberedCut> waiting = new ArrayDeque<>();
    private final TopicCheck check;
    private final boolean replay;
    private final Map<String, String> topicId;
    private long readOffset;
    private int partitionsWaiting;

    /** Up to where the cuts reach that were taken, and the number of the last one; below 0 if it is not known. */
    private Lsn takenLsn;

    private long takenSequence = -1;

    /** Whether numbers repeat, and the cuts taken before have not been passed yet. */
    private boolean repeating;

    CutReader(ReadSettings settings, CutCodec codec, CutPosition from, TopicCheck check) {
        this.codec = codec;
        this.partition = new TopicPartition(settings.names().cuts(), 0);
        this.check = check;
        this.replay = settings.purpose() != ReadPurpose.APPLY;
        this.topicId = settings.cutsTopic()
                .map(identifier -> Map.of(partition.topic(), identifier))
                .orElse(Map.of());
        this.takenLsn = from.lsn();
        check.requireSame(topicId);
        this.consumer =
                Consumers.readCommitted(settings.kafka(), settings.purpose().cutsWaitMillis(), values);
        consumer.assign(List.of(partition));
        begin(from);
    }

    /**
     * Starts at the cut that was read before, if it still exists, for its number. Retention may have removed cuts, and so may
     * anyone who deletes records.
     */
    private void begin(CutPosition from) {
        try {
            long begin = PartitionOffsets.first(consumer, partition);
            long end = PartitionOffsets.end(consumer, partition);
            if (from.offset() >= end || from.offset() + 1 < begin) {
                throw LostCuts.truncated(partition.topic());
            }
            consumer.seek(partition, Math.max(begin, from.offset()));
        } catch (org.apache.kafka.common.KafkaException e) {
            throw KafkaFaults.explain("The cuts of topic " + partition.topic() + " could not be read", e);
        }
        this.readOffset = from.offset();
    }

    /** Returns the next cut without taking it, waiting up to a timeout for one; null if none came. */
    @Nullable
    NumberedCut peek(Duration timeout) {
        if (waiting.isEmpty() || (timeout.isZero() && hasRoom())) {
            fill(timeout);
        }
        return waiting.peek();
    }

    private boolean hasRoom() {
        return waiting.size() < READ_AHEAD / 2 && partitionsWaiting < PARTITIONS_AHEAD;
    }

    /** Returns the cut that {@link #peek} returned. */
    NumberedCut next() {
        return waiting.element();
    }

    /** Takes the cut that {@link #peek} returned. */
    void take() {
        NumberedCut taken = waiting.remove();
        partitionsWaiting -= taken.cut().partitions().size();
        takenLsn = taken.end();
        takenSequence = taken.cut().sequence();
        repeating &= !taken.overlaps();
    }

    private void fill(Duration timeout) {
        values.begin();
        try {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(timeout)) {
                add(codec.decode(record.value()), record.offset());
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

    private void add(Cut cut, long offset) {
        if (offset <= readOffset) {
            takenSequence = cut.sequence();
            // A position inside the cut that follows: the part of it before the position was taken.
            repeating = !new Lsn(cut.lsn()).reached(takenLsn);
            return;
        }
        if (cut.sequence() == 0) {
            addBeginning(cut, offset);
            return;
        }
        while (!waiting.isEmpty() && waiting.getLast().cut().sequence() >= cut.sequence()) {
            partitionsWaiting -= waiting.removeLast().cut().partitions().size();
        }
        NumberedCut last = waiting.peekLast();
        requireNoGap(cut, last == null ? takenSequence : last.cut().sequence());
        repeating |= last == null && takenSequence >= cut.sequence();
        Lsn reached = last == null ? takenLsn : last.end();
        if (!reached.reached(new Lsn(cut.lsn()))) {
            waiting.add(new NumberedCut(cut, offset, repeating && last == null));
            partitionsWaiting += cut.partitions().size();
        } else if (repeating && last == null) {
            // Nothing of it is new, and what follows it need not be either.
            takenSequence = cut.sequence();
        } else {
            throw foreign(cut, reached);
        }
    }

    /** Its number replaces none: the cuts before it are those of another stream. */
    private void addBeginning(Cut cut, long offset) {
        NumberedCut last = waiting.peekLast();
        long before = last == null ? takenSequence : last.cut().sequence();
        if (!replay && before >= 0) {
            throw check.brokenCuts(
                    "The stream in topic " + partition.topic() + " begins again: cut 0 follows cut " + before + ".");
        }
        Lsn reached = last == null ? takenLsn : last.end();
        if (!new Lsn(cut.lsn()).reached(reached)) {
            throw foreign(cut, reached);
        }
        repeating = false;
        waiting.add(new NumberedCut(cut, offset, false));
    }

    private void requireNoGap(Cut cut, long before) {
        if (before >= 0 && cut.sequence() > before + 1) {
            throw check.brokenCuts("Topic " + partition.topic() + " has a gap: cut " + cut.sequence() + " follows cut "
                    + before + ".");
        }
    }

    private SyncException foreign(Cut cut, Lsn reached) {
        return check.brokenCuts(
                "Topic " + partition.topic() + " is not the one the destination was filled from: cut " + cut.sequence()
                        + " reaches " + new Lsn(cut.lsn()) + " only, and " + reached + " was reached before it.");
    }

    @Override
    public void close() {
        Consumers.close(consumer);
    }
}
