package org.dtssync.connectors.avro;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;

/**
 * Converts Kafka Connect data to Avro in Confluent's wire format and back; the default converter of keys and values. Confluent's own converter
 * reads what this one writes and vice versa.
 *
 * <p>It converts Connect structs directly to bytes and back, by a plan created once per schema. Data without a schema is refused.
 * Subjects are named after the topic: {@code <topic>-key} and {@code <topic>-value}. Not thread-safe.
 */
public final class AvroConverter implements Converter {

    /**
     * Property: topics whose names begin with this belong to the task, and their subjects' compatibility is set to NONE; without it no
     * subject's compatibility is touched.
     */
    public static final String OWN_TOPIC_PREFIX = "own.topic.prefix";

    /** Requests to the registry that are under way at once. */
    private static final int AHEAD_REQUESTS = 8;

    private final AvroInput input = new AvroInput();
    private final AvroOutput output = new AvroOutput();
    private final Map<List<Integer>, Reader> readers = new HashMap<>();

    private SchemaRegistry registry;
    private OwnSubjects ownSubjects;
    private List<String> ownTopicPrefixes = List.of();
    private String suffix = "-value";
    private WriterCache writers;
    private @Nullable Reader lastReader;

    private record Reader(int id, int levels, Schema schema, ValueDecoder decoder) {}

    /** Creates a converter with its own registry client, from the properties given to {@link #configure}. */
    public AvroConverter() {}

    /** Creates a converter that uses this registry, regardless of the properties given to {@link #configure}. */
    public AvroConverter(SchemaRegistry registry) {
        this.registry = registry;
    }

    @Override
    public ConfigDef config() {
        return new ConfigDef()
                .define(
                        RegistryClientSettings.URL,
                        ConfigDef.Type.LIST,
                        ConfigDef.Importance.HIGH,
                        "Base URLs of the registry's Confluent-compatible API, tried in turn.")
                .define(
                        RegistryClientSettings.USER_INFO,
                        ConfigDef.Type.PASSWORD,
                        "",
                        ConfigDef.Importance.MEDIUM,
                        "user:password for basic authentication.")
                .define(
                        RegistryClientSettings.CONNECT_TIMEOUT,
                        ConfigDef.Type.INT,
                        RegistryClientSettings.DEFAULT_TIMEOUT_MILLIS,
                        ConfigDef.Importance.LOW,
                        "How long a connection to the registry may take, in milliseconds.")
                .define(
                        RegistryClientSettings.READ_TIMEOUT,
                        ConfigDef.Type.INT,
                        RegistryClientSettings.DEFAULT_TIMEOUT_MILLIS,
                        ConfigDef.Importance.LOW,
                        "How long a response of the registry may take, in milliseconds.")
                .define(
                        RegistryClientSettings.RETRIES,
                        ConfigDef.Type.INT,
                        RegistryClientSettings.DEFAULT_RETRIES,
                        ConfigDef.Importance.LOW,
                        "How many times a request is retried when no address responds.")
                .define(
                        RegistryClientSettings.RETRY_WAIT,
                        ConfigDef.Type.INT,
                        RegistryClientSettings.DEFAULT_RETRY_WAIT_MILLIS,
                        ConfigDef.Importance.LOW,
                        "How long to wait before the first retry, in milliseconds; doubled each time.")
                .define(
                        OWN_TOPIC_PREFIX,
                        ConfigDef.Type.STRING,
                        "",
                        ConfigDef.Importance.LOW,
                        "Subjects of topics that begin with one of these, separated by commas, get the compatibility NONE.");
    }

    @Override
    public void configure(Map<String, ?> properties, boolean isKey) {
        if (registry == null) {
            registry = new SchemaRegistryClient(RegistryClientSettings.from(properties));
        }
        Object prefix = properties.get(OWN_TOPIC_PREFIX);
        ownSubjects = new OwnSubjects(registry);
        ownTopicPrefixes = prefix == null || prefix.toString().isEmpty()
                ? List.of()
                : List.of(prefix.toString().split(","));
        suffix = isKey ? "-key" : "-value";
        writers = new WriterCache();
    }

    /** {@inheritDoc} Structs may also be arrays of their values, in the order of the fields. */
    @Override
    public byte @Nullable [] fromConnectData(String topic, @Nullable Schema schema, @Nullable Object value) {
        if (value == null) {
            return null;
        }
        if (schema == null) {
            throw new SyncException(
                    FaultKind.DATA,
                    "A record for topic " + topic + " has no Connect schema.",
                    "Write records with a schema, or use another converter.");
        }
        SchemaWriter writer = writers.of(schema);
        output.begin(writer.idFor(topic, this::register));
        try {
            writer.encoder().encode(value, output);
        } catch (ClassCastException | DataException e) {
            throw ValueEncoder.mismatch("a record for topic " + topic, e);
        }
        return output.toBytes();
    }

    /**
     * Registers the schemas of many topics side by side, ahead of their first record. One that fails is left for that record, which reports it.
     *
     * @param schemas by topic
     */
    public void prepare(Map<String, Schema> schemas) {
        Map<String, SchemaWriter> unknown = new HashMap<>();
        schemas.forEach((topic, schema) -> {
            SchemaWriter writer = writers.of(schema);
            if (!writer.knows(topic)) {
                unknown.put(topic, writer);
            }
        });
        Map<String, Integer> ids =
                new SideBySide(AHEAD_REQUESTS).ids(unknown, (topic, writer) -> register(topic, writer.avro()));
        unknown.forEach((topic, writer) -> {
            Integer id = ids.get(topic);
            if (id != null) {
                writer.note(topic, id);
            }
        });
    }

    private int register(String topic, org.apache.avro.Schema schema) {
        String subject = topic + suffix;
        return ownTopicPrefixes.stream().anyMatch(topic::startsWith)
                ? ownSubjects.register(subject, schema)
                : registry.register(subject, schema);
    }

    @Override
    public SchemaAndValue toConnectData(String topic, byte @Nullable [] bytes) {
        return bytes == null ? SchemaAndValue.NULL : read(topic, bytes, 0);
    }

    /**
     * Converts a record to what {@link #fromConnectData} takes too: arrays of the values of structs, in the order of their fields. They have no
     * default in place of null.
     *
     * @param levels how many levels of structs are arrays, from the record itself on; deeper ones are structs
     */
    public SchemaAndValue toArrays(String topic, byte[] bytes, int levels) {
        return read(topic, bytes, levels);
    }

    private SchemaAndValue read(String topic, byte[] bytes, int levels) {
        Reader reader = reader(WireFormat.schemaId(topic, bytes), levels);
        input.begin(bytes, WireFormat.HEADER_BYTES);
        Object value;
        try {
            value = reader.decoder().decode(input);
        } catch (IndexOutOfBoundsException | DataException e) {
            throw damaged(topic, reader.id(), e);
        }
        if (!input.isAtEnd()) {
            throw damaged(topic, reader.id(), null);
        }
        return new SchemaAndValue(reader.schema(), value);
    }

    private Reader reader(int id, int levels) {
        if (lastReader == null || lastReader.id() != id || lastReader.levels() != levels) {
            lastReader = readers.computeIfAbsent(List.of(id, levels), absent -> makeReader(id, levels));
        }
        return lastReader;
    }

    private Reader makeReader(int id, int levels) {
        org.apache.avro.Schema avro = registry.schemaById(id);
        Schema schema = ConnectSchemaBuilder.build(avro);
        return new Reader(id, levels, schema, ValueDecoder.of(avro, schema, levels));
    }

    private static SyncException damaged(String topic, int id, @Nullable RuntimeException cause) {
        return new SyncException(
                FaultKind.DATA,
                "A record of topic " + topic + " does not fit the schema with id " + id + " that it names.",
                "Check that the registry is the one the topic was written with.",
                cause);
    }
}
