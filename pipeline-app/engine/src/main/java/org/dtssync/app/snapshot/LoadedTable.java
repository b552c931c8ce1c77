package org.dtssync.app.snapshot;

import java.util.List;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;

/**
 * The facts about a source table that a copy needs.
 *
 * @param table the table
 * @param partitioned whether it is the root of partitions
 * @param columns its columns in order, without generated ones
 */
record LoadedTable(TableName table, boolean partitioned, List<String> columns) {

    LoadedTable {
        columns = List.copyOf(columns);
    }

    /** Returns the table for FROM, LOCK and TRUNCATE: partitions belong to it, children of plain inheritance do not. */
    String sql() {
        return partitioned ? table.sql() : "ONLY " + table.sql();
    }

    String columnsSql() {
        return Identifiers.quoteAll(columns);
    }
}
