package org.dtssync.connectors.avro;

import java.util.List;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;

/**
 * Writes a struct field by field. A null in an optional field is written as null even where the column has a default: Connect's usual
 * getter would put the default in its place and so change the row. Not thread-safe.
 */
final class StructEncoder extends ValueEncoder {

    private final Schema schema;
    private final String path;
    private final Field[] fields;
    private final NullableEncoder[] encoders;
    private final boolean[] keepsNull;

    /** Equal to the schema: Debezium creates its structs with its own schemas, always the same object. */
    private Schema accepted;

    StructEncoder(Schema schema, String path) {
        List<Field> all = schema.fields();
        this.schema = schema;
        this.accepted = schema;
        this.path = path;
        this.fields = all.toArray(Field[]::new);
        this.encoders = new NullableEncoder[fields.length];
        this.keepsNull = new boolean[fields.length];
        for (int i = 0; i < fields.length; i++) {
            Schema field = fields[i].schema();
            encoders[i] = new NullableEncoder(field, fieldPath(i));
            keepsNull[i] = field.isOptional() && field.defaultValue() != null;
        }
    }

    @Override
    void encode(Object value, AvroOutput output) {
        if (value instanceof Object[] values) {
            encode(values, output);
            return;
        }
        Struct struct = (Struct) value;
        if (struct.schema() != accepted) {
            accept(struct.schema());
        }
        int i = 0;
        try {
            for (; i < fields.length; i++) {
                Object field = keepsNull[i] ? struct.getWithoutDefault(fields[i].name()) : struct.get(fields[i]);
                encoders[i].encode(field, output);
            }
        } catch (ClassCastException | DataException e) {
            throw mismatch(fieldPath(i), e);
        }
    }

    /** Values in the order of the fields, for which nobody makes a struct that checks each of them again. */
    private void encode(Object[] values, AvroOutput output) {
        int i = 0;
        try {
            for (; i < encoders.length; i++) {
                encoders[i].encode(values[i], output);
            }
        } catch (ClassCastException | DataException e) {
            throw mismatch(fieldPath(i), e);
        }
    }

    private void accept(Schema other) {
        if (!other.equals(schema)) {
            throw mismatch(path, null);
        }
        accepted = other;
    }

    private String fieldPath(int index) {
        return path + "." + fields[index].name();
    }
}
