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
import org.dtssync.connectors.chain.CutChain;
import org.dtssync.connectors.kafka.ClientProperties;
import org.dtssync.connectors.kafka.KafkaFaults;
import org.dtssync.connectors.kafka.KafkaTopics;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.TaskName;

/**
 * Writes cut 0, the start of the stream. Every cut refers to the previous one, and this one to the last cut of an earlier stream in the
 * same topic, so that nobody can remove cuts from its end unnoticed. Stateless except for its settings.
 */
public final class FirstCut {

    private final CaptureSettings settings;
    private final CutCodec codec;

    /**
     * The position of cut 0.
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
     * Creates the cuts topic, if {@link TaskTopics} has not yet, and writes cut 0.
     *
     * @param start the slot's consistent point
     * @param systemIdentifier the source server's
     * @return its position
     */
    public Written write(Lsn start, String systemIdentifier) {
        String topic = settings.names().cuts();
        String topicId;
        try (KafkaTopics topics = new KafkaTopics(settings.kafka())) {
            new TaskTopics(settings).createCuts(topics);
            topicId = topics.identifier(topic);
        }
        Cut unlinked =
                new Cut(settings.task(), 0, start.value(), null, systemIdentifier, settings.slot(), 0, 0, List.of());
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            // From here on no earlier writer adds a cut.
            producer.initTransactions();
            Cut earlier =
                    new CutLog(settings.names(), settings.kafka(), codec).last().orElse(null);
            Cut cut = CutChain.link(unlinked, List.of(), earlier);
            producer.beginTransaction();
            Future<RecordMetadata> sent = producer.send(new ProducerRecord<>(topic, 0, null, codec.encode(cut)));
            // As in CutWriter: otherwise a commit may be sent before the record.
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
