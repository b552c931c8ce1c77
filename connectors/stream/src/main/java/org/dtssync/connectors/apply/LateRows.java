package org.dtssync.connectors.apply;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows to be read from the source that are too many bytes to be held with the fold they belong to. They are written behind it, in
 * the same transaction, a few at a time. Not thread-safe.
 */
final class LateRows {

    private final CatchUpRows source;
    private final Map<TargetTable, List<RowKey>> keys = new LinkedHashMap<>();

    LateRows(CatchUpRows source) {
        this.source = source;
    }

    void add(TargetTable table, RowKey key) {
        keys.computeIfAbsent(table, absent -> new ArrayList<>()).add(key);
    }

    /** Reads the rows as they are at the source now and writes them. */
    void write(Connection destination, BatchWriter writer) throws SQLException {
        for (Map.Entry<TargetTable, List<RowKey>> table : keys.entrySet()) {
            List<RowKey> all = table.getValue();
            for (int from = 0; from < all.size(); from += CatchUpRows.KEYS_PER_QUERY) {
                List<RowKey> part = all.subList(from, Math.min(all.size(), from + CatchUpRows.KEYS_PER_QUERY));
                source.read(destination, table.getKey(), part, new Portions(destination, writer, table.getKey(), part));
            }
        }
    }

    /** Writes rows as they come, as many at a time as may be held. */
    private static final class Portions implements CatchUpRows.Found {

        private final Connection destination;
        private final BatchWriter writer;
        private final TargetTable table;
        private final List<RowKey> keys;
        private final boolean[] found;
        private BatchFold rows = new BatchFold();
        private long bytes;

        Portions(Connection destination, BatchWriter writer, TargetTable table, List<RowKey> keys) {
            this.destination = destination;
            this.writer = writer;
            this.table = table;
            this.keys = keys;
            this.found = new boolean[keys.size()];
        }

        @Override
        public boolean row(int number, Object[] row, long size) throws SQLException {
            found[number] = true;
            rows.add(table, new Change.Insert(0, row, null));
            bytes += size;
            if (bytes >= CatchUpRows.HELD_BYTES) {
                write();
            }
            return true;
        }

        /** What is gone at the source is to be gone. */
        @Override
        public void end() throws SQLException {
            for (int i = 0; i < found.length; i++) {
                if (!found[i]) {
                    Object[] row = new Object[table.columns().size()];
                    for (int k = 0; k < table.keyIndexes().length; k++) {
                        row[table.keyIndexes()[k]] = keys.get(i).value(k);
                    }
                    rows.add(table, new Change.Delete(0, row));
                }
            }
            write();
        }

        private void write() throws SQLException {
            writer.writePiece(destination, rows, WriteMode.CONVERGE);
            rows = new BatchFold();
            bytes = 0;
        }
    }
}
