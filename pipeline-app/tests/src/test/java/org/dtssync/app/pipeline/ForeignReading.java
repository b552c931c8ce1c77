package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.schemas.ChangeHeaders;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * Reads tables' topics as somebody does who has Confluent's libraries alone, follows the rows through inserts, updates and
 * deletes, and compares what is left with the source: each value's text. For one thread.
 */
final class ForeignReading {

    private final Converter values;
    private final Converter keys;
    private final Deserializer<?> records;
    private final String bootstrapServers;
    private final TopicNames names;

    /** The rows of one table by their key's texts; columns that were never sent are absent. */
    private final Map<String, Map<List<String>, Map<String, Object>>> tables = new TreeMap<>();

    private int read;

    /**
     * Reads nothing yet.
     *
     * @param task the name of the task
     * @param bootstrapServers the brokers
     * @param confluent the libraries
     */
    ForeignReading(String task, String bootstrapServers, ConfluentReader confluent)
            throws ReflectiveOperationException {
        this.values = confluent.converter(false);
        this.keys = confluent.converter(true);
        this.records = confluent.deserializer(false);
        this.bootstrapServers = bootstrapServers;
        this.names = new TopicNames(task);
    }

    /** Reads the topics of all tables of schema public whose names begin with one of the prefixes, to their ends. */
    void read(Set<String> prefixes) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            Set<TopicPartition> partitions = consumer.listTopics().keySet().stream()
                    .filter(topic -> topic.startsWith(names.task() + ".public."))
                    .filter(topic ->
                            prefixes.contains(names.tableOf(topic).table().substring(0, 2)))
                    .map(topic -> new TopicPartition(topic, 0))
                    .collect(Collectors.toSet());
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(200)).forEach(this::follow);
            }
        }
    }

    private void follow(ConsumerRecord<byte[], byte[]> record) {
        read++;
        Struct envelope =
                (Struct) values.toConnectData(record.topic(), record.value()).value();
        requireSame(record, envelope);
        Struct key = (Struct) keys.toConnectData(record.topic(), record.key()).value();
        List<String> keyTexts = key.schema().fields().stream()
                .map(field -> text(key.get(field)))
                .toList();
        Map<List<String>, Map<String, Object>> rows =
                tables.computeIfAbsent(names.tableOf(record.topic()).table(), table -> new HashMap<>());
        Map<String, Object> before = rows.remove(keyTexts);
        Struct after = envelope.getStruct("after");
        if (after == null) {
            return;
        }
        Header unchanged = record.headers().lastHeader(ChangeHeaders.UNCHANGED);
        Set<String> unsent = unchanged == null
                ? Set.of()
                : Set.of(new String(unchanged.value(), StandardCharsets.US_ASCII).split(",", -1));
        Map<String, Object> row = new HashMap<>();
        for (Field field : after.schema().fields()) {
            if (!unsent.contains(field.name())) {
                row.put(field.name(), after.get(field));
            } else if (before != null && before.containsKey(field.name())) {
                row.put(field.name(), before.get(field.name()));
            }
        }
        rows.put(keyTexts, row);
    }

    /** The deserializer, which knows nothing of Kafka Connect, reads the same. */
    private void requireSame(ConsumerRecord<byte[], byte[]> record, Struct envelope) {
        GenericRecord plain = (GenericRecord) records.deserialize(record.topic(), record.value());
        assertThat(String.valueOf(plain.get("op"))).isEqualTo(envelope.getString("op"));
        Struct after = envelope.getStruct("after");
        if (after != null) {
            GenericRecord plainAfter = (GenericRecord) plain.get("after");
            for (Field field : after.schema().fields()) {
                assertThat(text(plainAfter.get(field.name()))).isEqualTo(text(after.get(field)));
            }
        }
    }

    /** Returns how many records were read. */
    int count() {
        return read;
    }

    /** Returns the tables whose rows are not those of the source, each with the first value that differs. */
    Map<String, String> differences(Connection source) throws SQLException {
        Map<String, String> differences = new TreeMap<>();
        for (Map.Entry<String, Map<List<String>, Map<String, Object>>> table : tables.entrySet()) {
            String difference = difference(source, table.getKey(), table.getValue());
            if (difference != null) {
                differences.put(table.getKey(), difference);
            }
        }
        return differences;
    }

    private static @Nullable String difference(
            Connection source, String table, Map<List<String>, Map<String, Object>> rows) throws SQLException {
        boolean byId = table.startsWith("v_");
        List<String> columns = columns(source, table);
        Map<String, Map<String, Object>> open = new HashMap<>();
        rows.values().forEach(row -> open.put(text(row.get(byId ? "id" : "n")), row));
        try (Statement statement = source.createStatement();
                ResultSet found = statement.executeQuery("SELECT "
                        + columns.stream().map(ForeignReading::asText).collect(Collectors.joining(", "))
                        + " FROM public."
                        + Identifiers.quote(table))) {
            while (found.next()) {
                Map<String, Object> row = open.remove(found.getString(columns.indexOf(byId ? "id" : "n") + 1));
                for (int i = 0; row != null && i < columns.size(); i++) {
                    String column = columns.get(i);
                    if (row.containsKey(column) && !isText(row.get(column), found.getString(i + 1))) {
                        return column + ": " + text(row.get(column)) + " instead of " + found.getString(i + 1);
                    }
                }
            }
        }
        return open.isEmpty() ? null : "rows that the source does not have: " + open.keySet();
    }

    private static List<String> columns(Connection source, String table) throws SQLException {
        List<String> columns = new ArrayList<>();
        try (Statement statement = source.createStatement();
                ResultSet none =
                        statement.executeQuery("SELECT * FROM public." + Identifiers.quote(table) + " LIMIT 0")) {
            for (int i = 1; i <= none.getMetaData().getColumnCount(); i++) {
                columns.add(none.getMetaData().getColumnName(i));
            }
        }
        return columns;
    }

    /** A composite of nulls alone is null for IS NULL, but has a text. */
    private static String asText(String column) {
        String quoted = Identifiers.quote(column);
        return "CASE num_nulls(" + quoted + ") WHEN 0 THEN format('%s', " + quoted + ") END";
    }

    private static boolean isText(@Nullable Object value, @Nullable String text) {
        if (value == null || text == null) {
            return value == null && text == null;
        }
        if (value instanceof Float number) {
            return number.equals(Float.parseFloat(text));
        }
        if (value instanceof Double number) {
            return number.equals(Double.parseDouble(text));
        }
        return text.equals(text(value));
    }

    private static @Nullable String text(@Nullable Object value) {
        if (value instanceof Boolean bool) {
            return bool ? "t" : "f";
        }
        if (value instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return "\\x" + HexFormat.of().formatHex(bytes);
        }
        if (value instanceof byte[] bytes) {
            return "\\x" + HexFormat.of().formatHex(bytes);
        }
        return value == null ? null : value.toString();
    }
}
