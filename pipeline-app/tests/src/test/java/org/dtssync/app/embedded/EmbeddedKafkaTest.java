package org.dtssync.app.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.dtssync.connectors.fault.SyncException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaTest {

    private static final TopicPartition PARTITION = new TopicPartition("shop.public.orders", 0);

    @TempDir
    Path directory;

    @Test
    void keepsCommittedTransactionsAcrossARestartAndHidesAbortedOnes() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory)) {
            createTopic(kafka);
            produce(kafka, "first", true);
            produce(kafka, "aborted", false);
            assertThat(committed(kafka)).containsExactly("first");

            kafka.stop();
            assertThat(kafka.running()).isFalse();
            kafka.start();

            assertThat(committed(kafka)).containsExactly("first");
            produce(kafka, "second", true);
            assertThat(committed(kafka)).containsExactly("first", "second");
        }
        try (EmbeddedKafka again = EmbeddedKafka.start(directory)) {
            assertThat(committed(again)).containsExactly("first", "second");
        }
    }

    @Test
    void obeysOverriddenProperties() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, Map.of("message.max.bytes", "2000"))) {
            createTopic(kafka);

            assertThatThrownBy(() -> produce(kafka, "x".repeat(4000), true))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(RecordTooLargeException.class);
        }
    }

    @Test
    void refusesADirectoryThatAnotherBrokerUses() {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory)) {
            assertThat(kafka.running()).isTrue();

            assertThatThrownBy(() -> EmbeddedKafka.start(directory))
                    .isInstanceOf(SyncException.class)
                    .hasMessage("The embedded Kafka broker in " + directory
                            + " did not start: another broker of this process uses the directory."
                            + " Check that the directory can be written, that its disk has free space and that no other task"
                            + " uses it.");
        }
    }

    private static void createTopic(EmbeddedKafka kafka) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 1)))
                    .all()
                    .get();
        }
    }

    private static void produce(EmbeddedKafka kafka, String value, boolean commit) throws Exception {
        Map<String, Object> properties = Map.of(
                "bootstrap.servers", kafka.bootstrapServers(), "transactional.id", "shop", "max.block.ms", "20000");
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(PARTITION.topic(), value)).get();
            if (commit) {
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }
        }
    }

    private static List<String> committed(EmbeddedKafka kafka) {
        Map<String, Object> properties = Map.of(
                "bootstrap.servers",
                kafka.bootstrapServers(),
                "isolation.level",
                "read_committed",
                "auto.offset.reset",
                "none");
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = List.of(PARTITION);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Long end = consumer.endOffsets(partitions).get(PARTITION);
            assertThat(end).isNotNull();
            List<String> values = new ArrayList<>();
            while (consumer.position(PARTITION) < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
            }
            return values;
        }
    }
}
