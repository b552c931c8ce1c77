package org.dtssync.connectors.capture;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
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
import org.dtssync.schemas.TopicNames;
import org.dtssync.schemas.TopicTable;

/**
 * Refuses a record that is too large for its way with a sentence that names the table, the size and the setting. What Kafka
 * itself does about one is worse: the producer names no topic, and a broker that takes no request of that size just closes the
 * connection, again and again.
 *
 * <p>Used by the thread that sends; what it hands to the producer is called by the producer's.
 */
final class RecordGuard {

    /** What a batch and a record take beside key, value and headers, rounded up. */
    private static final long OVERHEAD_BYTES = 128;

    /** Brokers take requests of 100 MB unless they are told otherwise; below this nobody asks them. */
    private static final long ASK_BROKER_BYTES = 1L << 20;

    /** Smaller records are refused by nobody, and are too many to look at each answer. */
    private static final long WATCHED_BYTES = 16_384;

    private final CaptureSettings settings;
    private final KafkaTopics topics;
    private final Map<String, RecordLimits> limits = new HashMap<>();
    private final AtomicReference<SyncException> refused = new AtomicReference<>();
    private OptionalLong requestBytes;

    RecordGuard(CaptureSettings settings, KafkaTopics topics) {
        this.settings = settings;
        this.topics = topics;
    }

    /**
     * Makes topics ready for records as large as the task file says; to be called before the first one.
     *
     * @param existed those of them that may take smaller ones only
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
     * Looks at a record before it is sent.
     *
     * @return what to give the producer beside the record; null if its answer need not be looked at
     * @throws SyncException of kind DATA if the record cannot pass
     */
    Callback check(ProducerRecord<byte[], byte[]> record) {
        long bytes = size(record);
        if (bytes < WATCHED_BYTES) {
            return null;
        }
        RecordLimits own = limits.get(record.topic());
        if (bytes > ASK_BROKER_BYTES) {
            own = limits(own.bytes(RecordLimits.Place.TOPIC), requestBytes());
        }
        RecordLimits known = own;
        known.withoutPlace(RecordLimits.Place.TOPIC).refusing(bytes).ifPresent(limit -> {
            throw fault(record.topic(), bytes, limit, known, null);
        });
        // A topic's limit is one on what a batch takes compressed, which its broker alone knows.
        return (metadata, error) -> {
            if (error instanceof RecordTooLargeException) {
                refused.compareAndSet(
                        null, fault(record.topic(), bytes, known.limit(RecordLimits.Place.TOPIC), known, error));
            }
        };
    }

    /** Returns the refusal behind an error of the producer's, or the error itself. */
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
            String topic, long bytes, RecordLimits.Limit limit, RecordLimits limits, Throwable cause) {
        TopicTable table = new TopicNames(settings.task()).tableOf(topic);
        return new SyncException(
                FaultKind.DATA,
                "A change of table " + table.schema() + "." + table.table() + " takes " + RecordLimits.text(bytes)
                        + " as a record, but " + limit.setting() + " lets " + RecordLimits.text(limit.bytes())
                        + " through.",
                "Set " + limits.remedy(bytes).replace("\n", " and ")
                        + ", then run the same command again: it goes on from here.",
                cause);
    }

    private static long size(ProducerRecord<byte[], byte[]> record) {
        long bytes = OVERHEAD_BYTES + record.value().length;
        bytes += record.key() == null ? 0 : record.key().length;
        for (Header header : record.headers()) {
            bytes += header.key().length() + 10L + header.value().length;
        }
        return bytes;
    }
}
