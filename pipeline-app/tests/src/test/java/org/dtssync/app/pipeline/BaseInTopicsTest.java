package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.app.base.BaseCut;
import org.dtssync.app.base.BaseListener;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.config.TopicSettings;
import org.dtssync.app.stream.SharedRegistry;
import org.dtssync.app.stream.TopicCodecs;
import org.dtssync.app.tasks.ChangesRequest;
import org.dtssync.app.tasks.HistoryForm;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskStates;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.TopicNames;
import org.dtssync.schemas.TopicValues;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A base in topics has the rows as capture writes them, and says where the changes go on. */
@ExtendWith(ServersExtension.class)
class BaseInTopicsTest {

    private static final String[] STRUCTURE = {
        "CREATE TYPE public.mood AS ENUM ('glad', 'sad')",
        "CREATE DOMAIN public.price AS numeric(10, 2)",
        "CREATE TABLE public.types (id int PRIMARY KEY, s smallint, l bigint, r real, d double precision, n numeric, p public.price,"
                + " b bytea, t text, v varchar(9), c char(5), f boolean, j jsonb, u uuid, dt date, tm time(3), ts timestamp, tz timestamptz(2),"
                + " i interval, e public.mood, a int[], ta text[], x bit(4), net inet, r2 int4range, nn text NOT NULL DEFAULT 'nn')",
        "INSERT INTO public.types (id) VALUES (1)",
        "INSERT INTO public.types VALUES (2, -3, 9007199254740993, 'NaN', '-Infinity', 1.50, 2.5, '\\x00ff', E'tab\\t back\\\\slash', 'v', 'c',"
                + " true, '{\"k\": 1}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '2024-02-29', '12:34:56.789', '2024-02-29 12:00:00.123456',"
                + " '2024-02-29 12:00:00+02', '1 mon 2 days', 'sad', '{1,NULL,3}', '{\"a b\",\"c\"}', B'1010', '10.0.0.1/8', '[1,5)', '')",
        "INSERT INTO public.types (id, dt, ts, n) VALUES (3, 'infinity', '-infinity', 'NaN'), (4, '0044-03-15 BC', '10000-01-01', '1e40')",
        "CREATE TABLE public.\"odd Table\" (\"a b\" text, \"key\" int, PRIMARY KEY (\"key\", \"a b\"))",
        "INSERT INTO public.\"odd Table\" SELECT 'v' || n, n FROM generate_series(1, 2500) n",
        "CREATE TABLE public.bare (v text, n int)",
        "ALTER TABLE public.bare REPLICA IDENTITY FULL",
        "INSERT INTO public.bare VALUES ('twice', 1), ('twice', 1), (NULL, NULL)",
        "CREATE TABLE public.parts (id int PRIMARY KEY, v text) PARTITION BY RANGE (id)",
        "CREATE TABLE public.parts_1 PARTITION OF public.parts FOR VALUES FROM (1) TO (10)",
        "INSERT INTO public.parts VALUES (1, 'one')",
        "CREATE TABLE public.empty (id int PRIMARY KEY)",
    };

    private static final List<String> TABLES = List.of("types", "\"odd Table\"", "bare", "parts");

    @ParameterizedTest
    @EnumSource(TopicValues.class)
    void hasTheRowsAsTheStreamHasThem(TopicValues values, Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(18);
        TaskFile task = new TaskFileBuilder(TaskFiles.of(servers, source, destination))
                .topics(new TopicSettings(1, 604_800_000L, Map.of(), values))
                .build();
        MovedTask moved = new MovedTask(task, source, destination);
        moved.atSource(STRUCTURE);
        moved.move();
        moved.atSource("UPDATE public.parts SET v = 'before' WHERE id = 1");
        moved.move();
        TaskStates states = new SyncTask(task).states();

        assertThatThrownBy(() -> states.baseToTopics(Optional.empty(), Optional.empty(), new Interrupting()))
                .isInstanceOf(InterruptedException.class);
        JsonNode marker = new ObjectMapper()
                .readTree(states.baseToTopics(Optional.empty(), Optional.empty(), BaseListener.NONE)
                        .json());
        for (String table : TABLES) {
            String name = "public." + table;
            moved.atSource("DO $$ BEGIN CREATE TEMP TABLE kept AS TABLE " + name + "; DELETE FROM " + name
                    + "; INSERT INTO " + name + " SELECT * FROM kept; END $$");
        }
        moved.move();

        TopicNames names = new TopicNames(task.name());
        Reading reading = new Reading(task, names);
        assertThat(marker.path("tables")).hasSize(5);
        for (JsonNode table : marker.path("tables")) {
            List<ConsumerRecord<byte[], byte[]>> rows = reading.from(
                    table.path("topic").asText(), table.path("first_offset").asLong());
            assertThat(rows).as(table.toString()).hasSize(table.path("rows").asInt());
            List<String> read = reading.rows(rows, "r");
            if (table.path("changes").isNull()) {
                assertThat(read).isEmpty();
                continue;
            }
            List<String> created = reading.rows(
                    reading.from(
                            table.path("changes").path("topic").asText(),
                            table.path("changes").path("offset").asLong()),
                    "c");
            assertThat(read).as(table.path("table").asText()).containsExactlyInAnyOrderElementsOf(created);
        }
        List<ConsumerRecord<byte[], byte[]>> markers = reading.from(names.bases(), 0);
        assertThat(markers).hasSize(1);
        assertThat(new String(markers.get(0).value(), StandardCharsets.UTF_8)).isEqualTo(marker.toString());

        keepsCompleteBases(task, names, reading, marker.path("cut").asLong());
        JsonNode second = new ObjectMapper()
                .readTree(states.baseToTopics(Optional.of(1), Optional.empty(), BaseListener.NONE)
                        .json());
        assertThat(second.path("cut").asLong()).isGreaterThan(marker.path("cut").asLong());
        long first = marker.path("cut").asLong();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(reading.topics(first)).isEmpty());
        refusesACompactedTopic(task, names.table("public", "parts"));
    }

    /** Neither the topics of an interrupted call nor what it left on the disk, in whatever state, count. */
    private static void keepsCompleteBases(TaskFile task, TopicNames names, Reading reading, long complete)
            throws Exception {
        String unfinished = names.base(complete + 1_000_000, "public", "types");
        try (Admin admin = Admin.create(
                Map.of("bootstrap.servers", task.kafka().properties().get("bootstrap.servers")))) {
            admin.createTopics(List.of(new NewTopic(unfinished, 1, (short) 1)))
                    .all()
                    .get();
        }
        Path left = Files.createDirectories(task.dataDir().resolve(task.name() + "-base-for-topics"));
        Files.writeString(left.resolve("00001.public.types.001.copy.gz"), "left");
        TaskStates states = new SyncTask(task).states();

        states.baseToTopics(Optional.of(2), Optional.empty(), BaseListener.NONE);

        assertThat(left).doesNotExist();
        assertThat(reading.topics(complete)).isNotEmpty();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(reading.topics(complete + 1_000_000)).isEmpty());
        publishesNoBaseOfOtherTopics(states, left);
    }

    /** An earlier task of the same name had a cut of this number at this position too, as its own topics had it. */
    private static void publishesNoBaseOfOtherTopics(TaskStates states, Path left) throws Exception {
        states.base(left, Optional.empty(), BaseListener.NONE);
        Path manifest = left.resolve("base.json");
        Files.writeString(
                manifest,
                Files.readString(manifest)
                        .replaceAll("\"digest\" ?: ?\"[0-9a-f]{64}\"", "\"digest\":\"" + "0".repeat(64) + "\""));
        AtomicInteger readAgain = new AtomicInteger();

        states.baseToTopics(Optional.empty(), Optional.empty(), new BaseListener() {
            @Override
            public void begun(BaseCut cut, int tables, int kept) {
                readAgain.incrementAndGet();
            }
        });

        assertThat(readAgain).hasPositiveValue();
    }

    private static void refusesACompactedTopic(TaskFile task, String topic) throws Exception {
        try (Admin admin = Admin.create(
                Map.of("bootstrap.servers", task.kafka().properties().get("bootstrap.servers")))) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, topic),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("cleanup.policy", "compact"), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
        ChangesRequest all = new ChangesRequest(
                List.of(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);
        assertThatThrownBy(() -> new SyncTask(task).replayChanges(all, HistoryForm.JSON, new ByteArrayOutputStream()))
                .hasMessageContaining("Topic " + topic + " has cleanup.policy=compact");
    }

    /** Stops while the largest table is written into its topic. */
    private static final class Interrupting implements BaseListener {

        private int files;

        @Override
        public void rows(TableName table, long rows, long bytes) {
            // Once when it is written into a file, then a thousand rows at a time.
            if (table.table().equals("odd Table") && rows == 1_000 && bytes == 0 && files++ == 0) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Reads topics with the converters of a task. */
    private static final class Reading {

        private final TaskFile task;
        private final Converter keys;
        private final Converter values;
        private final TopicNames names;

        Reading(TaskFile task, TopicNames names) {
            this.task = task;
            this.names = names;
            TopicCodecs codecs = new TopicCodecs(names, task.converters(), new SharedRegistry(task.registry()));
            this.keys = codecs.keys();
            this.values = codecs.values();
        }

        private KafkaConsumer<byte[], byte[]> consumer() {
            return new KafkaConsumer<>(
                    Map.of(
                            "bootstrap.servers",
                            task.kafka().properties().get("bootstrap.servers"),
                            "isolation.level",
                            "read_committed"),
                    new ByteArrayDeserializer(),
                    new ByteArrayDeserializer());
        }

        List<String> topics(long cut) {
            try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
                return consumer.listTopics().keySet().stream()
                        .filter(topic -> names.baseOf(topic).orElse(0) == cut)
                        .toList();
            }
        }

        List<ConsumerRecord<byte[], byte[]>> from(String topic, long offset) {
            TopicPartition partition = new TopicPartition(topic, 0);
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
                consumer.assign(List.of(partition));
                consumer.seek(partition, offset);
                Long end = consumer.endOffsets(List.of(partition)).get(partition);
                assertThat(end).isNotNull();
                while (consumer.position(partition) < end) {
                    consumer.poll(Duration.ofMillis(200)).forEach(records::add);
                }
            }
            return records;
        }

        List<String> rows(List<ConsumerRecord<byte[], byte[]>> records, String operation) {
            List<String> rows = new ArrayList<>();
            for (ConsumerRecord<byte[], byte[]> record : records) {
                Struct envelope = (Struct)
                        values.toConnectData(record.topic(), record.value()).value();
                if (envelope.getString("op").equals(operation)) {
                    Object key = record.key() == null
                            ? null
                            : keys.toConnectData(record.topic(), record.key()).value();
                    Struct after = envelope.getStruct("after");
                    String texts = java.util.stream.StreamSupport.stream(
                                    record.headers().spliterator(), false)
                            .filter(header -> header.key().startsWith("dts.text"))
                            .map(header -> header.key() + "=" + new String(header.value(), StandardCharsets.UTF_8))
                            .collect(Collectors.joining(","));
                    rows.add(text(key) + " " + after.schema().name() + text(after) + texts
                            + envelope.getStruct("source").getString("table"));
                }
            }
            return rows;
        }

        private static String text(@Nullable Object value) {
            if (value instanceof Struct struct) {
                return struct.schema().fields().stream()
                        .map(field -> field.name() + ":" + field.schema().type() + ":"
                                + field.schema().name() + ":" + field.schema().isOptional() + ":"
                                + text(field.schema().defaultValue()) + "="
                                + text(struct.get(field)))
                        .collect(Collectors.joining(",", "{", "}"));
            }
            if (value instanceof byte[] bytes) {
                return HexFormat.of().formatHex(bytes);
            }
            if (value instanceof ByteBuffer buffer) {
                byte[] bytes = new byte[buffer.remaining()];
                buffer.duplicate().get(bytes);
                return HexFormat.of().formatHex(bytes);
            }
            return String.valueOf(value);
        }
    }
}
