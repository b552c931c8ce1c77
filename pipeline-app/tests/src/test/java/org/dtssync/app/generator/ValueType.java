package org.dtssync.app.generator;

import java.util.function.IntFunction;

/**
 * A type that a generated column can have.
 *
 * @param sql the type as a statement has it
 * @param value an expression for the value of a number; it passes the type's own constraints
 * @param isUnique whether numbers have different values, and they can be a key
 * @param isComparable whether it has a default operator class for B-trees
 * @param isCollatable whether a collation can be given
 * @param needsMore whether it depends on objects of the generated schema
 */
record ValueType(
        String sql,
        IntFunction<String> value,
        boolean isUnique,
        boolean isComparable,
        boolean isCollatable,
        boolean needsMore) {

    static ValueType key(String sql, IntFunction<String> value) {
        return new ValueType(sql, value, true, true, false, false);
    }

    static ValueType plain(String sql, IntFunction<String> value) {
        return new ValueType(sql, value, false, true, false, false);
    }

    static ValueType text(String sql, IntFunction<String> value) {
        return new ValueType(sql, value, true, true, true, false);
    }

    static ValueType opaque(String sql, IntFunction<String> value) {
        return new ValueType(sql, value, false, false, false, false);
    }

    /** Returns a type made from objects of the generated schema. */
    static ValueType made(String sql, IntFunction<String> value, boolean isUnique, boolean isComparable) {
        return new ValueType(sql, value, isUnique, isComparable, false, true);
    }
}
