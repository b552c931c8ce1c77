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
 * @param binaryForms for each column, what its values look like in a binary COPY; empty for one whose binary form may differ from
 *     server to server
 */
record LoadedTable(TableName table, boolean partitioned, List<String> columns, List<String> binaryForms) {

    LoadedTable {
        columns = List.copyOf(columns);
        binaryForms = List.copyOf(binaryForms);
    }

    /**
     * Returns how rows of this table go into the other one: in binary if every value has a form there that is known to be the same, else
     * as text, which also suits a column of another type.
     */
    CopyFormat formatFor(LoadedTable other) {
        for (int i = 0; i < columns.size(); i++) {
            String form = binaryForms.get(i);
            int there = other.columns.indexOf(columns.get(i));
            if (form.isEmpty() || there < 0 || !form.equals(other.binaryForms.get(there))) {
                return CopyFormat.TEXT;
            }
        }
        return CopyFormat.BINARY;
    }

    /** Returns the table for FROM, LOCK and TRUNCATE: partitions belong to it, children of plain inheritance do not. */
    String sql() {
        return partitioned ? table.sql() : "ONLY " + table.sql();
    }

    String columnsSql() {
        return Identifiers.quoteAll(columns);
    }
}
