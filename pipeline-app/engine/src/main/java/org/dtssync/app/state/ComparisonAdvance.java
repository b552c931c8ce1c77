package org.dtssync.app.state;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.Optional;
import org.dtssync.connectors.postgres.DatabaseConnections;

/**
 * How far the comparison is that an instance of a task makes, as that instance recorded it.
 *
 * @param rows rows that were found equal so far
 * @param estimatedRows rows of all tables, by the source's statistics when they were loaded
 */
public record ComparisonAdvance(long rows, long estimatedRows) {

    /**
     * Reads it.
     *
     * @return empty while none is under way
     * @throws org.dtssync.connectors.fault.SyncException if the destination cannot be asked
     */
    public static Optional<ComparisonAdvance> read(DatabaseConnections destination, String task) {
        return destination.inTransaction("The progress of the comparison could not be read", connection -> {
            try (PreparedStatement statement = connection.prepareStatement("""
                    SELECT (SELECT coalesce(sum(s.rows), 0)::bigint FROM dts_sync.comparison_slice s WHERE s.task = c.task),
                           (SELECT coalesce(sum(t.estimated_rows), 0)::bigint FROM dts_sync.table_progress t
                            WHERE t.task = c.task AND t.state <> 'skipped')
                    FROM dts_sync.comparison c WHERE c.task = ?
                    """)) {
                statement.setString(1, task);
                try (ResultSet rows = statement.executeQuery()) {
                    return rows.next()
                            ? Optional.of(new ComparisonAdvance(rows.getLong(1), rows.getLong(2)))
                            : Optional.empty();
                }
            }
        });
    }
}
