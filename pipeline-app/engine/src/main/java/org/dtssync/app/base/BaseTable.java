package org.dtssync.app.base;

import java.util.List;
import java.util.Optional;
import org.dtssync.app.state.RecordedShape;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;

/**
 * A table in a base.
 *
 * @param table its name
 * @param keyColumns the replica identity's columns; empty if it has no key
 * @param columns its columns in order, without generated ones
 * @param shape what it is captured with
 * @param rows how many rows it has
 * @param digest of its rows in any order, see {@link RowDigest}
 * @param files its rows; none if it is empty
 */
public record BaseTable(
        TableName table,
        Optional<List<String>> keyColumns,
        List<BaseColumn> columns,
        RecordedShape shape,
        long rows,
        String digest,
        List<BaseFile> files) {

    /** Copies the lists. */
    public BaseTable {
        keyColumns = keyColumns.map(List::copyOf);
        columns = List.copyOf(columns);
        files = List.copyOf(files);
    }

    /** Returns its columns for SQL. */
    public String columnsSql() {
        return Identifiers.quoteAll(columns.stream().map(BaseColumn::name).toList());
    }
}
