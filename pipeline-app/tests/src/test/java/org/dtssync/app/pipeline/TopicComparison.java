package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.app.testing.Servers;
import org.dtssync.connectors.avro.AvroConverter;
import org.jspecify.annotations.Nullable;

/** Compares the records of two topics with the same changes, field by field, their schemas and their values. */
final class TopicComparison {

    /** How much later than a task Debezium's connector may have read a table's last change. */
    private static final Duration WAIT = Duration.ofSeconds(20);

    /** A record, with the names of its headers. */
    private record Read(SchemaAndValue key, SchemaAndValue value, Set<String> headers) {}

    private final String ours;
    private final String theirs;
    private final Set<String> differences = new TreeSet<>();

    /**
     * Creates one.
     *
     * @param ours what the topics of the one begin with
     * @param theirs what those of the other begin with
     */
    TopicComparison(String ours, String theirs) {
        this.ours = ours;
        this.theirs = theirs;
    }

    /** Returns what differs, each with the place in the record. */
    Set<String> differences() {
        return differences;
    }

    /** Compares the topics of a table. */
    void compare(Servers servers, String table) {
        List<Read> one = read(servers, ours + ".public." + table);
        List<Read> other = new ArrayList<>();
        long deadline = System.nanoTime() + WAIT.toNanos();
        while (other.size() < one.size() && System.nanoTime() < deadline) {
            other.clear();
            other.addAll(read(servers, theirs + ".public." + table));
        }
        if (one.size() != other.size()) {
            differences.add(table + ": " + one.size() + " records, and " + other.size());
            return;
        }
        for (int i = 0; i < one.size(); i++) {
            headers(table, one.get(i), other.get(i));
            for (int part = 0; part < 2; part++) {
                String place = part == 0 ? table + ".key" : table;
                SchemaAndValue here = part == 0 ? one.get(i).key() : one.get(i).value();
                SchemaAndValue there =
                        part == 0 ? other.get(i).key() : other.get(i).value();
                schemas(place, here.schema(), there.schema());
                values(place, here.value(), there.value());
            }
        }
    }

    private void headers(String table, Read here, Read there) {
        Set<String> own = new TreeSet<>(here.headers());
        own.removeIf(name -> name.startsWith("dts."));
        note(table, "headers", own, there.headers());
    }

    private void schemas(String place, @Nullable Schema here, @Nullable Schema there) {
        if (here == null || there == null) {
            note(place, "schema", here, there);
            return;
        }
        note(place, "type", here.type(), there.type());
        note(place, "name", neutral(here.name()), neutral(there.name()));
        note(place, "version", here.version(), there.version());
        note(place, "optional", here.isOptional(), there.isOptional());
        note(place, "default", here.defaultValue(), there.defaultValue());
        parameters(place, here.parameters(), there.parameters());
        if (here.type() == Schema.Type.STRUCT && there.type() == Schema.Type.STRUCT) {
            Set<String> names = new HashSet<>();
            here.fields().forEach(field -> names.add(field.name()));
            there.fields().forEach(field -> names.add(field.name()));
            for (String name : names) {
                Field own = here.field(name);
                Field other = there.field(name);
                schemas(place + "." + name, own == null ? null : own.schema(), other == null ? null : other.schema());
            }
        }
        if (here.type() == Schema.Type.ARRAY && there.type() == Schema.Type.ARRAY) {
            schemas(place + "[]", here.valueSchema(), there.valueSchema());
        }
    }

    private void parameters(String place, @Nullable Map<String, String> here, @Nullable Map<String, String> there) {
        Map<String, String> own = here == null ? Map.of() : here;
        Map<String, String> other = there == null ? Map.of() : there;
        Set<String> names = new HashSet<>(own.keySet());
        names.addAll(other.keySet());
        names.forEach(name -> note(place, "parameter " + name, own.get(name), other.get(name)));
    }

    private void values(String place, @Nullable Object here, @Nullable Object there) {
        if (here instanceof Struct own && there instanceof Struct other) {
            for (Field field : own.schema().fields()) {
                if (other.schema().field(field.name()) != null) {
                    // What Debezium leaves to the default is in its block alone: of rows a NULL is a NULL.
                    boolean isBlock = place.endsWith(".source");
                    values(
                            place + "." + field.name(),
                            isBlock ? own.get(field) : own.getWithoutDefault(field.name()),
                            isBlock ? other.get(field.name()) : other.getWithoutDefault(field.name()));
                }
            }
        } else if (!Objects.deepEquals(plain(here), plain(there))) {
            note(place, "value", show(here), show(there));
        }
    }

    private static @Nullable Object plain(@Nullable Object value) {
        return value instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : value;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static String show(@Nullable Object value) {
        Object plain = plain(value);
        String text = plain instanceof ByteBuffer buffer ? Arrays.toString(bytes(buffer)) : String.valueOf(value);
        return text.substring(0, Math.min(60, text.length()));
    }

    private @Nullable String neutral(@Nullable String name) {
        return name == null ? null : name.replace(ours + ".", "").replace(theirs + ".", "");
    }

    private void note(String place, String what, @Nullable Object here, @Nullable Object there) {
        String difference = place + " " + what + ": " + here + " | " + there;
        if (!Objects.equals(here, there) && KnownDifference.of(difference).isEmpty()) {
            differences.add(difference);
        }
    }

    private static List<Read> read(Servers servers, String topic) {
        Map<String, Object> settings = new TreeMap<>(
                Map.of("bootstrap.servers", servers.kafka().bootstrapServers(), "isolation.level", "read_committed"));
        AvroConverter keys = converter(servers, true);
        AvroConverter values = converter(servers, false);
        List<Read> found = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            Long end = consumer.endOffsets(List.of(partition)).get(partition);
            assertThat(end).isNotNull();
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    if (record.key() == null && record.value() == null) {
                        // Debezium writes a tombstone for a table without a key too, which can remove nothing.
                        continue;
                    }
                    Set<String> headers = new TreeSet<>();
                    record.headers().forEach(header -> headers.add(header.key()));
                    found.add(new Read(
                            keys.toConnectData(topic, record.key()),
                            values.toConnectData(topic, record.value()),
                            headers));
                }
            }
        }
        return found;
    }

    private static AvroConverter converter(Servers servers, boolean isKey) {
        AvroConverter converter = new AvroConverter();
        converter.configure(Map.of("schema.registry.url", servers.registry().url()), isKey);
        return converter;
    }
}
