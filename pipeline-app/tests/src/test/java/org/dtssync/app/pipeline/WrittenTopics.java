package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.dtssync.app.testing.Servers;

/** Topics as they were written, to be written again with a difference. For one thread. */
final class WrittenTopics {

    private final String brokers;
    private final String transactionalId;
    private final Map<String, List<Entry>> written = new LinkedHashMap<>();
    private final Set<String> changed = new HashSet<>();

    /**
     * A record.
     *
     * @param record the record
     * @param offset its offset
     * @param ends whether its Kafka transaction ends with it
     */
    record Entry(ProducerRecord<byte[], byte[]> record, long offset, boolean ends) {

        /** Returns the record with a bit of its value's last byte flipped. */
        Entry withFlippedBit() {
            byte[] value = record.value().clone();
            value[value.length - 1] ^= 1;
            return new Entry(
                    new ProducerRecord<>(record.topic(), 0, null, record.key(), value, record.headers()), offset, ends);
        }
    }

    private WrittenTopics(String brokers, String transactionalId) {
        this.brokers = brokers;
        this.transactionalId = transactionalId;
    }

    static WrittenTopics read(Servers servers, List<String> names) {
        WrittenTopics topics = new WrittenTopics(servers.kafka().bootstrapServers(), servers.uniqueName());
        names.forEach(name -> topics.written.put(name, topics.read(name)));
        return topics;
    }

    private List<Entry> read(String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        List<Entry> entries = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", brokers, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            Long end = consumer.endOffsets(List.of(partition)).get(partition);
            assertThat(end).isNotNull();
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
            assertThat(records.get(0).offset()).isZero();
            for (int i = 0; i < records.size(); i++) {
                ConsumerRecord<byte[], byte[]> record = records.get(i);
                long next = i + 1 < records.size() ? records.get(i + 1).offset() : record.offset() + 2;
                assertThat(next).as("no aborted transaction").isLessThanOrEqualTo(record.offset() + 2);
                entries.add(new Entry(
                        new ProducerRecord<>(topic, 0, null, record.key(), record.value(), record.headers()),
                        record.offset(),
                        next == record.offset() + 2));
            }
        }
        return entries;
    }

    private List<Entry> entries(String topic) {
        List<Entry> entries = written.get(topic);
        assertThat(entries).as(topic).isNotNull();
        return entries;
    }

    int size(String topic) {
        return entries(topic).size();
    }

    long offset(String topic, int index) {
        return entries(topic).get(index).offset();
    }

    /** Writes a topic again; where a record is removed or added, those behind it get other offsets. */
    void write(String topic, Consumer<List<Entry>> difference) throws Exception {
        changed.add(topic);
        List<Entry> entries = new ArrayList<>();
        for (Entry each : entries(topic)) {
            ProducerRecord<byte[], byte[]> record = each.record();
            entries.add(new Entry(
                    new ProducerRecord<>(
                            topic, 0, null, record.key(), record.value(), new RecordHeaders(record.headers())),
                    each.offset(),
                    each.ends()));
        }
        difference.accept(entries);
        makeAgain(topic);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", brokers, "transactional.id", transactionalId),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.initTransactions();
            boolean open = false;
            for (Entry entry : entries) {
                if (!open) {
                    producer.beginTransaction();
                    open = true;
                }
                // The commit fails if one of them did.
                Future<RecordMetadata> unused = producer.send(entry.record());
                if (entry.ends()) {
                    producer.flush();
                    producer.commitTransaction();
                    open = false;
                }
            }
            if (open) {
                producer.flush();
                producer.commitTransaction();
            }
        }
    }

    private void makeAgain(String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
            admin.deleteTopics(List.of(topic)).all().get(20, TimeUnit.SECONDS);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !admin.listTopics()
                            .names()
                            .get(20, TimeUnit.SECONDS)
                            .contains(topic));
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get(20, TimeUnit.SECONDS);
        }
    }

    /** Deletes the records before an offset, as retention does. */
    void truncate(String topic, long offset) throws Exception {
        changed.add(topic);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
            admin.deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(offset)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }
    }

    /** Writes what was changed as it was. */
    void restore() throws Exception {
        for (String topic : List.copyOf(changed)) {
            write(topic, entries -> {});
        }
        changed.clear();
    }
}
