package org.dtssync.connectors.read;

import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.dtssync.connectors.kafka.ClientProperties;
import org.dtssync.connectors.kafka.OrderlyClose;

/** Makes consumers that see committed cuts only and never start somewhere by themselves. */
final class Consumers {

    private Consumers() {}

    /**
     * Makes a consumer without a group.
     *
     * @param waitMillis how long the broker may hold back an empty answer, in milliseconds
     * @param values bounds what a poll returns, for this consumer alone
     */
    static KafkaConsumer<byte[], byte[]> readCommitted(
            Map<String, String> kafka, int waitMillis, BoundedValues values) {
        return new KafkaConsumer<>(
                ClientProperties.of(
                        kafka,
                        Map.of(
                                "default.api.timeout.ms", "20000",
                                "request.timeout.ms", "15000",
                                "max.poll.records", "8000",
                                "fetch.max.bytes", "16777216",
                                "max.partition.fetch.bytes", "4194304",
                                "fetch.max.wait.ms", Integer.toString(waitMillis)),
                        Map.of(
                                "isolation.level", "read_committed",
                                "enable.auto.commit", "false",
                                "auto.offset.reset", "none",
                                "allow.auto.create.topics", "false",
                                "fetch.min.bytes", "1")),
                new ByteArrayDeserializer(),
                values);
    }

    /** Closes a consumer in order although its thread was interrupted, and leaves the thread so. */
    static void close(KafkaConsumer<byte[], byte[]> consumer) {
        OrderlyClose.ofConsumer(consumer);
    }
}
