package org.dtssync.connectors.avro;

import java.util.List;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;

/** Reads a record into a struct. For one thread at a time. */
final class StructDecoder extends ValueDecoder {

    private final Schema schema;
    private final Field[] fields;
    private final ValueDecoder[] decoders;

    StructDecoder(org.apache.avro.Schema avro, Schema schema) {
        List<Field> all = schema.fields();
        this.schema = schema;
        this.fields = all.toArray(Field[]::new);
        this.decoders = new ValueDecoder[fields.length];
        for (int i = 0; i < fields.length; i++) {
            decoders[i] = ValueDecoder.of(avro.getFields().get(i).schema(), fields[i].schema());
        }
    }

    @Override
    Object decode(AvroInput input) {
        Struct struct = new Struct(schema);
        for (int i = 0; i < fields.length; i++) {
            Object value = decoders[i].decode(input);
            if (value != null) {
                struct.put(fields[i], value);
            }
        }
        return struct;
    }
}
