package org.dtssync.connectors.capture;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.dtssync.connectors.avro.CutCodec;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.ClientProperties;
import org.dtssync.connectors.kafka.KafkaFaults;
import org.dtssync.connectors.kafka.OrderlyClose;
import org.dtssync.connectors.kafka.PartitionOffsets;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.TopicNames;

/** Finds the last cut of a task. Stateless except for its settings; thread-safe. */
public final class CutLog {

    private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);

    /** How far before the end the search begins: a transaction's end marker takes an offset too. */
    private static final long FIRST_WINDOW = 8;

    private final TopicNames names;
    private final Map<String, String> kafka;
    private final CutCodec codec;

    /** Creates a reader of one task's cuts; connects lazily. */
    public CutLog(TopicNames names, Map<String, String> kafka, CutCodec codec) {
        this.names = names;
        this.kafka = Map.copyOf(kafka);
        this.codec = codec;
    }

    /**
     * Returns the last committed cut; empty if the topic has none.
     *
     * @throws SyncException if the topic does not exist or cannot be read
     */
    public Optional<Cut> last() {
        TopicPartition partition = new TopicPartition(names.cuts(), 0);
        KafkaConsumer<byte[], byte[]> consumer = consumer();
        try {
            if (consumer.partitionsFor(partition.topic(), READ_TIMEOUT).isEmpty()) {
                return Optional.empty();
            }
            consumer.assign(List.of(partition));
            long begin = PartitionOffsets.first(consumer, partition, READ_TIMEOUT);
            long end = PartitionOffsets.end(consumer, partition, READ_TIMEOUT);
            return search(consumer, partition, begin, end);
        } catch (org.apache.kafka.common.errors.UnknownTopicOrPartitionException e) {
            return Optional.empty();
        } catch (org.apache.kafka.common.KafkaException e) {
            throw KafkaFaults.explain("The cuts of task " + names.task() + " could not be read", e);
        } finally {
            OrderlyClose.ofConsumer(consumer);
        }
    }

    private Optional<Cut> search(
            KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, long begin, long end) {
        for (long window = FIRST_WINDOW; ; window *= 8) {
            long from = Math.max(begin, end - window);
            Optional<Cut> last = lastBetween(consumer, partition, from, end);
            if (last.isPresent() || from == begin) {
                return last;
            }
        }
    }

    private Optional<Cut> lastBetween(
            KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, long from, long end) {
        consumer.seek(partition, from);
        long deadline = System.nanoTime() + READ_TIMEOUT.toNanos();
        byte[] last = null;
        while (consumer.position(partition, READ_TIMEOUT) < end) {
            Collection<ConsumerRecord<byte[], byte[]>> records =
                    consumer.poll(Duration.ofMillis(200)).records(partition);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                last = record.offset() < end ? record.value() : last;
            }
            if (System.nanoTime() > deadline) {
                throw new SyncException(
                        FaultKind.CONNECTION,
                        "Kafka did not deliver the cuts of task " + names.task() + " in time.",
                        "");
            }
        }
        return Optional.ofNullable(last).map(codec::decode);
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                ClientProperties.of(
                        kafka,
                        Map.of("default.api.timeout.ms", "20000", "request.timeout.ms", "15000"),
                        Map.of(
                                "isolation.level", "read_committed",
                                "enable.auto.commit", "false",
                                "auto.offset.reset", "none",
                                "allow.auto.create.topics", "false")),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }
}
