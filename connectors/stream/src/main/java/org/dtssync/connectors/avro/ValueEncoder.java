package org.dtssync.connectors.avro;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.DataException;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;

/**
 * Writes the values of one Connect schema, never null ones; {@link NullableEncoder} does those. A tree of these is created once per
 * schema. Not thread-safe.
 */
abstract class ValueEncoder {

    /** Writes a value; a value of another class than the schema's fails with {@link ClassCastException}. */
    abstract void encode(Object value, AvroOutput output);

    /** Returns the encoder of a schema. */
    static ValueEncoder of(Schema schema, String path) {
        Logical logical = Logical.of(schema);
        if (logical == Logical.DECIMAL) {
            return new DecimalEncoder(schema);
        }
        if (logical != Logical.NONE) {
            return new LogicalEncoder(logical, schema);
        }
        return switch (schema.type()) {
            case INT8 -> new Int8Encoder();
            case INT16 -> new Int16Encoder();
            case INT32 -> new Int32Encoder();
            case INT64 -> new Int64Encoder();
            case FLOAT32 -> new Float32Encoder();
            case FLOAT64 -> new Float64Encoder();
            case BOOLEAN -> new BooleanEncoder();
            case STRING -> new StringEncoder();
            case BYTES -> new BytesEncoder();
            case ARRAY -> new ArrayEncoder(new NullableEncoder(schema.valueSchema(), path + "[]"));
            case MAP ->
                new MapEncoder(
                        MapShape.of(schema) == MapShape.PLAIN
                                ? null
                                : new NullableEncoder(schema.keySchema(), path + "{key}"),
                        new NullableEncoder(schema.valueSchema(), path + "{}"));
            case STRUCT -> new StructEncoder(schema, path);
        };
    }

    static SyncException mismatch(String path, @Nullable Throwable cause) {
        return new SyncException(
                FaultKind.DATA,
                "The value of " + path + " does not fit its Connect schema.",
                "Report this with the column's type.",
                redacted(cause));
    }

    /** Connect's own messages can repeat the value. */
    private static @Nullable Throwable redacted(@Nullable Throwable cause) {
        if (!(cause instanceof DataException)) {
            return cause;
        }
        IllegalArgumentException plain =
                new IllegalArgumentException(cause.getClass().getSimpleName());
        plain.setStackTrace(cause.getStackTrace());
        return plain;
    }

    private static final class Int8Encoder extends ValueEncoder {
        @Override
        void encode(Object value, AvroOutput output) {
            output.writeInt((Byte) value);
        }
    }

    private static final class Int16Encoder extends ValueEncoder {
        @Override
        void encode(Object value, AvroOutput output) {
            output.writeInt((Short) value);
        }
    }

    private static final class Int32Encoder extends ValueEncoder {
        @Override
        void encode(Object value, AvroOutput output) {
            output.writeInt((Integer) value);
        }
    }

    private static final class Int64Encoder extends ValueEncoder {
        @Override
        void encode(Object value, AvroOutput output) {
            output.writeLong((Long) value);
        }
    }

    private static final class Float32Encoder extends ValueEncoder {
        @Override
        void encode(Object value, AvroOutput output) {
            output.writeFloat((Float) value);
        }
    }

    private static final class Float64Encoder extends ValueEncoder {
        @Override
        void encode(Object value, AvroOutput output) {
            output.writeDouble((Double) value);
        }
    }

    private static final class BooleanEncoder extends ValueEncoder {
        @Override
        void encode(Object value, AvroOutput output) {
            output.writeBoolean((Boolean) value);
        }
    }

    private static final class StringEncoder extends ValueEncoder {
        @Override
        void encode(Object value, AvroOutput output) {
            output.writeString((String) value);
        }
    }

    private static final class BytesEncoder extends ValueEncoder {
        @Override
        void encode(Object value, AvroOutput output) {
            if (value instanceof byte[] bytes) {
                output.writeBytes(bytes);
            } else {
                output.writeBytes((ByteBuffer) value);
            }
        }
    }

    private static final class DecimalEncoder extends ValueEncoder {
        private final int scale;

        DecimalEncoder(Schema schema) {
            this.scale = Integer.parseInt(schema.parameters().get(Decimal.SCALE_FIELD));
        }

        @Override
        void encode(Object value, AvroOutput output) {
            BigDecimal number = (BigDecimal) value;
            if (number.scale() != scale) {
                throw new DataException("The number has another scale than its schema.");
            }
            BigInteger unscaled = number.unscaledValue();
            if (unscaled.bitLength() < Long.SIZE) {
                output.writeUnscaled(unscaled.longValue());
            } else {
                output.writeBytes(unscaled.toByteArray());
            }
        }
    }

    private static final class LogicalEncoder extends ValueEncoder {
        private final Logical logical;
        private final Schema schema;

        LogicalEncoder(Logical logical, Schema schema) {
            this.logical = logical;
            this.schema = schema;
        }

        @Override
        void encode(Object value, AvroOutput output) {
            Object plain = logical.toPlain(schema, value);
            if (plain instanceof byte[] bytes) {
                output.writeBytes(bytes);
            } else {
                output.writeLong(((Number) plain).longValue());
            }
        }
    }

    private static final class ArrayEncoder extends ValueEncoder {
        private final NullableEncoder item;

        ArrayEncoder(NullableEncoder item) {
            this.item = item;
        }

        @Override
        void encode(Object value, AvroOutput output) {
            List<?> list = (List<?>) value;
            if (!list.isEmpty()) {
                output.writeInt(list.size());
                for (Object each : list) {
                    item.encode(each, output);
                }
            }
            output.writeByte(0);
        }
    }

    /** Maps of both shapes: an entry is its key and then its value in either. */
    private static final class MapEncoder extends ValueEncoder {
        private final @Nullable NullableEncoder key;
        private final NullableEncoder item;

        MapEncoder(@Nullable NullableEncoder key, NullableEncoder item) {
            this.key = key;
            this.item = item;
        }

        @Override
        void encode(Object value, AvroOutput output) {
            Map<?, ?> map = (Map<?, ?>) value;
            if (!map.isEmpty()) {
                output.writeInt(map.size());
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    if (key == null) {
                        output.writeString((String) entry.getKey());
                    } else {
                        key.encode(entry.getKey(), output);
                    }
                    item.encode(entry.getValue(), output);
                }
            }
            output.writeByte(0);
        }
    }
}
