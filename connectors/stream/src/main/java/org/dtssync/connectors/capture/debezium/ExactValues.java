package org.dtssync.connectors.capture.debezium;

import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.PostgresValueConverter;
import io.debezium.connector.postgresql.UnchangedToastedPlaceholder;
import io.debezium.connector.postgresql.UnchangedToastedReplicationMessageColumn;
import io.debezium.relational.Column;
import io.debezium.relational.ValueConverter;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.HexFormat;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.dtssync.connectors.capture.FormParameters;
import org.dtssync.connectors.capture.Unchanged;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Oid;

/**
 * Defines the values of every column in the topics: natural types for what they represent exactly, PostgreSQL text for the rest.
 *
 * <p>Values arrive as the server's text (see {@link ExactTypeRegistry}). Thread-safe.
 */
public final class ExactValues extends PostgresValueConverter {

    /** Schema parameter that names the column's PostgreSQL type. */
    public static final String TYPE_PARAMETER = "postgresql.type";

    private final ExactTypeRegistry types;

    private final boolean described;

    /**
     * @param described whether schemas describe their columns as Debezium's forms of values need it
     */
    ExactValues(PostgresConnectorConfig configuration, ExactTypeRegistry types, boolean described) {
        super(
                StandardCharsets.UTF_8,
                configuration.getDecimalMode(),
                configuration.getTemporalPrecisionMode(),
                ZoneOffset.UTC,
                null,
                true,
                types,
                PostgresConnectorConfig.HStoreHandlingMode.JSON,
                configuration.binaryHandlingMode(),
                PostgresConnectorConfig.IntervalHandlingMode.STRING,
                new UnchangedToastedPlaceholder(configuration),
                2);
        this.types = types;
        this.described = described;
    }

    @Override
    public SchemaBuilder schemaBuilder(Column column) {
        SchemaBuilder builder = schema(column.nativeType(), column.typeName());
        if (described) {
            if (naturalType(column.nativeType()) == Schema.Type.STRING) {
                TypeForms forms = types.forms();
                builder.parameter(FormParameters.FORM, forms.of(column).print());
                forms.sizeOfDomain(column)
                        .ifPresent(size -> builder.parameter(FormParameters.LENGTH, Integer.toString(size.length()))
                                .parameter(FormParameters.SCALE, Integer.toString(size.scale())));
            }
            if (!column.isOptional()) {
                builder.parameter(FormParameters.REQUIRED, "true");
                column.defaultValueExpression()
                        .ifPresent(expression -> builder.parameter(FormParameters.DEFAULT, expression));
            }
        }
        return builder;
    }

    /** Returns the schema of a column's values by its type. */
    public static SchemaBuilder schema(int oid, String typeName) {
        return new DefaultlessSchemaBuilder(naturalType(oid)).optional().parameter(TYPE_PARAMETER, typeName);
    }

    @Override
    public ValueConverter converter(Column column, Field field) {
        return converter(naturalType(column.nativeType()));
    }

    private static ValueConverter converter(Schema.Type type) {
        return switch (type) {
            case BOOLEAN -> value -> value == null ? null : (Object) "t".equals(text(value));
            case INT16 -> value -> value == null ? null : (Object) Short.valueOf(text(value));
            case INT32 -> value -> value == null ? null : (Object) Integer.valueOf(text(value));
            case INT64 -> value -> value == null ? null : (Object) Long.valueOf(text(value));
            case FLOAT32 -> value -> value == null ? null : (Object) Float.valueOf(text(value));
            case FLOAT64 -> value -> value == null ? null : (Object) Double.valueOf(text(value));
            case BYTES -> ExactValues::bytes;
            default -> value -> value == null ? null : text(value);
        };
    }

    /** A value that was parsed on its way may differ from the server's: none of them may pass. */
    private static String text(Object value) {
        if (value instanceof String text) {
            return text;
        }
        if (UnchangedToastedReplicationMessageColumn.isUnchangedToastedValue(value)) {
            return Unchanged.TEXT;
        }
        throw new SyncException(
                FaultKind.INTERNAL,
                "Debezium made a " + value.getClass().getName() + " of a value that must stay the server's text.",
                "Use the version of Debezium that dts-sync is built with.");
    }

    private static byte @Nullable [] bytes(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        String text = text(value);
        return Unchanged.is(text) ? Unchanged.bytes() : HexFormat.of().parseHex(text, 2, text.length());
    }

    /**
     * Types that Avro represents exactly, including special floating-point values; everything else, including domains, is text. By
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
     * Has no default: Kafka Connect's Struct and other converters return the default if a row has NULL, and a NULL
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
