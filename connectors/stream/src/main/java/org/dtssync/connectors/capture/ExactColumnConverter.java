package org.dtssync.connectors.capture;

import io.debezium.connector.postgresql.UnchangedToastedReplicationMessageColumn;
import io.debezium.spi.converter.CustomConverter;
import io.debezium.spi.converter.RelationalColumn;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Properties;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.postgresql.core.Oid;

/**
 * Debezium's converter for every column of every table: natural Avro types for what they say exactly, PostgreSQL's own
 * text for the rest. Debezium makes it by its class name and asks it first for every column.
 *
 * <p>Values arrive as the server's text (see {@link
 * io.debezium.connector.postgresql.connection.ReplicationMessageColumnValueResolver}). Thread-safe.
 */
public final class ExactColumnConverter implements CustomConverter<SchemaBuilder, RelationalColumn> {

    /** Schema parameter that names the column's PostgreSQL type. */
    public static final String TYPE_PARAMETER = "postgresql.type";

    /**
     * Stands for a value that was not sent because it did not change. Recognised by identity, never by its characters,
     * since a row may hold the same text. The characters are Debezium's own, which other readers of the topics know.
     */
    @SuppressWarnings("StringOperationCanBeSimplified") // A new object is the point.
    static final String UNCHANGED_TEXT = new String("__debezium_unavailable_value");

    /** The same for binary columns. */
    static final byte[] UNCHANGED_BYTES = UNCHANGED_TEXT.getBytes(StandardCharsets.US_ASCII);

    @Override
    public void configure(Properties properties) {
        // Nothing to configure: every column is treated by its type.
    }

    @Override
    public void converterFor(RelationalColumn column, ConverterRegistration<SchemaBuilder> registration) {
        Schema.Type type = naturalType(column.nativeType());
        SchemaBuilder schema = new DefaultlessSchemaBuilder(type).optional();
        schema.parameter(TYPE_PARAMETER, column.typeName());
        registration.register(schema, converter(type));
    }

    private static Converter converter(Schema.Type type) {
        return switch (type) {
            case BOOLEAN -> value -> value instanceof String text ? (Object) "t".equals(text) : null;
            case INT16 -> value -> value instanceof String text ? (Object) Short.valueOf(text) : null;
            case INT32 -> value -> value instanceof String text ? (Object) Integer.valueOf(text) : null;
            case INT64 -> value -> value instanceof String text ? (Object) Long.valueOf(text) : null;
            case FLOAT32 -> value -> value instanceof String text ? (Object) Float.valueOf(text) : null;
            case FLOAT64 -> value -> value instanceof String text ? (Object) Double.valueOf(text) : null;
            case BYTES -> ExactColumnConverter::bytes;
            default -> ExactColumnConverter::text;
        };
    }

    /** Anything but a text is a default value that Debezium parsed; defaults are not carried in records. */
    private static Object text(Object value) {
        if (value == null || value instanceof String) {
            return value;
        }
        return UnchangedToastedReplicationMessageColumn.isUnchangedToastedValue(value) ? UNCHANGED_TEXT : null;
    }

    private static Object bytes(Object value) {
        if (value instanceof String text) {
            return HexFormat.of().parseHex(text, 2, text.length());
        }
        return value != null && UnchangedToastedReplicationMessageColumn.isUnchangedToastedValue(value)
                ? UNCHANGED_BYTES
                : null;
    }

    /**
     * Types that Avro says exactly, specials of floating point included; everything else, domains among it, goes as text. By
     * object identifier: a user may have a type of the same name.
     */
    private static Schema.Type naturalType(int oid) {
        return switch (oid) {
            case Oid.BOOL -> Schema.Type.BOOLEAN;
            case Oid.INT2 -> Schema.Type.INT16;
            case Oid.INT4 -> Schema.Type.INT32;
            case Oid.INT8, Oid.OID -> Schema.Type.INT64;
            case Oid.FLOAT4 -> Schema.Type.FLOAT32;
            case Oid.FLOAT8 -> Schema.Type.FLOAT64;
            case Oid.BYTEA -> Schema.Type.BYTES;
            default -> Schema.Type.STRING;
        };
    }

    /**
     * Takes no default: Kafka Connect's Struct and other converters give the default back where a row has NULL, and a NULL
     * in a column with a default would become that default.
     */
    private static final class DefaultlessSchemaBuilder extends SchemaBuilder {

        DefaultlessSchemaBuilder(Schema.Type type) {
            super(type);
        }

        @Override
        public SchemaBuilder defaultValue(Object value) {
            return this;
        }

        /** Debezium marks a nullable column optional, and every column is so here already. */
        @Override
        public SchemaBuilder optional() {
            return isOptional() ? this : super.optional();
        }
    }
}
