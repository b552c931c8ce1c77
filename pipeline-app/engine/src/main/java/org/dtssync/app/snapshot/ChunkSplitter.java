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
import org.dtssync.connectors.postgres.TableName;

/**
 * Finds where a chunk that is open above should end, by one step along the key's index.
 *
 * <p>A worker that takes a table's tail cuts a chunk off it, gives the rest back and copies what it cut: copying starts at
 * once, nobody reads the table twice, and no snapshot lives longer than a step. Bounds need not be read in the snapshot of the
 * chunk: wherever they lie, they divide all keys. Thread-safe.
 *
 * @param chunkRows about how many rows a chunk has
 */
record ChunkSplitter(int chunkRows) {

    /** A row is never smaller: line pointer, header and a key of one byte, aligned. */
    private static final int LEAST_ROW_BYTES = 36;

    /**
     * Returns whether the table may have more rows than a chunk. Statistics may be absent or old, so a table is held for small
     * only if its size leaves no doubt.
     */
    boolean mayExceedChunk(TableProgress table) {
        return table.estimatedRows() > chunkRows || table.estimatedBytes() > (long) chunkRows * LEAST_ROW_BYTES;
    }

    /** Returns the key at which the chunk should end; empty if what is left of the table fits one chunk. */
    Optional<List<String>> bound(Chunk chunk, Connection source) throws SQLException {
        if (!chunk.isKeyed() || !chunk.isTail() || !mayExceedChunk(chunk.of())) {
            return Optional.empty();
        }
        TableName table = chunk.table();
        ShapeCatalog catalog = new ShapeCatalog(source);
        Optional<KeyOrder> order =
                catalog.keyOrder(table, chunk.of().keyColumns().orElseThrow());
        if (order.isEmpty()) {
            // A partitioned table whose parts have keys while the root has none: copied whole.
            return Optional.empty();
        }
        String from = catalog.shapes(List.of(table)).get(table).sql();
        return walk(source, order.get(), from, order.get().within(chunk.after(), chunk.upTo()));
    }

    private Optional<List<String>> walk(Connection source, KeyOrder order, String from, String range)
            throws SQLException {
        String sql = "SELECT " + order.bound() + " FROM " + from + " WHERE " + range + " ORDER BY " + order.orderBy()
                + " OFFSET " + (chunkRows - 1) + " LIMIT 1";
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
