package org.dtssync.connectors.capture;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/**
 * A table whose changes are captured, with the structure it is captured with.
 *
 * @param table the table; a partitioned table is captured as its root
 * @param keyColumns the replica identity's columns; empty if the table has no key
 * @param columns every column but the generated ones, in the order of the table
 * @param earlier what of the stream may still have an earlier structure
 */
public record CapturedTable(TableName table, Optional<List<String>> keyColumns, List<String> columns, Earlier earlier) {

    /** Copies the lists. */
    public CapturedTable {
        keyColumns = keyColumns.map(List::copyOf);
        columns = List.copyOf(columns);
    }

    /** A table whose structure never changed. */
    public CapturedTable(TableName table, Optional<List<String>> keyColumns, List<String> columns) {
        this(table, keyColumns, columns, Earlier.NONE);
    }

    /**
     * What of the stream may have another structure than the table has now, since the change was accepted.
     *
     * @param until transactions that committed up to here may have an earlier structure
     * @param ignoredUntil transactions that committed up to here are not applied to the table, whatever their structure
     * @param names earlier names of renamed columns by the name they have now
     */
    public record Earlier(Lsn until, Lsn ignoredUntil, Map<String, String> names) {

        /** The structure never changed. */
        public static final Earlier NONE = new Earlier(Lsn.ZERO, Lsn.ZERO, Map.of());

        /** Copies the names. */
        public Earlier {
            names = Map.copyOf(names);
        }
    }
}
