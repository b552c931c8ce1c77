package org.dtssync.connectors.capture;

import java.util.List;
import java.util.Optional;
import org.dtssync.connectors.postgres.TableName;

/**
 * A table whose changes are captured, with the structure it is captured with.
 *
 * @param table the table; a partitioned table is captured as its root
 * @param keyColumns the replica identity's columns; empty if the table has no key
 * @param columns every column but the generated ones, in the order of the table
 */
public record CapturedTable(TableName table, Optional<List<String>> keyColumns, List<String> columns) {

    /** Copies the lists. */
    public CapturedTable {
        keyColumns = keyColumns.map(List::copyOf);
        columns = List.copyOf(columns);
    }
}
