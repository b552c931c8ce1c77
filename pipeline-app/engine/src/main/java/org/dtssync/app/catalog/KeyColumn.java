package org.dtssync.app.catalog;

import java.util.List;
import org.dtssync.connectors.postgres.Identifiers;

/**
 * One column of a key and how it is ordered.
 *
 * <p>Operators are those of the index's operator class, schema-qualified: by name alone a {@code citext} column would
 * be compared by the operators of {@code text}, in another order than its index has. Values are printed by the type's output
 * function and read by its input function; casts to and from text may differ. Immutable.
 *
 * @param expression the quoted column, with the index's collation where that is not the column's own; a domain over an enum
 *     cast to the enum, since enum operators do not accept a domain
 * @param type the column's type for a cast of a bound; for a domain the type below it
 * @param descending whether the index is descending
 * @param nullsFirst whether the index has nulls first; a key has none, but the order must match the index
 * @param operators the operator class's {@code <, <=, =, >=, >} in this order
 * @param inArray whether values are compared as arrays of one element: operators of an enum take any enum, so an implicit cast of this one to
 *     another type makes them ambiguous, and those of arrays are not
 */
public record KeyColumn(
        String expression,
        String type,
        boolean descending,
        boolean nullsFirst,
        List<String> operators,
        boolean inArray) {

    /** Copies the operators. */
    public KeyColumn {
        operators = List.copyOf(operators);
    }

    /** Returns the column's value as text. */
    public String text() {
        return "format('%s', " + expression + ")";
    }

    /** Returns what the operators compare. */
    public String compared() {
        return wrapped(expression);
    }

    /** Returns a value from {@link #text} as SQL that the operators compare with {@link #compared}. */
    public String literal(String text) {
        return wrapped(Identifiers.literal(text) + "::" + type);
    }

    private String wrapped(String value) {
        return inArray ? "ARRAY[" + value + "]" : value;
    }

    /** Returns the operator that is true of equal values. */
    public String equal() {
        return operators.get(2);
    }

    String before() {
        return operators.get(descending ? 4 : 0);
    }

    String atOrBefore() {
        return operators.get(descending ? 3 : 1);
    }

    String atOrAfter() {
        return operators.get(descending ? 1 : 3);
    }

    String after() {
        return operators.get(descending ? 0 : 4);
    }

    String order() {
        return compared() + " USING " + before() + (nullsFirst ? " NULLS FIRST" : " NULLS LAST");
    }
}
