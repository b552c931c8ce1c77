package org.dtssync.connectors.avro;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;

/**
 * Connect schemas and values in a form that can be compared across converters. Left out is what Confluent's converter adds of its own: a
 * flag at fields with a default, and the registry's version number where the schema has no version.
 */
final class Canonical {

    private Canonical() {}

    static Object schema(Schema schema, boolean top) {
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("type", schema.type());
        said.put("optional", schema.isOptional());
        said.put("name", schema.name());
        if (!top) {
            said.put("version", schema.version());
        }
        said.put("doc", schema.doc());
        said.put("default", schema.defaultValue() == null ? null : value(schema.defaultValue()));
        Map<String, String> parameters = new TreeMap<>(schema.parameters() == null ? Map.of() : schema.parameters());
        parameters.remove(AvroNames.FIELD_DEFAULT_FLAG);
        said.put("parameters", parameters);
        switch (schema.type()) {
            case STRUCT ->
                schema.fields().forEach(field -> said.put("." + field.name(), schema(field.schema(), false)));
            case ARRAY -> said.put("[]", schema(schema.valueSchema(), false));
            case MAP -> {
                said.put("{key}", schema(schema.keySchema(), false));
                said.put("{}", schema(schema.valueSchema(), false));
            }
            default -> {}
        }
        return said;
    }

    static Object value(Object value) {
        if (value instanceof Struct struct) {
            Map<String, Object> fields = new LinkedHashMap<>();
            for (Field field : struct.schema().fields()) {
                fields.put(field.name(), value(struct.getWithoutDefault(field.name())));
            }
            return fields;
        }
        if (value instanceof List<?> list) {
            List<Object> items = new ArrayList<>();
            list.forEach(item -> items.add(value(item)));
            return items;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> entries = new LinkedHashMap<>();
            map.forEach((key, item) -> entries.put(value(key), value(item)));
            return entries;
        }
        return value;
    }
}
