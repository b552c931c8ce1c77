package org.dtssync.connectors.read;

import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.avro.AvroConverter;

/**
 * Reads records whose fields are then looked up one by one. Our own converter passes their values on in arrays: a struct would check each value, and
 * those of a struct in it once more, which took a third of the time in which a replay decodes a change.
 *
 * @param converter the converter
 * @param levels how many levels of structs are looked into
 */
record RecordValues(Converter converter, int levels) {

    /** Reads a record. */
    SchemaAndValue read(String topic, byte[] bytes) {
        return converter instanceof AvroConverter own
                ? own.toArrays(topic, bytes, levels)
                : converter.toConnectData(topic, bytes);
    }

    /** Returns the value of a field of a record that was read, or of a struct in it; null for NULL, as {@link Struct#get} does. */
    static Object of(Object struct, Field field) {
        return struct instanceof Object[] values ? values[field.index()] : ((Struct) struct).get(field);
    }
}
