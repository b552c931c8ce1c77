package org.dtssync.connectors.avro;

import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntBiFunction;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The plan by which data of one Connect schema is written: the encoders and the ids it has in the registry. Not thread-safe.
 *
 * <p>The Avro schema is built when it is registered and not kept: that of an envelope takes tens of kilobytes.
 */
final class SchemaWriter {

    private final org.apache.kafka.connect.data.Schema schema;
    private final NullableEncoder encoder;
    private final Map<String, Integer> ids;
    private @Nullable String lastTopic;
    private int lastId;

    SchemaWriter(org.apache.kafka.connect.data.Schema schema) {
        this(schema, new HashMap<>());
    }

    private SchemaWriter(org.apache.kafka.connect.data.Schema schema, Map<String, Integer> ids) {
        this.schema = schema;
        this.encoder = new NullableEncoder(schema, schema.name() == null ? "the record" : schema.name());
        this.ids = ids;
    }

    /** Returns a writer for an equal schema that is another object, so that comparing schemas stays comparing references. */
    SchemaWriter forEqual(org.apache.kafka.connect.data.Schema schema) {
        return new SchemaWriter(schema, ids);
    }

    NullableEncoder encoder() {
        return encoder;
    }

    /** Returns whether the schema's id for a topic is known. */
    boolean knows(String topic) {
        return ids.containsKey(topic);
    }

    /** Remembers the schema's id for a topic. */
    void note(String topic, int id) {
        ids.put(topic, id);
    }

    /** Builds the Avro schema. */
    Schema avro() {
        return AvroSchemaBuilder.build(schema);
    }

    /**
     * Returns the schema's id for a topic.
     *
     * @param topic the topic
     * @param register called once per topic
     */
    int idFor(String topic, ToIntBiFunction<String, Schema> register) {
        if (!topic.equals(lastTopic)) {
            Integer id = ids.get(topic);
            if (id == null) {
                id = register.applyAsInt(topic, avro());
                ids.put(topic, id);
            }
            lastTopic = topic;
            lastId = id;
        }
        return lastId;
    }
}
