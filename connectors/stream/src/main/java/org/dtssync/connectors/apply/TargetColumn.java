package org.dtssync.connectors.apply;

import org.dtssync.connectors.postgres.Identifiers;
import org.jspecify.annotations.Nullable;

/**
 * A column of a table at the destination that is written.
 *
 * @param name its name
 * @param type its type with modifiers, qualified for SQL
 * @param base the kind of type, if text must be read in a special way
 * @param equality the operator for equal values that indexes use, with its schema: the search path contains no extension,
 *     and by name alone {@code citext} would be compared as {@code text}, without its index
 * @param comparedAs empty, or for a domain over an enum a cast to the enum, whose operators take no domain
 * @param inArray whether values are compared as arrays of one element: operators of an enum take any enum, so an implicit cast of this one to
 *     another type makes them ambiguous, and those of arrays are not
 * @param alwaysIdentity whether it is {@code GENERATED ALWAYS AS IDENTITY}, which cannot be updated
 * @param search how rows are found by the column's value in a table without a key; null if they cannot be
 * @param mayBreakRules whether its domain has a constraint that is not validated: a value from before that may break it
 */
record TargetColumn(
        String name,
        String type,
        Base base,
        String equality,
        String comparedAs,
        boolean inArray,
        boolean alwaysIdentity,
        @Nullable Search search,
        boolean mayBreakRules) {

    /**
     * How rows are found by a value: values that print the same are equal by the operator, and a hash or an index answers it.
     *
     * @param distinct about how many values the column has; 0 if the server does not know
     * @param indexed whether an index begins with the column
     */
    record Search(double distinct, boolean indexed) {}

    /** How text becomes a value of the type. */
    enum Base {
        /** By a cast, which goes through the type's input function. */
        CAST,
        /**
         * As the one element of an array, whose input function calls the type's own: a cast from text is another function,
         * as that of {@code regclass}, which knows neither numbers nor {@code -}.
         */
        ELEMENT,
        /** By its input function by name: the cast from text to {@code "char"} is another function on older servers. */
        CHAR
    }

    /** Returns the quoted name. */
    String sql() {
        return Identifiers.quote(name);
    }

    /** Returns a condition for a column of this type under an alias to be equal to a value of the same type. */
    String isEqualTo(String alias, String value) {
        return compared(alias + "." + sql()) + " " + equality + " " + compared(value);
    }

    private String compared(String value) {
        return inArray ? "ARRAY[" + value + comparedAs + "]" : value + comparedAs;
    }

    /** Returns a condition for a column of this type under an alias to be equal to a text expression's value. */
    String isEqual(String alias, String text) {
        return isEqualTo(alias, fromText(text));
    }

    /** Returns an expression of the column's type made from a text expression. */
    String fromText(String text) {
        return switch (base) {
            case CAST -> "(" + text + ")::" + type;
            case ELEMENT ->
                "(('{\"' || replace(replace(" + text + ", '\\', '\\\\'), '\"', '\\\"') || '\"}')::" + type + "[])[1]";
            case CHAR -> "charin(textout(" + text + "))";
        };
    }

    /**
     * Returns the value that an update assigns. One that stays as it is does not go through its domain again, whose constraint
     * may not have been there when it was written.
     */
    String assigned(String alias, String text) {
        String column = alias + "." + sql();
        return mayBreakRules
                ? "CASE WHEN " + column + "::text IS NOT DISTINCT FROM " + text + " THEN " + column + " ELSE "
                        + fromText(text) + " END"
                : fromText(text);
    }
}
