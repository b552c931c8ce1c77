package org.dtssync.connectors.avro;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;

/**
 * The writers of all schemas seen, found by reference and, failing that, by equality. There are as many as a task's tables ever had
 * structures; what is found by reference is bounded, since a source may make a new schema object for each record. For one thread at a time.
 */
final class WriterCache {

    private static final int SPARE_REFERENCES = 1_000;
    private static final int REFERENCES_FOR_EACH = 4;

    private final IdentityHashMap<Schema, SchemaWriter> byReference = new IdentityHashMap<>();
    private final Map<Schema, SchemaWriter> byEquality = new HashMap<>();
    private Schema lastSchema;
    private SchemaWriter last;

    SchemaWriter of(Schema schema) {
        if (schema != lastSchema) {
            SchemaWriter writer = byReference.get(schema);
            last = writer == null ? add(schema) : writer;
            lastSchema = schema;
        }
        return last;
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
