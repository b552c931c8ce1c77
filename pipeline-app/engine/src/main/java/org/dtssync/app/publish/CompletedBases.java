package org.dtssync.app.publish;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.ClientProperties;
import org.dtssync.connectors.kafka.KafkaFaults;
import org.dtssync.connectors.kafka.OrderlyClose;
import org.dtssync.connectors.kafka.PartitionOffsets;

/** The records that say which bases in topics are complete. Stateless. */
final class CompletedBases {

    private static final Duration POLL = Duration.ofMillis(200);

    private static final long TIMEOUT_NANOS = Duration.ofSeconds(30).toNanos();

    private CompletedBases() {}

    /**
     * Returns the numbers of their cuts, that of the base that was completed last first. The numbers themselves do not say which one that is: those
     * of another source begin anew.
     */
    static List<Long> newestFirst(String topic, Map<String, String> kafka) {
        TopicPartition partition = new TopicPartition(topic, 0);
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                ClientProperties.of(
                        kafka,
                        Map.of("default.api.timeout.ms", "20000", "request.timeout.ms", "15000"),
                        Map.of(
                                "enable.auto.commit", "false",
                                "auto.offset.reset", "none",
                                "allow.auto.create.topics", "false")),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        try {
            consumer.assign(List.of(partition));
            consumer.seek(partition, PartitionOffsets.first(consumer, partition));
            return read(consumer, partition);
        } catch (KafkaException e) {
            throw KafkaFaults.explain("Topic " + topic + " could not be read", e);
        } finally {
            OrderlyClose.ofConsumer(consumer);
        }
    }

    private static List<Long> read(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition) {
        long end = PartitionOffsets.end(consumer, partition);
        long deadline = System.nanoTime() + TIMEOUT_NANOS;
        Set<Long> cuts = new LinkedHashSet<>();
        while (consumer.position(partition) < end) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                Long cut = Long.valueOf(new String(record.key(), StandardCharsets.US_ASCII));
                cuts.remove(cut);
                cuts.add(cut);
            }
            if (System.nanoTime() > deadline) {
                throw new SyncException(
                        FaultKind.CONNECTION,
                        "Topic " + partition.topic() + " did not deliver its records in time.",
                        "");
            }
        }
        List<Long> newest = new ArrayList<>(cuts);
        Collections.reverse(newest);
        return newest;
    }
}
