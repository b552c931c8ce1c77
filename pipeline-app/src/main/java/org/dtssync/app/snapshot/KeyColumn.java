package org.dtssync.app.snapshot;

import java.util.List;

/**
 * One column of a key as its index orders it.
 *
 * <p>Operators are those of the index's operator class, written with their schema: by name alone a {@code citext} column would
 * be compared by the operators of {@code text}, in another order than its index has.
 *
 * @param expression the quoted column, with the index's collation where that is not the column's own
 * @param type the column's type for a cast of a bound; for a domain the type below it
 * @param descending whether the index runs downwards
 * @param nullsFirst whether the index has nulls first; a key has none, but the order must read the same to match it
 * @param operators the operator class's {@code <, <=, =, >=, >} in this order
 */
record KeyColumn(String expression, String type, boolean descending, boolean nullsFirst, List<String> operators) {

    KeyColumn {
        operators = List.copyOf(operators);
    }

    String before() {
        return operators.get(descending ? 4 : 0);
    }

    String atOrBefore() {
        return operators.get(descending ? 3 : 1);
    }

    String equal() {
        return operators.get(2);
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
