package org.dtssync.connectors.values;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Types that Kafka Connect has itself, where they do not arrive as their values already: in domains and arrays. The text of a
 * floating-point number is one that PostgreSQL reads as the same number.
 */
enum PlainForm implements ValueForm {
    /** {@code boolean}. */
    BOOL(Schema.Type.BOOLEAN, false) {
        @Override
        public Object value(String text) {
            return text.equals("t");
        }

        @Override
        public String text(Object value) {
            return (Boolean) value ? "t" : "f";
        }
    },
    /** {@code smallint}. */
    INT2(Schema.Type.INT16, (short) 0) {
        @Override
        public Object value(String text) {
            return Short.valueOf(text);
        }
    },
    /** {@code integer}. */
    INT4(Schema.Type.INT32, 0) {
        @Override
        public Object value(String text) {
            return Integer.valueOf(text);
        }
    },
    /** {@code bigint} and {@code oid}. */
    INT8(Schema.Type.INT64, 0L) {
        @Override
        public Object value(String text) {
            return Long.valueOf(text);
        }
    },
    /** {@code real}. */
    FLOAT4(Schema.Type.FLOAT32, 0f) {
        @Override
        public Object value(String text) {
            return Float.valueOf(text);
        }
    },
    /** {@code double precision}. */
    FLOAT8(Schema.Type.FLOAT64, 0d) {
        @Override
        public Object value(String text) {
            return Double.valueOf(text);
        }
    },
    /** {@code bytea}. */
    BYTEA(Schema.Type.BYTES, new byte[0]) {
        @Override
        public Object value(String text) {
            return HexFormat.of().parseHex(text, 2, text.length());
        }

        @Override
        public String text(Object value) {
            return "\\x" + HexFormat.of().formatHex(bytes(value));
        }
    };

    private final Schema.Type type;

    @SuppressWarnings("ImmutableEnumChecker") // Never written to.
    private final Object empty;

    PlainForm(Schema.Type type, Object empty) {
        this.type = type;
        this.empty = empty;
    }

    /** Returns the form of a schema without a name; null if it has none here. */
    static @Nullable PlainForm of(Schema.Type type) {
        for (PlainForm form : values()) {
            if (form.type == type) {
                return form;
            }
        }
        return null;
    }

    /** Returns bytes, which Kafka Connect has in either of two classes. */
    static byte[] bytes(Object value) {
        if (value instanceof byte[] bytes) {
            return bytes;
        }
        ByteBuffer buffer = (ByteBuffer) value;
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    @Override
    public SchemaBuilder schema() {
        return new SchemaBuilder(type);
    }

    @Override
    public Object empty() {
        return empty;
    }

    @Override
    public String text(Object value) {
        return value.toString();
    }
}
