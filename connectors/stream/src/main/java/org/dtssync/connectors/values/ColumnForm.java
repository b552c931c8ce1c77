package org.dtssync.connectors.values;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.connect.data.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What determines the form of a column: the name of its type below any domains, the type's modifiers, and that of an array's
 * elements.
 *
 * @param type the type's name, such as {@code numeric}; {@link #ENUM} and {@link #ARRAY} stand for all of their kind
 * @param length precision or number of bits; 0 without
 * @param scale digits of the fraction
 * @param labels the labels of an enum, separated by commas; otherwise empty
 */
public record ColumnForm(String type, int length, int scale, String labels) {

    /** Stands for every enum. */
    public static final String ENUM = "<enum>";

    /** Stands for every array; what follows it is the type of the elements. */
    public static final String ARRAY = "<array>";

    /** Stands for every type that is written as its text. */
    public static final String TEXT = "<text>";

    /** The precision that the driver gives a {@code numeric} without one. */
    private static final int NO_PRECISION = 131_089;

    private static final int MILLIS_DIGITS = 3;

    private static final int MICROS_DIGITS = 6;

    /** Arrays of these are arrays in the topics too, as they are with Debezium. */
    private static final Set<String> ELEMENTS = Set.of(
            "bool",
            "int2",
            "int4",
            "int8",
            "oid",
            "float4",
            "float8",
            "bytea",
            "numeric",
            "date",
            "time",
            "timestamp",
            "timestamptz",
            "uuid",
            "json",
            "jsonb",
            "char",
            "varchar",
            "text",
            "bpchar",
            "inet",
            "cidr",
            "macaddr",
            "macaddr8",
            "citext",
            "ltree",
            ENUM);

    private static final Map<String, String> NAMED_TEXTS = Map.of(
            "uuid",
            "io.debezium.data.Uuid",
            "json",
            "io.debezium.data.Json",
            "jsonb",
            "io.debezium.data.Json",
            "xml",
            "io.debezium.data.Xml",
            "ltree",
            "io.debezium.data.Ltree",
            "tsvector",
            "io.debezium.data.Tsvector",
            ENUM,
            "io.debezium.data.Enum");

    private static final String SEPARATOR = "|";

    /** Returns it as one text, for the parameter of a schema. */
    public String print() {
        return String.join(SEPARATOR, List.of(type, Integer.toString(length), Integer.toString(scale), labels));
    }

    /** Reverses {@link #print}. */
    public static ColumnForm parse(String printed) {
        String[] parts = printed.split("\\" + SEPARATOR, 4);
        return new ColumnForm(parts[0], Integer.parseInt(parts[1]), Integer.parseInt(parts[2]), parts[3]);
    }

    /** Returns the form of the values. */
    public ValueForm values(boolean optional) {
        if (!type.startsWith(ARRAY)) {
            return scalar(type, optional);
        }
        String element = type.substring(ARRAY.length());
        return ELEMENTS.contains(element) ? new ArrayForm(scalar(element, true)) : new TextForm(null, null);
    }

    private ValueForm scalar(String name, boolean optional) {
        return switch (name) {
            case "bool" -> PlainForm.BOOL;
            case "int2" -> PlainForm.INT2;
            case "int4" -> PlainForm.INT4;
            case "int8", "oid" -> PlainForm.INT8;
            case "float4" -> PlainForm.FLOAT4;
            case "float8" -> PlainForm.FLOAT8;
            case "bytea" -> PlainForm.BYTEA;
            case "date" -> TimeForm.DATE;
            case "time" -> TimeForm.TIME;
            case "timestamp" -> scale <= MILLIS_DIGITS ? TimeForm.TIMESTAMP_MILLIS : TimeForm.TIMESTAMP;
            case "timestamptz" -> new ZonedForm(Math.min(scale, MICROS_DIGITS));
            case "bit" -> new BitForm(Math.max(1, length));
            case "numeric" ->
                length == 0 || length == NO_PRECISION
                        ? VariableDecimalForm.of(optional)
                        : new DecimalForm(length, scale);
            default -> new TextForm(NAMED_TEXTS.get(name), name.equals(ENUM) ? labels : null);
        };
    }

    /** Returns what a required column of one of Kafka Connect's own types has where the source sent no value. */
    public static Object empty(Schema.Type type) {
        PlainForm form = PlainForm.of(type);
        return form == null ? "" : form.empty();
    }

    /** Returns the type of a column whose schema has no parameters, since it is the same for all columns. */
    public static Optional<String> typeOf(Schema schema) {
        return VariableDecimalForm.NAME.equals(schema.name()) ? Optional.of("numeric") : Optional.empty();
    }

    /** Returns the form of the values of a schema; null if they are what they seem, or their own text. */
    public static @Nullable ValueForm of(Schema schema) {
        Map<String, String> parameters = schema.parameters() == null ? Map.of() : schema.parameters();
        if (schema.type() == Schema.Type.ARRAY) {
            ValueForm element = of(schema.valueSchema());
            PlainForm plain = PlainForm.of(schema.valueSchema().type());
            return new ArrayForm(element != null ? element : plain != null ? plain : new TextForm(null, null));
        }
        if (parameters.containsKey(BitForm.ONE_BIT)) {
            return new BitForm(1);
        }
        String name = schema.name();
        if (name == null) {
            return null;
        }
        return switch (name) {
            case org.apache.kafka.connect.data.Decimal.LOGICAL_NAME ->
                new DecimalForm(0, Integer.parseInt(parameters.get(org.apache.kafka.connect.data.Decimal.SCALE_FIELD)));
            case VariableDecimalForm.NAME -> new VariableDecimalForm(schema);
            case BitForm.NAME -> new BitForm(Integer.parseInt(parameters.get(BitForm.LENGTH)));
            case ZonedForm.NAME -> new ZonedForm(MICROS_DIGITS);
            default -> TimeForm.of(name);
        };
    }
}
