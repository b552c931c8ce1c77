package org.dtssync.connectors.capture;

import java.util.List;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.avro.AvroConverter;
import org.jspecify.annotations.Nullable;

/**
 * Serializes the values of a struct in the order of its fields. Our own converter takes them as they are: a struct would check each value, and
 * those of a struct in it once more.
 *
 * @param converter the converter
 */
record RecordBytes(Converter converter) {

    byte[] of(String topic, Schema schema, @Nullable Object[] values) {
        return converter.fromConnectData(
                topic, schema, converter instanceof AvroConverter ? values : struct(schema, values));
    }

    private static Struct struct(Schema schema, @Nullable Object[] values) {
        Struct struct = new Struct(schema);
        List<Field> fields = schema.fields();
        for (int i = 0; i < values.length; i++) {
            Field field = fields.get(i);
            struct.put(field, values[i] instanceof Object[] inner ? struct(field.schema(), inner) : values[i]);
        }
        return struct;
    }
}
