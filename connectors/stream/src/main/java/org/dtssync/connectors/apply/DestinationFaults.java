package org.dtssync.connectors.apply;

import java.io.Serial;
import java.util.Optional;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;

/** Faults of tables at the destination that other clients changed, with the same wording wherever they are detected. Stateless. */
public final class DestinationFaults {

    private DestinationFaults() {}

    /** Says to callers which table a fault is of; people read its name in the sentence. */
    private static final class OfTable extends Exception {

        @Serial
        private static final long serialVersionUID = 1;

        private final transient TableName table;

        OfTable(TableName table) {
            super("Table " + table, null, false, false);
            this.table = table;
        }
    }

    /** Returns the table whose columns are not those of its changes; empty for any other fault. */
    public static Optional<TableName> otherColumns(SyncException fault) {
        return fault.getCause() instanceof OfTable of ? Optional.of(of.table) : Optional.empty();
    }

    /** Returns the fault of a table whose columns are not those of its changes. */
    static SyncException otherColumns(TableName table, String what, String remedy) {
        return new SyncException(FaultKind.SHAPE_CHANGED, what, remedy, new OfTable(table));
    }

    /** Returns the fault of a missing table. */
    public static SyncException missing(TableName table) {
        return new SyncException(
                FaultKind.SHAPE_CHANGED,
                "Table " + table + " does not exist at the destination.",
                "Create it there as at the source, then run with " + loadAgain(table));
    }

    /** Returns the fault of a missing column. */
    public static SyncException missing(TableName table, String column) {
        return otherColumns(
                table,
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
