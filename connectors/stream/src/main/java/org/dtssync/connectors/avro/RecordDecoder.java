package org.dtssync.connectors.avro;

import java.util.List;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Reads a record into an array of its values, in the order of the fields. A struct would check each value, and those of a struct in it once
 * more, although they were read by this very schema. Not thread-safe.
 */
final class RecordDecoder extends ValueDecoder {

    private final ValueDecoder[] decoders;

    /**
     * Creates a decoder.
     *
     * @param levels how many levels of records come as arrays, at least one; deeper ones come as structs
     */
    RecordDecoder(org.apache.avro.Schema avro, Schema schema, int levels) {
        List<Field> fields = schema.fields();
        this.decoders = new ValueDecoder[fields.size()];
        for (int i = 0; i < decoders.length; i++) {
            decoders[i] = of(avro.getFields().get(i).schema(), fields.get(i).schema(), levels - 1);
        }
    }

    @Override
    @Nullable
    Object[] decode(AvroInput input) {
        @Nullable Object[] values = new Object[decoders.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = decoders[i].decode(input);
        }
        return values;
    }
}
