package org.dtssync.connectors.read;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.dtssync.connectors.kafka.KafkaFaults;
import org.dtssync.connectors.kafka.KafkaTopics;
import org.dtssync.connectors.kafka.PartitionOffsets;
import org.dtssync.schemas.Cut.CutPartition;

/**
 * Reads the records in the ranges of cuts as they are stored, whatever they are: nothing is decoded, and a topic may be another one
 * of the same name. Not thread-safe.
 */
public final class RecordScan implements AutoCloseable {

    private static final Duration READ_TIMEOUT = Duration.ofSeconds(60);

    private final TopicCheck check;
    private final KafkaTopics topics;
    private final KafkaConsumer<byte[], byte[]> offsets;
    private final ChangeReader reader;
    private final Map<String, Optional<Bounds>> bounds = new HashMap<>();

    /**
     * Where a topic begins and ends.
     *
     * @param id Kafka's identifier of the topic
     * @param begin offset of the oldest record
     * @param end offset that the next record gets
     */
    public record Bounds(String id, long begin, long end) {}

    /** Opens the topics of a task. */
    public RecordScan(ReadSettings settings) {
        this.check = new TopicCheck(settings);
        this.topics = new KafkaTopics(settings.kafka());
        this.offsets = Consumers.readCommitted(settings.kafka(), Consumers.SOON, new BoundedValues(1));
        this.reader = new ChangeReader(settings, READ_TIMEOUT, check);
    }

    /** Returns where a topic begins and ends, as it was when it was first asked for; empty if there is no such topic. */
    public Optional<Bounds> bounds(String topic) {
        return bounds.computeIfAbsent(topic, this::lookUp);
    }

    private Optional<Bounds> lookUp(String topic) {
        String id = topics.identifiers(Set.of(topic)).get(topic);
        if (id == null) {
            return Optional.empty();
        }
        TopicPartition partition = new TopicPartition(topic, 0);
        try {
            return Optional.of(new Bounds(
                    id, PartitionOffsets.first(offsets, partition), PartitionOffsets.end(offsets, partition)));
        } catch (org.apache.kafka.common.KafkaException e) {
            throw KafkaFaults.explain("The offsets of topic " + topic + " could not be read", e);
        }
    }

    /** Returns whether the topic that a range was written to still has all of it, as far as its ends show. */
    public boolean has(CutPartition part) {
        return bounds(part.topic())
                .filter(found -> part.topicId() == null || part.topicId().equals(found.id()))
                .filter(found -> found.begin() <= part.firstOffset() && found.end() >= part.endOffset())
                .isPresent();
    }

    /** Returns the names of all topics that this account may see. */
    public Set<String> names() {
        return topics.all();
    }

    /** Starts to read the ranges of a cut, so that they are fetched in parallel; all of them are within the bounds. */
    public void prepare(List<CutPartition> parts) {
        reader.prepare(parts.stream().map(RecordScan::ofAnyTopic).toList());
    }

    /** Passes every record of a range to a consumer, in order. */
    public void read(CutPartition part, Consumer<ConsumerRecord<byte[], byte[]>> sink) {
        reader.read(ofAnyTopic(part), sink);
    }

    private static CutPartition ofAnyTopic(CutPartition part) {
        return new CutPartition(part.topic(), part.partition(), part.firstOffset(), part.endOffset(), null);
    }

    @Override
    public void close() {
        try (check;
                topics;
                reader) {
            Consumers.close(offsets);
        }
    }
}
