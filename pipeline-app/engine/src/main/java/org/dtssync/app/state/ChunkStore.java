package org.dtssync.app.state;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.dtssync.connectors.apply.ApplySettings.AppliedTable;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/**
 * The task's chunks in the destination's dts_sync schema.
 *
 * <p>Every method that writes begins its transaction with the epoch. Methods named for an act on a given connection leave it
 * without an open transaction, except {@link #claim}, whose transaction {@link #commit} ends. Thread-safe.
 */
public final class ChunkStore {

    private final ProgressStore progress;
    private final Epoch epoch;

    /**
     * Creates a store of one task; opens nothing yet.
     *
     * @param progress the task's progress, in the same database
     * @param epoch the right to write there
     */
    public ChunkStore(ProgressStore progress, Epoch epoch) {
        this.progress = progress;
        this.epoch = epoch;
    }

    /** Removes the rows of tables in the connection's transaction. */
    @FunctionalInterface
    public interface Emptying {

        /** Leaves the rows where they are. */
        Emptying NONE = (destination, tables) -> {};

        /** Empties them. */
        void empty(Connection destination, List<TableName> tables) throws SQLException;
    }

    /**
     * Gives every table that has none its first chunk, the whole table; not those that are set aside.
     *
     * @param emptying what removes the rows these tables have at the destination, in the same transaction, so once only
     */
    public void plan(Connection destination, Emptying emptying) throws SQLException {
        epoch.hold(destination);
        List<TableName> planned = new ArrayList<>();
        try (PreparedStatement statement = destination.prepareStatement("""
                INSERT INTO dts_sync.chunk (task, schema_name, table_name, number, state)
                SELECT t.task, t.schema_name, t.table_name, 0, 'pending'
                FROM dts_sync.table_progress t
                WHERE t.task = ? AND t.state IN ('pending', 'copying') AND t.apply_after IS DISTINCT FROM ?::pg_lsn
                  AND NOT EXISTS (SELECT FROM dts_sync.chunk c
                                  WHERE (c.task, c.schema_name, c.table_name) = (t.task, t.schema_name, t.table_name))
                RETURNING schema_name, table_name
                """)) {
            statement.setString(1, epoch.task());
            statement.setString(2, AppliedTable.NEVER.toString());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    planned.add(new TableName(rows.getString(1), rows.getString(2)));
                }
            }
        }
        if (!planned.isEmpty()) {
            emptying.empty(destination, planned);
            Failpoint.SNAPSHOT_TABLES_EMPTIED.reached();
        }
        destination.commit();
    }

    /** Reads the chunks that are not copied yet, of tables that are not loaded yet. */
    public List<Chunk> pending(Connection destination) throws SQLException {
        Map<TableName, TableProgress> tables = progress.tables(destination).stream()
                .filter(table -> table.state() == TableState.PENDING || table.state() == TableState.COPYING)
                .collect(Collectors.toMap(TableProgress::table, Function.identity()));
        List<Chunk> chunks = new ArrayList<>();
        try (PreparedStatement statement = destination.prepareStatement("""
                SELECT schema_name, table_name, number, lower_bound, upper_bound, copied_whole
                FROM dts_sync.chunk c JOIN dts_sync.table_progress t USING (task, schema_name, table_name)
                WHERE task = ? AND c.state = 'pending'
                """)) {
            statement.setString(1, epoch.task());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    TableProgress table = tables.get(new TableName(rows.getString(1), rows.getString(2)));
                    if (table != null) {
                        TableProgress of = rows.getBoolean(6) ? whole(table) : table;
                        chunks.add(new Chunk(
                                of,
                                rows.getInt(3),
                                Statements.texts(rows.getArray(4)),
                                Statements.texts(rows.getArray(5))));
                    }
                }
            }
        }
        destination.commit();
        return chunks;
    }

    /** A table that has to be copied in one snapshot is copied like one without a key. */
    private static TableProgress whole(TableProgress table) {
        return new TableProgress(
                table.table(),
                table.state(),
                Optional.empty(),
                table.estimatedRows(),
                table.estimatedBytes(),
                table.snapshotRows(),
                table.snapshotBytes(),
                table.visibleSnapshot());
    }

    /**
     * Records that a chunk's table is being copied, and sets the chunk's upper bound if there is one; what lies
     * behind it becomes the new tail. Repeated after a commit of unknown outcome, it finds what was recorded.
     *
     * @return the chunk as recorded
     */
    public Chunk begin(Connection destination, Chunk chunk, Optional<List<String>> bound) throws SQLException {
        epoch.hold(destination);
        Chunk recorded = chunk;
        if (bound.isPresent()) {
            Optional<List<String>> earlier = upperBound(destination, chunk);
            recorded = chunk.endingAt(earlier.orElse(bound.get()));
            if (earlier.isEmpty()) {
                // The workers build on this split, so a crash must not undo it, as it may undo what they copied.
                waitForDisk(destination);
                split(destination, recorded, recorded.next());
            }
        }
        try (PreparedStatement statement = destination.prepareStatement("""
                UPDATE dts_sync.table_progress SET state = 'copying'
                WHERE task = ? AND schema_name = ? AND table_name = ? AND state = 'pending'
                  AND apply_after IS DISTINCT FROM ?::pg_lsn
                """)) {
            identify(statement, 1, chunk.table());
            // One that was set aside meanwhile stays so: its other chunks may still be on the agenda.
            statement.setString(4, AppliedTable.NEVER.toString());
            statement.executeUpdate();
        }
        destination.commit();
        if (bound.isPresent()) {
            Failpoint.SNAPSHOT_CHUNK_DIVIDED.reached();
        }
        return recorded;
    }

    /**
     * Begins the transaction that copies: checks the epoch and locks the chunks' rows.
     *
     * <p>The lock is for a commit of unknown outcome: its session may still be running, and whether it succeeded is
     * certain only once it has released the lock.
     *
     * @return those of the chunks that are still to be copied
     */
    public List<Chunk> claim(Connection destination, List<Chunk> chunks) throws SQLException {
        epoch.hold(destination);
        Set<List<Object>> pending = new HashSet<>();
        try (PreparedStatement statement = destination.prepareStatement("""
                SELECT c.schema_name, c.table_name, c.number
                FROM unnest(?::text[], ?::text[], ?::integer[]) AS wanted (schema_name, table_name, number)
                JOIN dts_sync.chunk c USING (schema_name, table_name, number)
                WHERE c.task = ? AND c.state = 'pending'
                FOR UPDATE OF c
                """)) {
            statement.setArray(
                    1, texts(destination, chunks, chunk -> chunk.table().schema()));
            statement.setArray(
                    2, texts(destination, chunks, chunk -> chunk.table().table()));
            statement.setArray(
                    3,
                    destination.createArrayOf(
                            "integer", chunks.stream().map(Chunk::number).toArray()));
            statement.setString(4, epoch.task());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    pending.add(List.of(new TableName(rows.getString(1), rows.getString(2)), rows.getInt(3)));
                }
            }
        }
        return chunks.stream()
                .filter(chunk -> pending.contains(List.of(chunk.table(), chunk.number())))
                .toList();
    }

    /** Marks chunks as copied, raises the consistency point to what they show, and commits all that with their rows. */
    public Committed commit(Connection destination, List<CopiedChunk> copied) throws SQLException {
        List<LoadedTable> loaded = List.of();
        if (!copied.isEmpty()) {
            mark(destination, copied);
            // A separate statement: it must see what another worker committed while mark() waited for the table's
            // row.
            loaded = markLoaded(destination, copied);
            Lsn end = copied.stream().map(CopiedChunk::lsn).max(Lsn::compareTo).orElseThrow();
            progress.raiseConsistencyPoint(destination, end);
            Failpoint.SNAPSHOT_CHUNK_MARKED.reached();
        }
        destination.commit();
        Failpoint.SNAPSHOT_CHUNK_COMMITTED.reached();
        return new Committed(copied, loaded);
    }

    /** Waits until everything committed so far is on the destination's disk. */
    public void settle(Connection destination) throws SQLException {
        epoch.hold(destination);
        waitForDisk(destination);
        try (PreparedStatement statement = destination.prepareStatement("""
                UPDATE dts_sync.task SET updated_at = now() WHERE task = ?
                """)) {
            statement.setString(1, epoch.task());
            statement.executeUpdate();
        }
        destination.commit();
    }

    /**
     * Resets the copy progress of a table.
     *
     * @param emptying removes its rows at the destination, in the same transaction
     */
    public void reset(Connection destination, TableName table, Emptying emptying) throws SQLException {
        epoch.hold(destination);
        try (PreparedStatement state = destination.prepareStatement("""
                        UPDATE dts_sync.table_progress
                        SET state = 'pending', snapshot_rows = 0, snapshot_bytes = 0, visible_snapshot = NULL,
                            apply_after = NULL
                        WHERE task = ? AND schema_name = ? AND table_name = ?
                        """);
                PreparedStatement chunks = destination.prepareStatement("""
                        DELETE FROM dts_sync.chunk WHERE task = ? AND schema_name = ? AND table_name = ?
                        """)) {
            identify(state, 1, table);
            if (state.executeUpdate() == 0) {
                throw new SyncException(
                        FaultKind.USAGE,
                        "Table " + table + " is not one of task " + epoch.task() + ".",
                        "Use dts-sync status to see its tables.");
            }
            identify(chunks, 1, table);
            chunks.executeUpdate();
        }
        emptying.empty(destination, List.of(table));
        destination.commit();
    }

    /**
     * Sets a table aside that is not at the source any more what it is at the destination; see {@link CarriedShapes#setAside}.
     *
     * @param emptying removes its rows at the destination, in the same transaction
     */
    public void setAside(Connection destination, TableName table, Emptying emptying) throws SQLException {
        epoch.hold(destination);
        CarriedShapes.setAside(destination, epoch.task(), table);
        emptying.empty(destination, List.of(table));
        destination.commit();
        Failpoint.SNAPSHOT_TABLE_SET_ASIDE.reached();
    }

    /** Makes this transaction's commit wait until it is on disk, with all that was committed before it. */
    private static void waitForDisk(Connection destination) throws SQLException {
        try (Statement statement = destination.createStatement()) {
            statement.execute("SET LOCAL synchronous_commit = on");
        }
    }

    private Optional<List<String>> upperBound(Connection destination, Chunk chunk) throws SQLException {
        try (PreparedStatement statement = destination.prepareStatement("""
                SELECT upper_bound FROM dts_sync.chunk
                WHERE task = ? AND schema_name = ? AND table_name = ? AND number = ? FOR UPDATE
                """)) {
            identify(statement, 1, chunk.table());
            statement.setInt(4, chunk.number());
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) {
                    throw gone(chunk);
                }
                return Statements.texts(rows.getArray(1));
            }
        }
    }

    private void split(Connection destination, Chunk head, Chunk tail) throws SQLException {
        Array bound =
                destination.createArrayOf("text", head.upTo().orElseThrow().toArray());
        try (PreparedStatement update = destination.prepareStatement("""
                        UPDATE dts_sync.chunk SET upper_bound = ?
                        WHERE task = ? AND schema_name = ? AND table_name = ? AND number = ? AND state = 'pending'
                        """);
                PreparedStatement insert = destination.prepareStatement("""
                        INSERT INTO dts_sync.chunk (task, schema_name, table_name, number, lower_bound, state)
                        VALUES (?, ?, ?, ?, ?, 'pending')
                        """)) {
            update.setArray(1, bound);
            identify(update, 2, head.table());
            update.setInt(5, head.number());
            if (update.executeUpdate() != 1) {
                throw gone(head);
            }
            identify(insert, 1, tail.table());
            insert.setInt(4, tail.number());
            insert.setArray(5, bound);
            insert.executeUpdate();
        }
    }

    private void mark(Connection destination, List<CopiedChunk> copied) throws SQLException {
        try (PreparedStatement statement = destination.prepareStatement("""
                WITH copied AS (
                    SELECT * FROM unnest(?::text[], ?::text[], ?::integer[], ?::bigint[], ?::bigint[], ?::pg_lsn[],
                                         ?::text[])
                        AS c (schema_name, table_name, number, rows, bytes, lsn, visible_snapshot)
                ), marked AS (
                    UPDATE dts_sync.chunk c
                    SET state = 'copied', rows = d.rows, bytes = d.bytes, source_lsn = d.lsn
                    FROM copied d
                    WHERE c.task = ? AND c.state = 'pending'
                      AND (c.schema_name, c.table_name, c.number) = (d.schema_name, d.table_name, d.number)
                    RETURNING d.*
                )
                UPDATE dts_sync.table_progress t
                SET snapshot_rows = t.snapshot_rows + m.rows, snapshot_bytes = t.snapshot_bytes + m.bytes,
                    visible_snapshot = coalesce(m.visible_snapshot, t.visible_snapshot)
                FROM marked m
                WHERE t.task = ? AND (t.schema_name, t.table_name) = (m.schema_name, m.table_name)
                """)) {
            tables(statement, copied);
            statement.setArray(
                    3, array(destination, "integer", copied, c -> c.chunk().number()));
            statement.setArray(4, array(destination, "bigint", copied, CopiedChunk::rows));
            statement.setArray(5, array(destination, "bigint", copied, CopiedChunk::bytes));
            statement.setArray(
                    6, array(destination, "text", copied, c -> c.lsn().toString()));
            statement.setArray(
                    7,
                    array(destination, "text", copied, c -> c.visibleSnapshot().orElse(null)));
            statement.setString(8, epoch.task());
            statement.setString(9, epoch.task());
            if (statement.executeUpdate() != copied.size()) {
                throw gone(copied.get(0).chunk());
            }
        }
    }

    private List<LoadedTable> markLoaded(Connection destination, List<CopiedChunk> copied) throws SQLException {
        List<LoadedTable> loaded = new ArrayList<>();
        try (PreparedStatement statement = destination.prepareStatement("""
                UPDATE dts_sync.table_progress t SET state = 'copied'
                FROM unnest(?::text[], ?::text[]) AS c (schema_name, table_name)
                WHERE t.task = ? AND (t.schema_name, t.table_name) = (c.schema_name, c.table_name)
                  AND NOT EXISTS (SELECT FROM dts_sync.chunk k
                                  WHERE (k.task, k.schema_name, k.table_name) = (t.task, t.schema_name, t.table_name)
                                    AND k.state = 'pending')
                RETURNING t.schema_name, t.table_name, t.snapshot_rows, t.snapshot_bytes
                """)) {
            tables(statement, copied);
            statement.setString(3, epoch.task());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    loaded.add(new LoadedTable(
                            new TableName(rows.getString(1), rows.getString(2)), rows.getLong(3), rows.getLong(4)));
                }
            }
        }
        return loaded;
    }

    private static void tables(PreparedStatement statement, List<CopiedChunk> copied) throws SQLException {
        List<Chunk> chunks = copied.stream().map(CopiedChunk::chunk).toList();
        statement.setArray(
                1, texts(statement.getConnection(), chunks, c -> c.table().schema()));
        statement.setArray(
                2, texts(statement.getConnection(), chunks, c -> c.table().table()));
    }

    private void identify(PreparedStatement statement, int first, TableName table) throws SQLException {
        statement.setString(first, epoch.task());
        statement.setString(first + 1, table.schema());
        statement.setString(first + 2, table.table());
    }

    private static Array texts(Connection connection, List<Chunk> chunks, Function<Chunk, String> part)
            throws SQLException {
        return array(connection, "text", chunks, part);
    }

    private static <T, V> Array array(Connection connection, String type, List<T> from, Function<T, V> part)
            throws SQLException {
        // A loop, not a stream: a column of nulls is allowed.
        Object[] values = new Object[from.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = part.apply(from.get(i));
        }
        return connection.createArrayOf(type, values);
    }

    private static SyncException gone(Chunk chunk) {
        return new SyncException(
                FaultKind.INTERNAL,
                "Chunk " + chunk.number() + " of table " + chunk.table()
                        + " is not in the state the snapshot left it in.",
                "Run the task again; if it fails again, run with --resnapshot for this table.");
    }

    /**
     * The result of one transaction.
     *
     * @param chunks the chunks copied by it
     * @param loaded the tables completed by it
     */
    public record Committed(List<CopiedChunk> chunks, List<LoadedTable> loaded) {}

    /**
     * A table whose last chunk is copied.
     *
     * @param table the table
     * @param rows all its rows
     * @param bytes all its bytes of COPY text
     */
    public record LoadedTable(TableName table, long rows, long bytes) {}
}
