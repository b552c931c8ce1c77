package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.avro.CutCodec;
import org.dtssync.connectors.avro.RegistryClientSettings;
import org.dtssync.connectors.avro.SchemaRegistryClient;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.Cut.CutPartition;
import org.dtssync.schemas.TopicNames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A broker that shuts down can leave an aborted cut without its marker: the next commit of the same producer makes it visible,
 * right before the cut that the capture wrote in its place under the same number. Here a second capture's work is written by
 * hand: one cut that has what several had.
 */
@ExtendWith(ServersExtension.class)
class RepeatedCutsTest {

    private static final String[] STRUCTURE = {
        "CREATE TABLE public.item (id int PRIMARY KEY, v text)",
        "CREATE TABLE public.line (v text)",
        "ALTER TABLE public.line REPLICA IDENTITY FULL",
        "INSERT INTO public.item VALUES (1, 'one'), (2, 'two')"
    };

    @Test
    void aCutThatWasNotTakenIsReplacedByTheOneThatHasItsNumberAgain(Servers servers) throws Exception {
        assertEachChangeIsAppliedOnce(servers, false);
    }

    @Test
    void aCutThatRepeatsWhatWasTakenBringsTheRest(Servers servers) throws Exception {
        assertEachChangeIsAppliedOnce(servers, true);
    }

    private static void assertEachChangeIsAppliedOnce(Servers servers, boolean taken) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();
        moved.atSource(
                "INSERT INTO public.line VALUES ('twice'), ('twice')", "UPDATE public.item SET v = 'a' WHERE id = 1");
        moved.move();
        List<Cut> applied = cuts(servers, moved);

        writeWithoutApplying(servers, moved);
        List<Cut> all = cuts(servers, moved);
        List<Cut> repeated = all.subList(taken ? 1 : applied.size(), all.size());
        assertThat(repeated).hasSizeGreaterThan(taken ? applied.size() : 1);
        append(servers, moved, joined(repeated));

        moved.move();
        moved.atSource("INSERT INTO public.line VALUES ('after')");
        moved.move();

        assertThat(TableTexts.differences(moved.source(), moved.destination())).isEmpty();
        assertThat(moved.valueAtDestination("SELECT count(*) FROM public.line")).isEqualTo("7");
    }

    /** The applier waits for a lock of somebody else's, and the capture goes on. */
    private static void writeWithoutApplying(Servers servers, MovedTask moved) throws Exception {
        try (Connection locking = new Scripts(moved.destination()).connect();
                Statement statement = locking.createStatement()) {
            locking.setAutoCommit(false);
            statement.execute("LOCK TABLE public.item IN EXCLUSIVE MODE");
            statement.execute("LOCK TABLE public.line IN EXCLUSIVE MODE");
            try (LiveRun run = moved.streaming()) {
                moved.atSource("INSERT INTO public.line VALUES ('twice'), ('twice')");
                int first = cuts(servers, moved).size();
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> cuts(servers, moved).size() > first + 1);
                moved.atSource(
                        "INSERT INTO public.line VALUES ('twice'), ('twice')",
                        "UPDATE public.item SET v = 'b' WHERE id = 1",
                        "INSERT INTO public.item VALUES (10, 'ten')");
                int second = cuts(servers, moved).size();
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> cuts(servers, moved).size() > second + 1);
            }
        }
        assertThat(moved.valueAtDestination("SELECT count(*) FROM public.line")).isEqualTo("2");
    }

    /** As a capture writes it that begins where the first of these began and does not close a cut before the last one's end. */
    private static Cut joined(List<Cut> cuts) {
        Cut first = cuts.get(0);
        Cut last = cuts.get(cuts.size() - 1);
        Map<String, CutPartition> stretches = new LinkedHashMap<>();
        for (Cut cut : cuts) {
            for (CutPartition part : cut.partitions()) {
                CutPartition begun = stretches.getOrDefault(part.topic(), part);
                stretches.put(
                        part.topic(),
                        new CutPartition(part.topic(), 0, begun.firstOffset(), part.endOffset(), part.topicId()));
            }
        }
        return new Cut(
                first.task(),
                first.sequence(),
                last.lsn(),
                last.commitTimeMicros(),
                last.systemIdentifier(),
                last.slot(),
                cuts.stream().mapToInt(Cut::transactions).sum(),
                cuts.stream().mapToLong(Cut::changes).sum(),
                List.copyOf(stretches.values()));
    }

    private static void append(Servers servers, MovedTask moved, Cut cut) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", servers.kafka().bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            String topic = new TopicNames(moved.task().name()).cuts();
            producer.send(new ProducerRecord<>(
                            topic, 0, null, codec(servers, moved).encode(cut)))
                    .get(20, TimeUnit.SECONDS);
        }
    }

    private static List<Cut> cuts(Servers servers, MovedTask moved) {
        TopicPartition partition =
                new TopicPartition(new TopicNames(moved.task().name()).cuts(), 0);
        CutCodec codec = codec(servers, moved);
        List<Cut> cuts = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        servers.kafka().bootstrapServers(),
                        "isolation.level",
                        "read_committed",
                        "enable.auto.commit",
                        "false"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            Long end = consumer.endOffsets(List.of(partition)).get(partition);
            assertThat(end).isNotNull();
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    cuts.add(codec.decode(record.value()));
                }
            }
        }
        return cuts;
    }

    private static CutCodec codec(Servers servers, MovedTask moved) {
        return new CutCodec(
                new SchemaRegistryClient(RegistryClientSettings.from(
                        Map.of(RegistryClientSettings.URL, servers.registry().url()))),
                new TopicNames(moved.task().name()));
    }
}
