package org.dtssync.connectors.apply;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SourceWal;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Finds, before the consistency point, the rows whose values were not sent and which the destination does not have yet, and
 * reads their current state from the source.
 *
 * <p>Such a row did not exist when its chunk was copied, or is now in another chunk's range. Its state is newer than
 * the stream's position, so the consistency point moves past it; if it no longer exists, its deletion follows in the stream.
 * Thread-safe.
 */
public final class CatchUpRows {

    static final int KEYS_PER_QUERY = 500;

    /** Bytes of rows that are held at a time. */
    static final long HELD_BYTES = 16L << 20;

    private final DatabaseConnections source;
    private final ConsistencyPoint consistencyPoint;
    private final SourceTables tables;

    /**
     * Creates a reader of the source; opens nothing yet.
     *
     * @param tables whether the source's tables are those that the destination has
     */
    public CatchUpRows(DatabaseConnections source, ConsistencyPoint consistencyPoint, SourceTables tables) {
        this.source = source;
        this.consistencyPoint = consistencyPoint;
        this.tables = tables;
    }

    /** Determines whether a table of the source is the one that the destination has: commands that changed it may still be on their way. */
    @FunctionalInterface
    public interface SourceTables {

        /** They always are. */
        SourceTables SAME = (session, table) -> Set.of();

        /**
         * Requires that.
         *
         * @param session whose transaction has locked the table
         * @return the object identifiers of partitions that the destination does not have yet, as text: what moved there is gone
         * @throws SyncException of kind SHAPE_CHANGED if it is another one
         */
        Set<String> require(Connection session, TableName table) throws SQLException;
    }

    /** Receives source rows as they arrive. */
    interface Found {
        /**
         * Receives a row.
         *
         * @param number the place of its key in the list
         * @param row its values, as text
         * @param size how many bytes it takes
         * @return whether it needs more
         */
        boolean row(int number, Object[] row, long size) throws SQLException;

        /** Called when there are no more; not called if it needed no more. */
        void end() throws SQLException;
    }

    /**
     * Completes the rows of folds that the destination cannot complete.
     *
     * <p>A row that was moved is never completed from the destination, not even where it came back to its key: what lies under
     * that key there may be another row, which a chunk copied in between, or a row read from the source then, had found in its
     * place. A row that stayed is: a row that takes its place later is moved there, or sent whole.
     *
     * @return rows that were removed from the folds since they are too large; to be written after the folds
     */
    LateRows complete(Connection destination, Collection<TableFold> folds) throws SQLException {
        Completion completion = new Completion(new LateRows(this));
        for (TableFold fold : folds) {
            List<OpenRow> open = new ArrayList<>();
            fold.slots().forEach((key, slot) -> {
                TableFold.Row row = slot.after();
                if (row != null && row.base() != null) {
                    open.add(new OpenRow(key, slot, row.base(), row.moved()));
                }
            });
            for (int from = 0; from < open.size(); from += KEYS_PER_QUERY) {
                complete(
                        destination,
                        fold,
                        open.subList(from, Math.min(open.size(), from + KEYS_PER_QUERY)),
                        completion);
            }
        }
        return completion.late;
    }

    /** A row that has values that were not sent, with its key, and the key under which the destination holds these values. */
    private record OpenRow(RowKey key, TableFold.Slot slot, RowKey base, boolean moved) {}

    private void complete(Connection destination, TableFold fold, List<OpenRow> part, Completion completion)
            throws SQLException {
        List<RowKey> bases = part.stream().map(OpenRow::base).toList();
        Set<Integer> wanted = missing(destination, fold.table(), bases);
        for (int i = 0; i < part.size(); i++) {
            if (part.get(i).moved()) {
                wanted.add(i);
            }
        }
        if (wanted.isEmpty()) {
            return;
        }
        CompletedPart completed = new CompletedPart(
                completion, fold, wanted.stream().sorted().map(part::get).toList());
        if (completion.hasRoom()) {
            read(destination, fold.table(), completed.keys(), completed);
        }
        completed.postpone();
    }

    /** Rows that were read so far, as long as memory allows, and those that it does not allow. */
    private static final class Completion {

        private final LateRows late;
        private long bytes;

        Completion(LateRows late) {
            this.late = late;
        }

        boolean hasRoom() {
            return bytes < HELD_BYTES;
        }
    }

    /** Puts rows into the slots of a fold. */
    private static final class CompletedPart implements Found {

        private final Completion completion;
        private final TableFold fold;
        private final List<OpenRow> rows;
        private final boolean[] done;

        CompletedPart(Completion completion, TableFold fold, List<OpenRow> rows) {
            this.completion = completion;
            this.fold = fold;
            this.rows = rows;
            this.done = new boolean[rows.size()];
        }

        List<RowKey> keys() {
            return rows.stream().map(OpenRow::key).toList();
        }

        @Override
        public boolean row(int number, Object[] row, long size) {
            rows.get(number).slot().replace(row);
            done[number] = true;
            completion.bytes += size;
            return completion.hasRoom();
        }

        /** The deletion of a row that no longer exists at the source follows in the stream. */
        @Override
        public void end() {
            for (int i = 0; i < done.length; i++) {
                if (!done[i]) {
                    rows.get(i).slot().replace(null);
                }
            }
            Arrays.fill(done, true);
        }

        void postpone() {
            for (int i = 0; i < done.length; i++) {
                if (!done[i]) {
                    fold.slots().remove(rows.get(i).key());
                    completion.late.add(fold.table(), rows.get(i).key());
                }
            }
        }
    }

    /** Reads the current state of rows, and moves the consistency point past that once no crash can revert it. */
    void read(Connection destination, TargetTable table, List<RowKey> keys, Found found) throws SQLException {
        try (Connection watching = source.open()) {
            try (Connection connection = source.open()) {
                connection.setAutoCommit(false);
                // What is compared and what is read is of one moment; LOCK takes no snapshot.
                connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                Set<String> without = lock(connection, table);
                copy(connection, table, keys, without, found);
                if (!connection.isClosed()) {
                    connection.rollback();
                }
            }
            consistencyPoint.raise(destination, flushed(watching));
        }
    }

    private Set<String> lock(Connection connection, TargetTable table) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("LOCK TABLE " + table.onlySql() + " IN ACCESS SHARE MODE");
        } catch (SQLException e) {
            connection.rollback();
            // It may be gone.
            tables.require(connection, table.name());
            throw unreadable(table, e);
        }
        return tables.require(connection, table.name());
    }

    private static Lsn flushed(Connection connection) {
        try {
            Lsn lsn = SourceWal.inserted(connection);
            SourceWal.awaitFlushed(connection, lsn);
            return lsn;
        } catch (SQLException e) {
            throw SqlFaults.explain("The source's position could not be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SyncException(FaultKind.TRANSIENT, "The catch-up was interrupted.", "", e);
        }
    }

    private static Set<Integer> missing(Connection destination, TargetTable table, List<RowKey> keys)
            throws SQLException {
        Set<Integer> missing = new HashSet<>();
        try (Statement statement = destination.createStatement();
                ResultSet result = statement.executeQuery("SELECT s.n FROM " + staged(table, keys)
                        + " WHERE NOT EXISTS (SELECT 1 FROM " + table.onlySql() + " t WHERE " + matches(table) + ")")) {
            while (result.next()) {
                missing.add(result.getInt(1));
            }
        }
        return missing;
    }

    /** By COPY, whose text is exact whatever the type, and row by row, each of which may be many megabytes. */
    private static void copy(
            Connection connection, TargetTable table, List<RowKey> keys, Set<String> without, Found found)
            throws SQLException {
        String columns =
                table.columns().stream().map(column -> "t." + column.sql()).collect(Collectors.joining(", "));
        String sql = "COPY (SELECT s.n, " + columns + " FROM " + staged(table, keys) + " JOIN " + table.onlySql()
                + " t ON " + matches(table)
                + (without.isEmpty() ? "" : " AND t.tableoid <> ALL ('{" + String.join(",", without) + "}')")
                + ") TO STDOUT";
        CopyOut copy = begin(connection, table, sql);
        try {
            for (byte[] line = next(copy, table); line != null; line = next(copy, table)) {
                long size = line.length;
                Object[] fields = CopyFields.parse(line);
                Object[] row = Arrays.copyOfRange(fields, 1, fields.length);
                if (!found.row(Integer.parseInt(fields[0].toString()), row, size)) {
                    return;
                }
            }
            found.end();
        } finally {
            if (copy.isActive()) {
                // A cancellation could come after the last row, and would hit whatever the session does next.
                connection.abort(Runnable::run);
            }
        }
    }

    private static CopyOut begin(Connection connection, TargetTable table, String sql) {
        try {
            return connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
        } catch (SQLException e) {
            throw unreadable(table, e);
        }
    }

    private static byte @Nullable [] next(CopyOut copy, TargetTable table) {
        try {
            return copy.readFromCopy();
        } catch (SQLException e) {
            throw unreadable(table, e);
        }
    }

    private static SyncException unreadable(TargetTable table, SQLException e) {
        return SqlFaults.explain("Rows of table " + table.name() + " could not be read from the source", e);
    }

    /** Returns what to write behind FROM to have keys with their numbers. */
    private static String staged(TargetTable table, List<RowKey> keys) {
        StringBuilder values = new StringBuilder("(VALUES ");
        for (int i = 0; i < keys.size(); i++) {
            values.append(i == 0 ? "(" : ", (").append(i);
            for (int k = 0; k < table.keyIndexes().length; k++) {
                values.append(", ").append(Staging.literal(keys.get(i).value(k)));
            }
            values.append(')');
        }
        return values.append(") s(n").append(stagedKeys(table)).append(')').toString();
    }

    private static String stagedKeys(TargetTable table) {
        return IntStream.range(0, table.keyIndexes().length)
                .mapToObj(k -> ", c" + k)
                .collect(Collectors.joining());
    }

    private static String matches(TargetTable table) {
        return IntStream.range(0, table.keyIndexes().length)
                .mapToObj(k -> column(table, k).isEqual("t", "s.c" + k))
                .collect(Collectors.joining(" AND "));
    }

    private static TargetColumn column(TargetTable table, int keyIndex) {
        return table.columns().get(table.keyIndexes()[keyIndex]);
    }
}
