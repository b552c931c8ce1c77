package org.dtssync.connectors.apply;

import org.dtssync.connectors.postgres.Identifiers;

/**
 * A column of a table at the destination that is written.
 *
 * @param name its name
 * @param type its type with modifiers, qualified for SQL
 * @param base what sort of type it is, where text must be read in a way of its own
 * @param alwaysIdentity whether it is {@code GENERATED ALWAYS AS IDENTITY}, which cannot be updated
 */
record TargetColumn(String name, String type, Base base, boolean alwaysIdentity) {

    /** How text becomes a value of the type. */
    enum Base {
        /** By a cast, which goes through the type's input function. */
        CAST,
        /** By its input function by name: the cast from text to {@code "char"} is another function on older servers. */
        CHAR
    }

    /** Returns the quoted name. */
    String sql() {
        return Identifiers.quote(name);
    }

    /** Returns an expression of the column's type made from a text expression. */
    String fromText(String text) {
        return switch (base) {
            case CAST -> "(" + text + ")::" + type;
            case CHAR -> "charin(textout(" + text + "))";
        };
    }
}
