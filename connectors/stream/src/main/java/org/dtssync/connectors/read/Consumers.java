package org.dtssync.connectors.read;

import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.dtssync.connectors.kafka.ClientProperties;
import org.dtssync.connectors.kafka.OrderlyClose;

/** Creates consumers that see only committed cuts and never choose a start position themselves. */
final class Consumers {

    /** What a broker may wait where new records are waited for, in milliseconds. */
    static final int PATIENT = 500;

    /**
     * What it may wait where everything that is read is there, in milliseconds: an answer that it holds back at the end of a topic also
     * holds back the next one on the same connection, about another place or topic.
     */
    static final int SOON = 5;

    private Consumers() {}

    /**
     * Creates a consumer without a group.
     *
     * @param waitMillis how long the broker may hold back an empty response, in milliseconds
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
                                // Also the time between two look-ups of topics, of which each new one needs one.
                                "retry.backoff.ms", "20",
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

    /** Closes a consumer in an orderly way although its thread was interrupted, and preserves the interrupt status. */
    static void close(KafkaConsumer<byte[], byte[]> consumer) {
        OrderlyClose.ofConsumer(consumer);
    }
}
