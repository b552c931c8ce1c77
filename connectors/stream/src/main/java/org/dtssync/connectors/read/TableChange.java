package org.dtssync.connectors.read;

import java.util.HashMap;
import java.util.Map;
import org.dtssync.connectors.postgres.Lsn;
import org.jspecify.annotations.Nullable;

/**
 * One decoded change of one table.
 *
 * <p>A value is null for NULL, {@link #UNCHANGED} if it was not sent, a {@code byte[]} for {@code bytea}, and otherwise an
 * object that {@link ValueText} turns into PostgreSQL's text. Rows have their values in the order of the shape's columns. The
 * arrays belong to the receiver, which may change them.
 *
 * <p>An update that moves a row to another key comes as two changes: a {@code DELETE} of the old key and right behind it an
 * {@code INSERT} that names it.
 *
 * @param operation what was done
 * @param shape the table and the columns of the rows
 * @param commit end of the commit record of the source transaction
 * @param number the change's number within its source transaction, from 1
 * @param transaction the low 32 bits of the source transaction's identifier
 * @param before the row before the change: of a {@code DELETE} the key columns' values, or all values if the table has no key;
 *     of an {@code UPDATE} all values if the source sent them, which it always does if the table has no key; otherwise null
 * @param after the row after the change; null for {@code DELETE} and {@code TRUNCATE}
 * @param movedFrom the key that an inserted row had before; null if it is new
 */
@SuppressWarnings("ArrayRecordComponent") // Rows are never compared; copies would cost.
public record TableChange(
        Operation operation,
        RowShape shape,
        Lsn commit,
        long number,
        long transaction,
        Object @Nullable [] before,
        Object @Nullable [] after,
        @Nullable KeyValues movedFrom) {

    /** Stands in a row for a value that was not sent because it did not change. */
    public static final Object UNCHANGED = Marker.UNCHANGED;

    /** Returns the columns of the row after the change as texts; they are null for NULL. */
    public Map<String, @Nullable String> texts() {
        Map<String, @Nullable String> texts = new HashMap<>();
        if (after != null) {
            for (int i = 0; i < after.length; i++) {
                Object value = after[i];
                texts.put(shape.columns().get(i).name(), value == null ? null : value.toString());
            }
        }
        return texts;
    }

    /** What a change does. */
    public enum Operation {
        /** A new row, or one that comes from another key. */
        INSERT,
        /** Other values of a row under the same key. */
        UPDATE,
        /** A row is removed, or moves to another key. */
        DELETE,
        /** All rows are removed. */
        TRUNCATE
    }

    private enum Marker {
        UNCHANGED
    }
}
