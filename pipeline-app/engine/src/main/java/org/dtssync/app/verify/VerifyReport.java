package org.dtssync.app.verify;

import java.util.List;
import org.dtssync.connectors.postgres.Lsn;

/**
 * What a verification found.
 *
 * @param lsn the source's position that the destination had applied before the first row was read
 * @param tables one result a table, in the order of their names
 * @param differences the differences, a limited number for each table
 */
public record VerifyReport(Lsn lsn, List<TableResult> tables, List<Difference> differences) {

    /** Copies the lists. */
    public VerifyReport {
        tables = List.copyOf(tables);
        differences = List.copyOf(differences);
    }

    /** Returns whether every table is equal. */
    public boolean equal() {
        return tables.stream().allMatch(TableResult::equal);
    }
}
