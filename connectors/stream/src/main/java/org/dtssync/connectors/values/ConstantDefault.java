package org.dtssync.connectors.values;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.connect.data.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Defaults of columns that are constants. An expression that is calculated for each row, such as {@code now()}, has no value that a
 * schema could name.
 */
public final class ConstantDefault {

    /** A literal as the server prints it, cast to its type or not; in parentheses if it is negative. */
    private static final Pattern LITERAL =
            Pattern.compile("(?:B?'([^'\\\\]*+(?:''[^'\\\\]*+)*+)'|(-?[0-9][0-9.e+-]*|true|false)"
                    + "|\\((-[0-9][0-9.e+-]*)\\))(?:::(?:[\\w .]|\"[^\"]*\")+(?:\\([0-9, ]*\\)[a-z ]*)?)?");

    /** A point in time in the zone of the session that read the default. */
    private static final DateTimeFormatter PRINTED = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .appendLiteral(' ')
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .appendOffset("+HH:mm", "+00")
            .toFormatter(Locale.ROOT);

    private static final long MICROS_PER_SECOND = 1_000_000;

    private static final long NANOS_PER_MICRO = 1_000;

    /** Types of which Debezium has defaults too, below any domains; numbers and booleans that are written as such are others. */
    private static final Set<String> TYPES = Set.of(
            "bool",
            "int2",
            "int4",
            "int8",
            "float4",
            "float8",
            "numeric",
            "bpchar",
            "varchar",
            "text",
            "json",
            "jsonb",
            "xml",
            "uuid",
            "date",
            "time",
            "timestamp",
            "timestamptz",
            ColumnForm.ENUM);

    private ConstantDefault() {}

    /**
     * Returns the value of a default of a column that is not nullable.
     *
     * @param expression as the server prints it
     * @param column what determines its form; null if it is one of Kafka Connect's own types
     * @param type of its values in Kafka Connect
     * @return null if the expression is no constant, or its value has no place in a schema
     */
    public static @Nullable Object of(String expression, @Nullable ColumnForm column, Schema.Type type) {
        ValueForm form =
                column == null ? PlainForm.of(type) : TYPES.contains(column.type()) ? column.values(false) : null;
        Matcher literal = LITERAL.matcher(expression);
        if (form == null || form == PlainForm.BYTEA || form instanceof VariableDecimalForm || !literal.matches()) {
            return null;
        }
        String text = text(literal.group(1), literal.group(2), literal.group(3));
        try {
            return form.value(written(text, form));
        } catch (ArithmeticException | NumberFormatException | DateTimeException e) {
            // A literal of another type, which the server casts for each row.
            return null;
        }
    }

    /** One of the three is there. */
    private static String text(@Nullable String quoted, @Nullable String plain, @Nullable String negative) {
        if (quoted != null) {
            return quoted.replace("''", "'");
        }
        return plain == null ? Objects.requireNonNull(negative, "The literal has a form.") : plain;
    }

    /** Returns a literal as the server prints the value of the column that it becomes. */
    private static String written(String text, ValueForm form) {
        if (form == PlainForm.BOOL) {
            return text.equals("true") || text.equals("t") ? "t" : "f";
        }
        if (form instanceof ZonedForm) {
            OffsetDateTime moment = OffsetDateTime.parse(text, PRINTED);
            return CivilTime.timestamp(
                    Math.addExact(
                            Math.multiplyExact(moment.toEpochSecond(), MICROS_PER_SECOND),
                            moment.getNano() / NANOS_PER_MICRO),
                    "+00");
        }
        return form instanceof DecimalForm decimal
                ? new BigDecimal(text)
                        .setScale(decimal.scale(), RoundingMode.UNNECESSARY)
                        .toPlainString()
                : text;
    }
}
