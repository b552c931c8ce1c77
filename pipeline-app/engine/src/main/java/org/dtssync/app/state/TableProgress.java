package org.dtssync.app.state;

import java.util.List;
import java.util.Optional;
import org.dtssync.connectors.postgres.TableName;

/**
 * One captured table and its progress. Partitioned tables appear as their root.
 *
 * @param table the table
 * @param state its state
 * @param keyColumns the replica identity's columns in key order; empty if the table has no key
 * @param estimatedRows rows by the source's statistics
 * @param estimatedBytes size at the source without indexes
 * @param snapshotRows rows loaded by the snapshot so far
 * @param snapshotBytes bytes of COPY text loaded by the snapshot so far
 * @param visibleSnapshot text of the {@code pg_snapshot} under which a table without a key was copied
 */
public record TableProgress(
        TableName table,
        TableState state,
        Optional<List<String>> keyColumns,
        long estimatedRows,
        long estimatedBytes,
        long snapshotRows,
        long snapshotBytes,
        Optional<String> visibleSnapshot) {

    /** Returns the same in another state. */
    public TableProgress in(TableState other) {
        return new TableProgress(
                table, other, keyColumns, estimatedRows, estimatedBytes, snapshotRows, snapshotBytes, visibleSnapshot);
    }
}
