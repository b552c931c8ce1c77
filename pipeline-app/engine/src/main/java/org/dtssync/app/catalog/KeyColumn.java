package org.dtssync.app.catalog;

import java.util.List;
import org.dtssync.connectors.postgres.Identifiers;

/**
 * One column of a key and how it is ordered.
 *
 * <p>Operators are those of the index's operator class, written with their schema: by name alone a {@code citext} column would
 * be compared by the operators of {@code text}, in another order than its index has. Values are printed by the type's output
 * function and read by its input function; casts to and from text may be something else. Immutable.
 *
 * @param expression the quoted column, with the index's collation where that is not the column's own; a domain over an enum
 *     cast to the enum, since the operators of enums take no domain
 * @param type the column's type for a cast of a bound; for a domain the type below it
 * @param descending whether the index runs downwards
 * @param nullsFirst whether the index has nulls first; a key has none, but the order must read the same to match it
 * @param operators the operator class's {@code <, <=, =, >=, >} in this order
 */
public record KeyColumn(
        String expression, String type, boolean descending, boolean nullsFirst, List<String> operators) {

    /** Copies the operators. */
    public KeyColumn {
        operators = List.copyOf(operators);
    }

    /** Returns the column's value as text. */
    public String text() {
        return "format('%s', " + expression + ")";
    }

    /** Returns a value that {@link #text} gave as SQL. */
    public String literal(String text) {
        return Identifiers.literal(text) + "::" + type;
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
        return expression + " USING " + before() + (nullsFirst ? " NULLS FIRST" : " NULLS LAST");
    }
}
