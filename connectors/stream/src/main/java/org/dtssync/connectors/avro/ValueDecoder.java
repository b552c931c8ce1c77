package org.dtssync.connectors.avro;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Reads the values of one Avro schema as Kafka Connect holds them. A tree of these is created once per schema id. Not thread-safe.
 */
abstract class ValueDecoder {

    /** Reads a value. */
    abstract @Nullable Object decode(AvroInput input);

    /**
     * Returns the decoder of a schema.
     *
     * @param avro the writer's schema
     * @param schema the Connect schema made of it
     */
    static ValueDecoder of(org.apache.avro.Schema avro, Schema schema) {
        return of(avro, schema, 0);
    }

    /**
     * Returns a decoder whose records come as arrays of their values.
     *
     * @param avro the writer's schema
     * @param schema the Connect schema made of it
     * @param levels how many levels of records, from the value itself on; deeper ones come as structs
     */
    static ValueDecoder of(org.apache.avro.Schema avro, Schema schema, int levels) {
        if (avro.getType() == org.apache.avro.Schema.Type.UNION) {
            boolean nullFirst = avro.getTypes().get(0).getType() == org.apache.avro.Schema.Type.NULL;
            return new NullableDecoder(
                    nullFirst ? 0 : 1, of(ConnectSchemaBuilder.memberBesideNull(avro), schema, levels));
        }
        if (levels > 0 && avro.getType() == org.apache.avro.Schema.Type.RECORD) {
            return new RecordDecoder(avro, schema, levels);
        }
        ValueDecoder plain = plain(avro, schema);
        Logical logical = Logical.of(schema);
        return switch (logical) {
            case NONE -> plain;
            case DECIMAL -> new DecimalDecoder(schema, plain);
            default -> new LogicalDecoder(logical, schema, plain);
        };
    }

    private static ValueDecoder plain(org.apache.avro.Schema avro, Schema schema) {
        boolean logical = Logical.of(schema) != Logical.NONE;
        return switch (avro.getType()) {
            case BOOLEAN -> new BooleanDecoder();
            case INT -> new IntDecoder(schema.type());
            case LONG -> new LongDecoder();
            case FLOAT -> new FloatDecoder();
            case DOUBLE -> new DoubleDecoder();
            case STRING -> new StringDecoder();
            case BYTES -> new BytesDecoder(-1, !logical);
            case FIXED -> new BytesDecoder(avro.getFixedSize(), !logical);
            case ENUM -> new EnumDecoder(avro.getEnumSymbols());
            case MAP -> new MapDecoder(new StringDecoder(), of(avro.getValueType(), schema.valueSchema()));
            case ARRAY -> array(avro, schema);
            case RECORD -> new StructDecoder(avro, schema);
            default -> throw new IllegalArgumentException("no Connect schema is made of " + avro.getType());
        };
    }

    private static ValueDecoder array(org.apache.avro.Schema avro, Schema schema) {
        org.apache.avro.Schema item = avro.getElementType();
        if (schema.type() == Schema.Type.ARRAY) {
            return new ArrayDecoder(of(item, schema.valueSchema()));
        }
        ValueDecoder key = of(item.getField(AvroNames.KEY_FIELD).schema(), schema.keySchema());
        ValueDecoder value = of(item.getField(AvroNames.VALUE_FIELD).schema(), schema.valueSchema());
        boolean keyFirst = item.getField(AvroNames.KEY_FIELD).pos() == 0;
        return keyFirst ? new MapDecoder(key, value) : new SwappedMapDecoder(key, value);
    }

    private static final class NullableDecoder extends ValueDecoder {
        private final int nullBranch;
        private final ValueDecoder decoder;

        NullableDecoder(int nullBranch, ValueDecoder decoder) {
            this.nullBranch = nullBranch;
            this.decoder = decoder;
        }

        @Override
        @Nullable
        Object decode(AvroInput input) {
            int branch = input.readInt();
            if ((branch & ~1) != 0) {
                throw new IndexOutOfBoundsException("union has two members");
            }
            return branch == nullBranch ? null : decoder.decode(input);
        }
    }

    private static final class LogicalDecoder extends ValueDecoder {
        private final Logical logical;
        private final Schema schema;
        private final ValueDecoder plain;

        LogicalDecoder(Logical logical, Schema schema, ValueDecoder plain) {
            this.logical = logical;
            this.schema = schema;
            this.plain = plain;
        }

        @Override
        Object decode(AvroInput input) {
            return logical.fromPlain(
                    schema, Objects.requireNonNull(plain.decode(input), "Only the decoder of a union returns null."));
        }
    }

    private static final class DecimalDecoder extends ValueDecoder {
        private final int scale;
        private final ValueDecoder plain;

        DecimalDecoder(Schema schema, ValueDecoder plain) {
            this.scale = Integer.parseInt(schema.parameters().get(Decimal.SCALE_FIELD));
            this.plain = plain;
        }

        @Override
        Object decode(AvroInput input) {
            byte[] bytes =
                    (byte[]) Objects.requireNonNull(plain.decode(input), "Only the decoder of a union returns null.");
            if (bytes.length == 0 || bytes.length > Long.BYTES) {
                return new BigDecimal(new BigInteger(bytes), scale);
            }
            long number = bytes[0];
            for (int i = 1; i < bytes.length; i++) {
                number = number << Byte.SIZE | (bytes[i] & 0xFF);
            }
            return BigDecimal.valueOf(number, scale);
        }
    }

    private static final class BooleanDecoder extends ValueDecoder {
        @Override
        Object decode(AvroInput input) {
            return input.readBoolean();
        }
    }

    private static final class IntDecoder extends ValueDecoder {
        private final Schema.Type type;

        IntDecoder(Schema.Type type) {
            this.type = type;
        }

        @Override
        Object decode(AvroInput input) {
            int value = input.readInt();
            return switch (type) {
                case INT8 -> (Object) (byte) value;
                case INT16 -> (Object) (short) value;
                default -> (Object) value;
            };
        }
    }

    private static final class LongDecoder extends ValueDecoder {
        @Override
        Object decode(AvroInput input) {
            return input.readLong();
        }
    }

    private static final class FloatDecoder extends ValueDecoder {
        @Override
        Object decode(AvroInput input) {
            return input.readFloat();
        }
    }

    private static final class DoubleDecoder extends ValueDecoder {
        @Override
        Object decode(AvroInput input) {
            return input.readDouble();
        }
    }

    private static final class BytesDecoder extends ValueDecoder {
        private final int fixedSize;
        private final boolean wraps;

        BytesDecoder(int fixedSize, boolean wraps) {
            this.fixedSize = fixedSize;
            this.wraps = wraps;
        }

        @Override
        Object decode(AvroInput input) {
            byte[] bytes = fixedSize < 0 ? input.readBytes() : input.readRaw(fixedSize);
            return wraps ? ByteBuffer.wrap(bytes) : bytes;
        }
    }

    private static final class EnumDecoder extends ValueDecoder {
        private final List<String> symbols;

        EnumDecoder(List<String> symbols) {
            this.symbols = symbols;
        }

        @Override
        Object decode(AvroInput input) {
            return symbols.get(input.readInt());
        }
    }

    private static final class ArrayDecoder extends ValueDecoder {
        private final ValueDecoder item;

        ArrayDecoder(ValueDecoder item) {
            this.item = item;
        }

        @Override
        Object decode(AvroInput input) {
            int count = input.readBlockCount();
            List<Object> list = new ArrayList<>(input.plausibleSize(count));
            for (; count > 0; count = input.readBlockCount()) {
                for (int i = 0; i < count; i++) {
                    list.add(item.decode(input));
                }
            }
            return list;
        }
    }

    private static class MapDecoder extends ValueDecoder {
        final ValueDecoder key;
        final ValueDecoder value;

        MapDecoder(ValueDecoder key, ValueDecoder value) {
            this.key = key;
            this.value = value;
        }

        @Override
        final Object decode(AvroInput input) {
            Map<Object, Object> map = new LinkedHashMap<>();
            for (int count = input.readBlockCount(); count > 0; count = input.readBlockCount()) {
                for (int i = 0; i < count; i++) {
                    decodeEntry(input, map);
                }
            }
            return map;
        }

        void decodeEntry(AvroInput input, Map<Object, Object> map) {
            Object decodedKey = key.decode(input);
            map.put(decodedKey, value.decode(input));
        }
    }

    /** Entries whose record has the value first. */
    private static final class SwappedMapDecoder extends MapDecoder {
        SwappedMapDecoder(ValueDecoder key, ValueDecoder value) {
            super(key, value);
        }

        @Override
        void decodeEntry(AvroInput input, Map<Object, Object> map) {
            Object decodedValue = value.decode(input);
            map.put(key.decode(input), decodedValue);
        }
    }
}
