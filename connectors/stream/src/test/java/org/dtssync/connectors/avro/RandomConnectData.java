package org.dtssync.connectors.avro;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.jspecify.annotations.Nullable;

/** Random Connect schemas and values that fit them. For one thread. */
final class RandomConnectData {

    private static final long MILLIS_A_DAY = 86_400_000L;
    private static final int DEEPEST = 3;

    private final Random random;
    private final List<Schema> structs = new ArrayList<>();
    private int names;
    private int entryMaps;
    private boolean confluent;

    RandomConnectData(long seed) {
        this.random = new Random(seed);
    }

    /** Leaves out what fails in Confluent's converter itself. */
    RandomConnectData onlyWhatConfluentCanWrite() {
        confluent = true;
        return this;
    }

    Schema schema() {
        return schema(0);
    }

    private Schema schema(int depth) {
        int kinds = depth < DEEPEST ? 16 : 12;
        int kind = depth == 0 && random.nextInt(4) > 0 ? 15 : random.nextInt(kinds);
        if (kind == 15 && !structs.isEmpty() && random.nextInt(4) == 0) {
            return structs.get(random.nextInt(structs.size()));
        }
        SchemaBuilder builder = switch (kind) {
            case 0 -> SchemaBuilder.int8();
            case 1 -> SchemaBuilder.int16();
            case 2 -> SchemaBuilder.int32();
            case 3 -> SchemaBuilder.int64();
            case 4 -> SchemaBuilder.float32();
            case 5 -> SchemaBuilder.float64();
            case 6 -> SchemaBuilder.bool();
            case 7 -> SchemaBuilder.string();
            case 8 -> SchemaBuilder.bytes();
            case 9 -> Decimal.builder(random.nextInt(70) - 3);
            case 10 -> random.nextBoolean() ? Date.builder() : Time.builder();
            case 11 -> Timestamp.builder();
            case 12 -> SchemaBuilder.array(schema(depth + 1));
            case 13 -> SchemaBuilder.map(Schema.STRING_SCHEMA, schema(depth + 1));
            case 14 -> SchemaBuilder.map(keySchema(), schema(depth + 1));
            default -> struct(depth);
        };
        Schema schema = decorate(builder);
        if (schema.type() == Schema.Type.STRUCT) {
            structs.add(schema);
        }
        return schema;
    }

    private Schema keySchema() {
        if (confluent && entryMaps++ > 0) {
            return Schema.STRING_SCHEMA;
        }
        return random.nextBoolean() ? Schema.INT32_SCHEMA : Schema.OPTIONAL_STRING_SCHEMA;
    }

    private SchemaBuilder struct(int depth) {
        SchemaBuilder builder = SchemaBuilder.struct();
        int fields = random.nextInt(6);
        for (int i = 0; i < fields; i++) {
            builder.field("field_" + i, schema(depth + 1));
        }
        return builder;
    }

    private Schema decorate(SchemaBuilder builder) {
        boolean logical = builder.name() != null;
        if (!logical && (builder.type() == Schema.Type.STRUCT ? random.nextInt(4) > 0 : random.nextInt(6) == 0)) {
            names++;
            builder.name((random.nextBoolean() ? "shop.public." : "") + "Name_" + names);
        }
        if (!logical && random.nextInt(6) == 0) {
            builder.version(random.nextInt(9));
        }
        if (random.nextInt(6) == 0) {
            builder.doc("doc \"ı\" " + random.nextInt(9));
        }
        if (random.nextInt(6) == 0) {
            builder.parameter("p", "ğ").parameter("avro.q", "1").parameter(AvroNames.RECORD_DOC, "about");
        }
        if (random.nextInt(2) == 0) {
            builder.optional();
        }
        boolean collection = builder.type() == Schema.Type.ARRAY || builder.type() == Schema.Type.MAP;
        if (builder.type() != Schema.Type.STRUCT && !(collection && confluent) && random.nextInt(6) == 0) {
            Object value = value(builder.build());
            if (value != null && DefaultValues.isExpressible(value) && !holdsStruct(builder)) {
                builder.defaultValue(value);
            }
        }
        return builder.build();
    }

    private static boolean holdsStruct(Schema schema) {
        return switch (schema.type()) {
            case STRUCT -> true;
            case ARRAY, MAP -> holdsStruct(schema.valueSchema());
            default -> false;
        };
    }

    @Nullable
    Object value(Schema schema) {
        if (schema.isOptional() && random.nextInt(4) == 0) {
            return null;
        }
        Object logical = logicalValue(schema);
        if (logical != null) {
            return logical;
        }
        return switch (schema.type()) {
            case INT8 -> (Object) (byte) random.nextInt();
            case INT16 -> (Object) (short) random.nextInt();
            case INT32 -> (Object) (random.nextInt() >> random.nextInt(32));
            case INT64 -> (Object) (random.nextLong() >> random.nextInt(64));
            case FLOAT32 -> (Object) Float.intBitsToFloat(random.nextInt());
            case FLOAT64 -> random.nextInt(5) == 0 ? Double.NEGATIVE_INFINITY : random.nextGaussian();
            case BOOLEAN -> random.nextBoolean();
            case STRING -> text();
            case BYTES -> ByteBuffer.wrap(bytes());
            case ARRAY -> list(schema);
            case MAP -> map(schema);
            case STRUCT -> struct(schema);
        };
    }

    @SuppressWarnings("JavaUtilDate") // Connect's own choice.
    private @Nullable Object logicalValue(Schema schema) {
        return switch (Logical.of(schema)) {
            case DECIMAL ->
                new BigDecimal(
                        new BigInteger(random.nextInt(200) + 1, random).negate(),
                        Integer.parseInt(schema.parameters().get(Decimal.SCALE_FIELD)));
            case DATE -> new java.util.Date(MILLIS_A_DAY * (random.nextInt(100_000) - 50_000));
            case TIME -> new java.util.Date(random.nextInt((int) MILLIS_A_DAY));
            case TIMESTAMP -> new java.util.Date(random.nextLong() >> 16);
            case NONE -> null;
        };
    }

    private String text() {
        String alphabet = random.nextInt(3) == 0 ? "aé€😀ıx" : "abcxyz019 ";
        int[] characters = alphabet.codePoints().toArray();
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(random.nextInt(10) == 0 ? 300 : 12);
        for (int i = 0; i < length; i++) {
            text.appendCodePoint(characters[random.nextInt(characters.length)]);
        }
        return text.toString();
    }

    private byte[] bytes() {
        byte[] bytes = new byte[random.nextInt(random.nextInt(10) == 0 ? 9_000 : 20)];
        random.nextBytes(bytes);
        return bytes;
    }

    private List<@Nullable Object> list(Schema schema) {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            list.add(value(schema.valueSchema()));
        }
        return list;
    }

    private Map<@Nullable Object, @Nullable Object> map(Schema schema) {
        Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            map.put(value(schema.keySchema()), value(schema.valueSchema()));
        }
        return map;
    }

    private Struct struct(Schema schema) {
        Struct struct = new Struct(schema);
        for (Field field : schema.fields()) {
            struct.put(field, value(field.schema()));
        }
        return struct;
    }
}
