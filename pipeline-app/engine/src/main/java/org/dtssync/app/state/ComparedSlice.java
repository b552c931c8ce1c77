package org.dtssync.app.state;

import java.util.List;
import java.util.OptionalLong;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * A slice of a table in a verification: a range of keys, or the whole table.
 *
 * @param table the table
 * @param number its number among the table's slices
 * @param lower the key it begins after, as texts; null if it is open
 * @param upper the key it ends with, as texts; null if it is open
 * @param rows how many rows it had at the source when it was found equal; empty if it was not
 */
public record ComparedSlice(
        TableName table,
        int number,
        @Nullable List<String> lower,
        @Nullable List<String> upper,
        OptionalLong rows) {

    /** Copies the bounds. */
    public ComparedSlice {
        lower = lower == null ? null : List.copyOf(lower);
        upper = upper == null ? null : List.copyOf(upper);
    }

    /** Returns a table that is one slice. */
    public static ComparedSlice whole(TableName table) {
        return new ComparedSlice(table, 0, null, null, OptionalLong.empty());
    }

    /** Returns the same slice as one that was found equal. */
    public ComparedSlice equal(long withRows) {
        return new ComparedSlice(table, number, lower, upper, OptionalLong.of(withRows));
    }
}
