package org.dtssync.connectors.values;

import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.jspecify.annotations.Nullable;

/**
 * How the values of one type are written. A form is exact: {@code text(value(t))} is {@code t} for each text that it does not
 * refuse. What it refuses travels as text in a header of the record. Implementations are immutable.
 */
public interface ValueForm {

    /** Returns a new builder of its schema, which is not optional. */
    SchemaBuilder schema();

    /**
     * Returns the same form for values of exactly this schema, which may have more parameters: a structure contains its schema.
     *
     * @param complete the schema of the column
     */
    default ValueForm in(Schema complete) {
        return this;
    }

    /** Returns the value of PostgreSQL's text; null if no value of the schema stands for exactly this text. */
    @Nullable Object value(String text);

    /**
     * Returns what a nullable column has instead of a value whose text the form refuses: what Debezium writes there, or null.
     *
     * @param text the text
     */
    default @Nullable Object instead(String text) {
        return null;
    }

    /**
     * Returns what a column that is not nullable has instead of such a value; never one that the column could have, if there is
     * any.
     *
     * @param text the text
     */
    default Object insteadRequired(String text) {
        Object value = instead(text);
        return value == null ? empty() : value;
    }

    /** Returns what a column that is not nullable has where the source sent no value, as Debezium has it: zero, or empty. */
    Object empty();

    /** Returns PostgreSQL's text of a value that {@link #value} returned. */
    String text(Object value);
}
