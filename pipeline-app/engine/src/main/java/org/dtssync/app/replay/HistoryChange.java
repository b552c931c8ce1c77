package org.dtssync.app.replay;

import java.util.List;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.RowShape;
import org.dtssync.connectors.read.TableChange.Operation;
import org.jspecify.annotations.Nullable;

/**
 * One change as an auditor sees it. An update that gives a row another key is one change.
 *
 * @param lsn end of the commit record of its source transaction
 * @param commitTimeMicros when that committed, microseconds since 1970 UTC; null if it is not known
 * @param transaction the low 32 bits of its identifier
 * @param number the change's number within it, from 1
 * @param shape the table, and its columns at that time
 * @param operation what was done
 * @param key the row's key, after the change if that changed it; no columns if the table has none
 * @param before the row before the change, as far as it is known; null if nothing of it is
 * @param after the row after the change, without the values that were not sent; null if there is none
 * @param changed the columns that changed; where the row before is not known, those that can have changed
 */
public record HistoryChange(
        Lsn lsn,
        @Nullable Long commitTimeMicros,
        long transaction,
        long number,
        RowShape shape,
        Operation operation,
        RowValues key,
        @Nullable RowValues before,
        @Nullable RowValues after,
        List<String> changed) {

    /** Returns the table. */
    public TableName table() {
        return shape.table();
    }
}
