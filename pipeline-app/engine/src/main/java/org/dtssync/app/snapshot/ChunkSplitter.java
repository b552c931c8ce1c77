package org.dtssync.app.snapshot;

import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.catalog.KeyOrder;
import org.dtssync.app.state.Chunk;
import org.dtssync.app.state.TableProgress;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;

/**
 * Finds the end of a chunk that is open above, with one step along the key's index.
 *
 * <p>A worker that takes a table's tail splits off a chunk, returns the rest and copies the chunk: copying starts at
 * once, no table is read twice, and no snapshot lives longer than a step. Bounds need not be read in the snapshot of the
 * chunk: wherever they lie, they divide all keys. Thread-safe.
 *
 * @param chunkRows approximate number of rows per chunk
 */
record ChunkSplitter(int chunkRows) {

    /** A row is never smaller: line pointer, header and a key of one byte, aligned. */
    private static final int LEAST_ROW_BYTES = 36;

    /**
     * Returns whether the table may have more rows than a chunk. Statistics may be missing or old, so a table is considered small
     * only if its size leaves no doubt.
     */
    boolean mayExceedChunk(TableProgress table) {
        return table.estimatedRows() > chunkRows || table.estimatedBytes() > (long) chunkRows * LEAST_ROW_BYTES;
    }

    /** Returns the key at which the chunk should end; empty if the rest of the table fits into one chunk. */
    Optional<List<String>> bound(Chunk chunk, Connection source) throws SQLException {
        if (!chunk.isKeyed() || !chunk.isTail() || !mayExceedChunk(chunk.of())) {
            return Optional.empty();
        }
        TableName table = chunk.table();
        LoadedTables catalog = new LoadedTables(source);
        Optional<KeyOrder> order =
                catalog.keyOrder(table, chunk.of().keyColumns().orElseThrow());
        if (order.isEmpty()) {
            // A partitioned table whose partitions have keys but whose root has none: copied as a whole.
            return Optional.empty();
        }
        String from = catalog.shape(table).sql();
        String keys = Identifiers.quoteAll(chunk.of().keyColumns().orElseThrow());
        return walk(source, order.get(), keys, from, order.get().within(chunk.after(), chunk.upTo()));
    }

    /** Only the last key is printed: the server would also print those that OFFSET leaves out. */
    private Optional<List<String>> walk(Connection source, KeyOrder order, String keys, String from, String range)
            throws SQLException {
        String sql = "SELECT " + order.bound() + " FROM (SELECT " + keys + " FROM " + from + " WHERE " + range
                + " ORDER BY " + order.orderBy() + " OFFSET " + (chunkRows - 1) + " LIMIT 1) AS last";
        try (Statement statement = source.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            if (!rows.next()) {
                return Optional.empty();
            }
            Array bound = rows.getArray(1);
            return Optional.of(Arrays.asList((String[]) bound.getArray()));
        }
    }
}
