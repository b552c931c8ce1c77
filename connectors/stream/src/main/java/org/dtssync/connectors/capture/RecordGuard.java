package org.dtssync.connectors.capture;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.KafkaTopics;
import org.dtssync.connectors.kafka.RecordLimits;
import org.dtssync.schemas.TopicTable;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a record that is too large with a message that names the table, the size and the setting. Kafka's own
 * reaction is worse: the producer names no topic, and a broker that does not accept a request of that size just closes the
 * connection, repeatedly.
 *
 * <p>Used by the sending thread; its callbacks run in the producer's thread.
 */
final class RecordGuard {

    /** The size of a batch and a record in addition to key, value and headers, rounded up. */
    private static final long OVERHEAD_BYTES = 128;

    /** Brokers accept requests of 100 MB by default; below this they are not queried. */
    private static final long ASK_BROKER_BYTES = 1L << 20;

    /** Smaller records are never refused, and are too many to check each response. */
    private static final long WATCHED_BYTES = 16_384;

    private final CaptureSettings settings;
    private final KafkaTopics topics;
    private final Map<String, RecordLimits> limits = new HashMap<>();
    private final AtomicReference<SyncException> refused = new AtomicReference<>();
    private @Nullable OptionalLong requestBytes;

    RecordGuard(CaptureSettings settings, KafkaTopics topics) {
        this.settings = settings;
        this.topics = topics;
    }

    /**
     * Prepares topics for records as large as the task file allows; call before the first one.
     *
     * @param existed those of them whose limit may be lower
     */
    void prepare(Collection<String> made, Collection<String> existed) {
        long wanted = RecordLimits.topicBytes(settings.topics().config());
        RecordLimits usual = limits(wanted, OptionalLong.empty());
        made.forEach(topic -> limits.put(topic, usual));
        if (!existed.isEmpty()) {
            topics.raiseMessageBytes(existed, wanted)
                    .forEach((topic, bytes) -> limits.put(topic, limits(bytes, OptionalLong.empty())));
        }
    }

    /**
     * Checks a record before it is sent.
     *
     * @return the callback for the producer; null if its response need not be checked
     * @throws SyncException of kind DATA if the record is too large
     */
    @Nullable
    Callback check(ProducerRecord<byte[], byte[]> record) {
        long bytes = size(record);
        if (bytes < WATCHED_BYTES) {
            return null;
        }
        RecordLimits own =
                Objects.requireNonNull(limits.get(record.topic()), "Topics are prepared before their first record.");
        if (bytes > ASK_BROKER_BYTES) {
            own = limits(own.bytes(RecordLimits.Place.TOPIC), requestBytes());
        }
        RecordLimits known = own;
        known.withoutPlace(RecordLimits.Place.TOPIC).refusing(bytes).ifPresent(limit -> {
            throw fault(record.topic(), bytes, limit, known, null);
        });
        // A topic's limit applies to a compressed batch, whose size only its broker knows.
        return (metadata, error) -> {
            if (error instanceof RecordTooLargeException) {
                refused.compareAndSet(
                        null, fault(record.topic(), bytes, known.limit(RecordLimits.Place.TOPIC), known, error));
            }
        };
    }

    /** Returns the refusal behind a producer error, or the error itself. */
    Throwable cause(Throwable error) {
        SyncException fault = refused.get();
        return fault == null ? error : fault;
    }

    private OptionalLong requestBytes() {
        if (requestBytes == null) {
            requestBytes = topics.requestBytes();
        }
        return requestBytes;
    }

    private RecordLimits limits(long topicBytes, OptionalLong request) {
        return RecordLimits.of(settings.kafka(), Map.of("max.message.bytes", Long.toString(topicBytes)), request);
    }

    private SyncException fault(
            String topic, long bytes, RecordLimits.Limit limit, RecordLimits limits, @Nullable Throwable cause) {
        TopicTable table = settings.names().tableOf(topic);
        return new SyncException(
                FaultKind.DATA,
                "A change of table " + table.schema() + "." + table.table() + " needs " + RecordLimits.text(bytes)
                        + " as a record, but " + limit.setting() + " allows " + RecordLimits.text(limit.bytes())
                        + ".",
                "Set " + limits.remedy(bytes).replace("\n", " and ")
                        + ", then run the same command again: it resumes from here.",
                cause);
    }

    private static long size(ProducerRecord<byte[], byte[]> record) {
        long bytes = OVERHEAD_BYTES;
        bytes += record.value() == null ? 0 : record.value().length;
        bytes += record.key() == null ? 0 : record.key().length;
        for (Header header : record.headers()) {
            bytes += header.key().length() + 10L + header.value().length;
        }
        return bytes;
    }
}
