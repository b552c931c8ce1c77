package org.dtssync.connectors.capture;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.dtssync.connectors.avro.CutCodec;
import org.dtssync.connectors.kafka.ClientProperties;
import org.dtssync.connectors.kafka.KafkaFaults;
import org.dtssync.connectors.kafka.KafkaTopics;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.TaskName;
import org.dtssync.schemas.TopicNames;

/** Writes cut 0: where the stream begins. Everything after it refers to the cut before. Stateless but for its settings. */
public final class FirstCut {

    private final CaptureSettings settings;
    private final CutCodec codec;

    /**
     * Where cut 0 lies.
     *
     * @param offset its offset in the topic of the cuts
     * @param topicId Kafka's identifier of that topic
     */
    public record Written(long offset, String topicId) {}

    /** Creates a writer; connects lazily. */
    public FirstCut(CaptureSettings settings, CutCodec codec) {
        this.settings = settings;
        this.codec = codec;
    }

    /**
     * Makes the topic of the cuts and writes cut 0.
     *
     * @param start the slot's consistent point
     * @param systemIdentifier the source server's
     * @return where it lies
     */
    public Written write(Lsn start, String systemIdentifier) {
        String topic = new TopicNames(settings.task()).cuts();
        String topicId;
        try (KafkaTopics topics = new KafkaTopics(settings.kafka())) {
            topics.create(
                    List.of(topic),
                    settings.topics().replicationFactor(),
                    // Cuts are the way from any position to the next: they are kept for ever.
                    Map.of("cleanup.policy", "delete", "retention.ms", "-1", "retention.bytes", "-1"));
            topicId = topics.identifier(topic);
        }
        Cut cut = new Cut(settings.task(), 0, start.value(), null, systemIdentifier, settings.slot(), 0, 0, List.of());
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            producer.initTransactions();
            producer.beginTransaction();
            Future<RecordMetadata> sent = producer.send(new ProducerRecord<>(topic, 0, null, codec.encode(cut)));
            // As in CutWriter: a commit may otherwise go out before the record.
            producer.flush();
            producer.commitTransaction();
            return new Written(sent.get().offset(), topicId);
        } catch (RuntimeException | ExecutionException e) {
            throw KafkaFaults.explain("The first cut of task " + settings.task() + " could not be written", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KafkaFaults.explain("Interrupted while writing the first cut", e);
        }
    }

    private KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                ClientProperties.of(
                        settings.kafka(),
                        Map.of("max.block.ms", "20000", "request.timeout.ms", "15000", "delivery.timeout.ms", "60000"),
                        Map.of("acks", "all", "transactional.id", new TaskName(settings.task()).transactionalId())),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }
}
