package org.dtssync.connectors.avro;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The writers of all schemas seen, found by reference and, failing that, by equality. There are as many as a task's tables ever had
 * shapes; the cache by reference is bounded, since a source may create a new schema object for each record. Not thread-safe.
 */
final class WriterCache {

    private static final int SPARE_REFERENCES = 1_000;
    private static final int REFERENCES_FOR_EACH = 4;

    private final IdentityHashMap<Schema, SchemaWriter> byReference = new IdentityHashMap<>();
    private final Map<Schema, SchemaWriter> byEquality = new HashMap<>();
    private @Nullable Schema lastSchema;
    private @Nullable SchemaWriter last;

    SchemaWriter of(Schema schema) {
        SchemaWriter writer = last;
        if (writer == null || schema != lastSchema) {
            SchemaWriter known = byReference.get(schema);
            writer = known == null ? add(schema) : known;
            last = writer;
            lastSchema = schema;
        }
        return writer;
    }

    private SchemaWriter add(Schema schema) {
        SchemaWriter equal = byEquality.get(schema);
        SchemaWriter writer = equal == null ? new SchemaWriter(schema) : equal.forEqual(schema);
        if (equal == null) {
            byEquality.put(schema, writer);
        }
        if (byReference.size() > SPARE_REFERENCES + REFERENCES_FOR_EACH * byEquality.size()) {
            byReference.clear();
        }
        byReference.put(schema, writer);
        return writer;
    }
}
