package org.dtssync.connectors.apply;

import org.dtssync.connectors.read.TableChange;
import org.jspecify.annotations.Nullable;

/** A change as it is folded: row values are in the order of the target table's columns. */
sealed interface Change {

    /** Returns the low 32 bits of the source transaction's identifier. */
    long transaction();

    /**
     * A new row.
     *
     * @param transaction low 32 bits of the transaction's identifier
     * @param row its values; some may be {@link TableChange#UNCHANGED} if it was moved from another key
     * @param movedFrom the key it had before, null if it is really new
     */
    @SuppressWarnings("ArrayRecordComponent") // Rows are never compared; copies would cost.
    record Insert(long transaction, Object[] row, @Nullable RowKey movedFrom) implements Change {}

    /**
     * A row with new values under the same key.
     *
     * @param transaction low 32 bits of the transaction's identifier
     * @param before the whole row before, null unless the table has no key
     * @param row its values; some may be {@link TableChange#UNCHANGED}
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Update(long transaction, Object @Nullable [] before, Object[] row) implements Change {}

    /**
     * A deleted row.
     *
     * @param transaction low 32 bits of the transaction's identifier
     * @param row its key columns' values, or all values if the table has no key
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Delete(long transaction, Object[] row) implements Change {}

    /**
     * All rows are deleted.
     *
     * @param transaction low 32 bits of the transaction's identifier
     */
    record Truncate(long transaction) implements Change {}
}
