package org.dtssync.app.state;

import java.util.List;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/**
 * What a verification found, as it is kept.
 *
 * @param lsn the source's position that the destination had applied before the first row was read
 * @param equal whether every table is equal
 * @param tables what was found in each table
 * @param differences rows that differ, a limited number for each table
 */
public record VerificationOutcome(Lsn lsn, boolean equal, List<Table> tables, List<Row> differences) {

    /** Copies the lists. */
    public VerificationOutcome {
        tables = List.copyOf(tables);
        differences = List.copyOf(differences);
    }

    /**
     * What was found in one table.
     *
     * @param table the table
     * @param rows rows at the source
     * @param chunks in how many chunks they were read
     * @param missing rows that the destination lacks
     * @param extra rows that only the destination has
     * @param changed rows that both have with different values
     */
    public record Table(TableName table, long rows, int chunks, long missing, long extra, long changed) {}

    /**
     * A row that differs.
     *
     * @param table its table
     * @param key its key's values as texts, by which it can be read again; empty if it has none
     * @param kind missing, extra or changed
     * @param columns the columns that differ, for changed rows
     */
    public record Row(TableName table, List<String> key, String kind, List<String> columns) {

        /** Copies the lists. */
        public Row {
            key = List.copyOf(key);
            columns = List.copyOf(columns);
        }
    }

    /** Returns how many rows were compared. */
    long rows() {
        return tables.stream().mapToLong(Table::rows).sum();
    }
}
