package org.dtssync.connectors.avro;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.JsonProperties;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/**
 * Default values of Connect schemas as JSON in an Avro schema, and back. Bytes are text in which each character is a
 * byte, as Avro has it.
 */
final class DefaultValues {

    private DefaultValues() {}

    /** Returns whether a default can be expressed in JSON: NaN and the infinities cannot, and are left out. */
    static boolean isExpressible(Object value) {
        if (value instanceof Double number) {
            return Double.isFinite(number);
        }
        if (value instanceof Float number) {
            return Float.isFinite(number);
        }
        if (value instanceof List<?> list) {
            return list.stream().allMatch(DefaultValues::isExpressible);
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream().allMatch(e -> isExpressible(e.getKey()) && isExpressible(e.getValue()));
        }
        if (value instanceof Struct struct) {
            return struct.schema().fields().stream().allMatch(f -> isExpressible(struct.get(f)));
        }
        return true;
    }

    /** Returns a default as strings, numbers, booleans, lists and maps, or Avro's mark for null. */
    static Object toJson(Schema schema, @Nullable Object value) {
        if (value == null) {
            return JsonProperties.NULL_VALUE;
        }
        Object plain = Logical.of(schema).toPlain(schema, value);
        return switch (schema.type()) {
            case INT8, INT16 -> ((Number) plain).intValue();
            case INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING -> plain;
            case BYTES -> new String(bytes(plain), StandardCharsets.ISO_8859_1);
            case ARRAY ->
                ((List<?>) plain)
                        .stream()
                                .map(item -> toJson(schema.valueSchema(), item))
                                .toList();
            case MAP -> mapToJson(schema, (Map<?, ?>) plain);
            case STRUCT -> structToJson(schema, (Struct) plain);
        };
    }

    private static Object mapToJson(Schema schema, Map<?, ?> map) {
        if (MapShape.of(schema) == MapShape.PLAIN) {
            Map<String, Object> object = new LinkedHashMap<>();
            map.forEach((key, value) -> object.put((String) key, toJson(schema.valueSchema(), value)));
            return object;
        }
        List<Object> pairs = new ArrayList<>();
        map.forEach((key, value) ->
                pairs.add(List.of(toJson(schema.keySchema(), key), toJson(schema.valueSchema(), value))));
        return pairs;
    }

    private static Object structToJson(Schema schema, Struct struct) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (Field field : schema.fields()) {
            object.put(field.name(), toJson(field.schema(), struct.get(field)));
        }
        return object;
    }

    /**
     * Returns a default as Kafka Connect holds it.
     *
     * @param schema the Connect schema, complete except for this default
     * @param json what {@link #toJson} gave or Avro's own form of a field's default
     */
    static @Nullable Object fromJson(Schema schema, @Nullable Object json) {
        if (json == null || json == JsonProperties.NULL_VALUE) {
            return null;
        }
        Object plain = switch (schema.type()) {
            case INT8 -> ((Number) json).byteValue();
            case INT16 -> ((Number) json).shortValue();
            case INT32 -> ((Number) json).intValue();
            case INT64 -> ((Number) json).longValue();
            case FLOAT32 -> ((Number) json).floatValue();
            case FLOAT64 -> ((Number) json).doubleValue();
            case BOOLEAN -> json;
            case STRING -> json.toString();
            case BYTES -> jsonToBytes(json);
            case ARRAY -> jsonToList(schema, (List<?>) json);
            case MAP -> jsonToMap(schema, json);
            case STRUCT -> jsonToStruct(schema, (Map<?, ?>) json);
        };
        Logical logical = Logical.of(schema);
        if (schema.type() == Schema.Type.BYTES && logical == Logical.NONE) {
            return ByteBuffer.wrap((byte[]) plain);
        }
        return logical.fromPlain(schema, plain);
    }

    private static byte[] jsonToBytes(Object json) {
        return json instanceof byte[] bytes ? bytes : ((String) json).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static List<Object> jsonToList(Schema schema, List<?> json) {
        List<Object> list = new ArrayList<>(json.size());
        json.forEach(item -> list.add(fromJson(schema.valueSchema(), item)));
        return list;
    }

    private static Map<Object, Object> jsonToMap(Schema schema, Object json) {
        Map<Object, Object> map = new LinkedHashMap<>();
        if (json instanceof Map<?, ?> object) {
            object.forEach((key, value) -> map.put(key.toString(), fromJson(schema.valueSchema(), value)));
            return map;
        }
        for (Object pair : (List<?>) json) {
            List<?> entry = (List<?>) pair;
            map.put(fromJson(schema.keySchema(), entry.get(0)), fromJson(schema.valueSchema(), entry.get(1)));
        }
        return map;
    }

    private static Struct jsonToStruct(Schema schema, Map<?, ?> json) {
        Struct struct = new Struct(schema);
        for (Field field : schema.fields()) {
            struct.put(field, fromJson(field.schema(), json.get(field.name())));
        }
        return struct;
    }

    static byte[] bytes(Object value) {
        if (value instanceof byte[] bytes) {
            return bytes;
        }
        ByteBuffer buffer = ((ByteBuffer) value).duplicate();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
