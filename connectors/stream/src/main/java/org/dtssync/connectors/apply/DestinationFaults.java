package org.dtssync.connectors.apply;

import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;

/** Faults of tables at the destination that other clients changed, with the same wording wherever they are detected. Stateless. */
public final class DestinationFaults {

    private DestinationFaults() {}

    /** Returns the fault of a missing table. */
    public static SyncException missing(TableName table) {
        return new SyncException(
                FaultKind.SHAPE_CHANGED,
                "Table " + table + " does not exist at the destination.",
                "Create it there as at the source, then run with " + loadAgain(table));
    }

    /** Returns the fault of a missing column. */
    public static SyncException missing(TableName table, String column) {
        return new SyncException(
                FaultKind.SHAPE_CHANGED,
                "Column " + column + " of table " + table + " does not exist at the destination.",
                "Add it there with the type it has at the source, then run with " + loadAgain(table));
    }

    /** Returns the fault of a column with another type than at the source. */
    public static SyncException otherType(TableName table, String column, String there, String atSource) {
        return new SyncException(
                FaultKind.SHAPE_CHANGED,
                "Column " + column + " of table " + table + " is " + there + " at the destination and " + atSource
                        + " at the source.",
                "Give it the source's type, then run with " + loadAgain(table));
    }

    /** Returns the fault of rows that another client changed. */
    static SyncException otherRows(TableName table, String how) {
        return new SyncException(
                FaultKind.DATA,
                "Table " + table + " at the destination was changed by another client: " + how + ".",
                "Find and stop the other client, then run with " + loadAgain(table));
    }

    private static String loadAgain(TableName table) {
        return "--resnapshot " + table + ", which reloads the table.";
    }
}
