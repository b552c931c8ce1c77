package org.dtssync.connectors.capture;

import java.util.List;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.schemas.TopicNames;

/**
 * Gives the rows of an envelope field names that Avro can hold, by the reversible escape of {@link TopicNames}. Most tables
 * need none, and their envelopes pass untouched.
 *
 * @param envelope the schema with escaped names, null if nothing needs an escape
 */
record EnvelopeNames(Schema envelope) {

    static EnvelopeNames of(Schema original) {
        Schema row = original.field("after").schema();
        boolean plain = row.fields().stream()
                .allMatch(field -> TopicNames.escape(field.name()).equals(field.name()));
        return new EnvelopeNames(plain ? null : escaped(original, row));
    }

    private static Schema escaped(Schema original, Schema row) {
        SchemaBuilder rowBuilder = SchemaBuilder.struct().name(row.name()).optional();
        row.fields().forEach(field -> rowBuilder.field(TopicNames.escape(field.name()), field.schema()));
        Schema escapedRow = rowBuilder.build();
        SchemaBuilder builder = SchemaBuilder.struct().name(original.name()).version(original.version());
        for (Field field : original.fields()) {
            builder.field(field.name(), isRow(field) ? escapedRow : field.schema());
        }
        return builder.build();
    }

    private static boolean isRow(Field field) {
        return field.name().equals("before") || field.name().equals("after");
    }

    /** Returns the value itself or a copy with escaped field names. */
    Struct rename(Struct value) {
        if (envelope == null) {
            return value;
        }
        Struct renamed = new Struct(envelope);
        for (Field field : value.schema().fields()) {
            Object content = value.get(field);
            renamed.put(field.name(), isRow(field) ? renameRow((Struct) content) : content);
        }
        return renamed;
    }

    private Struct renameRow(Struct row) {
        if (row == null) {
            return null;
        }
        Struct renamed = new Struct(envelope.field("after").schema());
        List<Field> fields = renamed.schema().fields();
        List<Field> originals = row.schema().fields();
        for (int i = 0; i < fields.size(); i++) {
            renamed.put(fields.get(i), row.get(originals.get(i)));
        }
        return renamed;
    }
}
