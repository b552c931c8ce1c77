package org.dtssync.connectors.apply;

import java.io.Serial;
import java.util.Optional;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.TableName;

/**
 * Faults of tables that changes are applied to and that other clients changed, with the same wording wherever they are detected.
 *
 * @param here the database that is written to: in reverse replication the source
 */
public record DestinationFaults(End here) {

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
    public SyncException missing(TableName table) {
        return new SyncException(
                FaultKind.SHAPE_CHANGED,
                "Table " + table + " does not exist at the " + here + ".",
                "Create it there as at the " + other() + ", then run with " + loadAgain(table));
    }

    /** Returns the fault of a missing column. */
    public SyncException missing(TableName table, String column) {
        return otherColumns(
                table,
                "Column " + column + " of table " + table + " does not exist at the " + here + ".",
                "Add it there with the type it has at the " + other() + ", then run with " + loadAgain(table));
    }

    /** Returns the fault of a column with another type than at the source. */
    public SyncException otherType(TableName table, String column, String type, String expected) {
        return new SyncException(
                FaultKind.SHAPE_CHANGED,
                "Column " + column + " of table " + table + " is " + type + " at the " + here + " and " + expected
                        + " at the " + other() + ".",
                "Give it the type that it has at the " + other() + ", then run with " + loadAgain(table));
    }

    /** Returns the fault of rows that another client changed. */
    SyncException otherRows(TableName table, String how) {
        return new SyncException(
                FaultKind.DATA,
                "Table " + table + " at the " + here + " was changed by another client: " + how + ".",
                "Find and stop the other client, then run with " + loadAgain(table));
    }

    /** Returns the fault of a column that only this database has. */
    SyncException onlyHere(TableName table, String column) {
        return otherColumns(
                table,
                "Column " + column + " of table " + table + " exists only at the " + here + ".",
                "Drop it there, or add it at the " + other() + " and accept the schema change.");
    }

    /** Returns the fault of an earlier column that is missing. */
    SyncException missingEarlier(TableName table, String column) {
        return reload(table, "Column " + column + " of table " + table + " does not exist at the " + here + ".");
    }

    /** Returns the fault of changes that fit the table no more. */
    SyncException reload(TableName table, String what) {
        return otherColumns(table, what, "Run with --resnapshot " + table + ".");
    }

    private End other() {
        return here == End.SOURCE ? End.DESTINATION : End.SOURCE;
    }

    private static String loadAgain(TableName table) {
        return "--resnapshot " + table + ", which reloads the table.";
    }
}
