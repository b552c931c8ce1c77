package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.app.testing.Servers;
import org.dtssync.connectors.avro.AvroConverter;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.values.ColumnForm;
import org.dtssync.connectors.values.ValueForm;
import org.dtssync.schemas.ChangeHeaders;
import org.dtssync.schemas.TopicNames;

/** The rows of a table as a consumer has them that reads its topic from the beginning, knows no cuts, and upserts by key. For one thread. */
final class UpsertedRows {

    private final Map<List<String>, Map<String, String>> rows = new HashMap<>();
    private final AvroConverter keys = new AvroConverter();
    private final AvroConverter values = new AvroConverter();
    private List<String> keyColumns = List.of();
    private int read;

    private UpsertedRows(Servers servers) {
        keys.configure(Map.of("schema.registry.url", servers.registry().url()), true);
        values.configure(Map.of("schema.registry.url", servers.registry().url()), false);
    }

    /** Requires that they are those of the source, and that the topic has rows that were read. */
    static void requireSame(Servers servers, String task, DatabaseSettings source, TableName table)
            throws SQLException {
        UpsertedRows upserted = new UpsertedRows(servers);
        upserted.follow(servers, new TopicNames(task).table(table.schema(), table.table()));
        assertThat(upserted.read).as("rows of %s that were read", table).isPositive();
        upserted.compare(source, table);
    }

    private void follow(Servers servers, String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", servers.kafka().bootstrapServers(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            Long end = consumer.endOffsets(List.of(partition)).get(partition);
            assertThat(end).isNotNull();
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(this::take);
            }
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        Struct envelope =
                (Struct) values.toConnectData(record.topic(), record.value()).value();
        String operation = envelope.getString("op");
        if (operation.equals("t")) {
            rows.clear();
            return;
        }
        Map<String, String> named =
                texts((Struct) keys.toConnectData(record.topic(), record.key()).value());
        keyColumns = List.copyOf(named.keySet());
        List<String> key = new ArrayList<>(named.values());
        Map<String, String> before = rows.remove(key);
        Struct after = envelope.getStruct("after");
        if (after == null) {
            return;
        }
        if (operation.equals("r")) {
            read++;
            assertThat(envelope.getStruct("source").getString("snapshot")).isEqualTo("true");
        }
        Map<String, String> row = texts(after);
        Header unsent = record.headers().lastHeader(ChangeHeaders.UNCHANGED);
        if (unsent != null) {
            for (String name : new String(unsent.value(), StandardCharsets.US_ASCII).split(",", -1)) {
                row.put(name, before == null ? null : before.get(name));
            }
        }
        rows.put(key, row);
    }

    private static Map<String, String> texts(Struct struct) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Field field : struct.schema().fields()) {
            Object value = struct.get(field);
            ValueForm form = ColumnForm.of(field.schema());
            texts.put(field.name(), value == null ? null : form == null ? plain(value) : form.text(value));
        }
        return texts;
    }

    private static String plain(Object value) {
        return value instanceof Double number ? number(number.toString()) : String.valueOf(value);
    }

    /** Java and the server print a floating-point number with the same digits, not in the same form. */
    private static String number(String text) {
        return new BigDecimal(text).stripTrailingZeros().toPlainString();
    }

    /** A row that did not change since a column was added does not have it: a command that fills it without writing rows is no change. */
    private void compare(DatabaseSettings source, TableName table) throws SQLException {
        Map<List<String>, Map<String, String>> different = new HashMap<>();
        int count = 0;
        try (Connection connection = new DatabaseConnections(End.SOURCE, source, "test").open();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT * FROM " + table.sql())) {
            while (found.next()) {
                Map<String, String> expected = row(found);
                List<String> key = keyColumns.stream().map(expected::get).toList();
                Map<String, String> row = new HashMap<>(rows.getOrDefault(key, Map.of("", "none")));
                expected.keySet().retainAll(row.keySet());
                row.keySet().retainAll(expected.keySet());
                if (row.isEmpty() || !row.equals(expected)) {
                    different.put(key, expected);
                }
                count++;
            }
        }
        assertThat(different.entrySet().stream().limit(3))
                .as("rows of %s that its consumers lack", table)
                .isEmpty();
        assertThat(rows).as("rows of %s", table).hasSize(count);
    }

    private static Map<String, String> row(ResultSet found) throws SQLException {
        Map<String, String> row = new HashMap<>();
        for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
            String text = found.getString(i);
            boolean number = text != null && found.getMetaData().getColumnType(i) == Types.DOUBLE;
            row.put(TopicNames.escape(found.getMetaData().getColumnName(i)), number ? number(text) : text);
        }
        return row;
    }
}
