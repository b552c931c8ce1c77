package org.dtssync.connectors.apply;

import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;

/** What may have been done to the tables at the destination, in the same words wherever it is detected. Stateless. */
public final class DestinationFaults {

    private DestinationFaults() {}

    /** Returns the fault of a table that is not there. */
    public static SyncException missing(TableName table) {
        return new SyncException(
                FaultKind.STRUCTURE_CHANGED,
                "Table " + table + " does not exist at the destination.",
                "Make it there with the structure it has at the source, then run with " + loadAgain(table));
    }

    /** Returns the fault of a column that is not there. */
    public static SyncException missing(TableName table, String column) {
        return new SyncException(
                FaultKind.STRUCTURE_CHANGED,
                "Column " + column + " of table " + table + " does not exist at the destination.",
                "Add it there with the type it has at the source, then run with " + loadAgain(table));
    }

    /** Returns the fault of a column that holds something else than at the source. */
    public static SyncException otherType(TableName table, String column, String there, String atSource) {
        return new SyncException(
                FaultKind.STRUCTURE_CHANGED,
                "Column " + column + " of table " + table + " is " + there + " at the destination and " + atSource
                        + " at the source.",
                "Give it the source's type, then run with " + loadAgain(table));
    }

    /** Returns the fault of rows that are not as the task left them. */
    static SyncException otherRows(TableName table, String how) {
        return new SyncException(
                FaultKind.DATA,
                "Table " + table + " at the destination was changed by something else: " + how + ".",
                "Find out who else writes there and end it, then run with " + loadAgain(table));
    }

    private static String loadAgain(TableName table) {
        return "--resnapshot " + table + ", which loads the table again.";
    }
}
