package org.dtssync.app.snapshot;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.dtssync.app.state.Chunk;
import org.dtssync.app.state.ChunkStore;
import org.dtssync.app.state.CopiedChunk;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SourceWal;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;

/**
 * Copies chunks into the destination in one transaction there, and one at the source for each.
 *
 * <p>The destination's transaction contains the epoch check, the rows, the marks that they are copied, and the consistency point: a
 * killed copy leaves nothing. Not thread-safe; each worker has its own.
 */
final class ChunkCopy {

    private final ChunkStore store;
    private final SnapshotListener listener;
    private final ChunkBeginning beginning;
    private final TableGuard guard;
    private final ChunkSplitter splitter;
    private final CopyPipe pipe;

    ChunkCopy(
            ChunkStore store,
            SnapshotListener listener,
            ChunkBeginning beginning,
            TableGuard guard,
            ChunkSplitter splitter,
            CopyPipe pipe) {
        this.beginning = beginning;
        this.splitter = splitter;
        this.store = store;
        this.listener = listener;
        this.guard = guard;
        this.pipe = pipe;
    }

    /**
     * Copies those of the chunks that are not copied yet, and commits.
     *
     * @return what was copied, and which tables are complete now
     */
    ChunkStore.Committed copy(List<Chunk> chunks, Sessions sessions) throws SQLException, InterruptedException {
        Connection destination = sessions.destination();
        Connection source = sessions.source();
        List<Chunk> pending = store.claim(destination, chunks);
        List<CopiedChunk> copied = new ArrayList<>();
        List<TableName> tables = pending.stream().map(Chunk::table).toList();
        Map<TableName, LoadedTable> shapes = new LoadedTables(source).shapes(tables);
        Map<TableName, LoadedTable> targets = new LoadedTables(destination).shapes(tables);
        for (Chunk chunk : pending) {
            listener.copying(chunk.table(), chunk.number());
            copied.add(copyOne(
                    chunk,
                    Objects.requireNonNull(shapes.get(chunk.table()), "Each one is there."),
                    Objects.requireNonNull(targets.get(chunk.table()), "Each one is there."),
                    source,
                    destination));
            listener.committing(chunk.table(), chunk.number());
            Failpoint.SNAPSHOT_CHUNK_COPIED.reached();
        }
        Optional<Lsn> end = copied.stream().map(CopiedChunk::lsn).max(Lsn::compareTo);
        if (end.isPresent()) {
            // Before the marks, whose rows the workers share: so no worker holds them while it waits for the WAL.
            SourceWal.awaitFlushed(source, end.get());
        }
        return store.commit(destination, copied);
    }

    private CopiedChunk copyOne(
            Chunk chunk, LoadedTable shape, LoadedTable target, Connection source, Connection destination)
            throws SQLException, InterruptedException {
        String from = shape.sql() + " WHERE " + range(chunk, source);
        Set<String> without = new TreeSet<>();
        BlockRanges ranges = new BlockRanges(source, splitter.chunkRows());
        try {
            // Rows of a table that has changed must not go to the topics either.
            beginning.begin(
                    chunk.table(),
                    source,
                    () -> isDivisible(chunk) ? ranges.of(chunk.table(), from) : List.of(from),
                    briefly -> {
                        begin(source, shape, briefly);
                        without.addAll(guard.require(source, chunk.table(), chunk.isKeyed()));
                        ranges.requireSame(chunk.table());
                    });
        } catch (SQLException e) {
            throw SqlFaults.explain("Table " + chunk.table() + " could not be locked at the source", e);
        }
        // Of the snapshot that COPY then reads under: the transaction has one.
        Optional<String> visible = chunk.isKeyed() ? Optional.empty() : Optional.of(visibleSnapshot(source));
        CopyFormat format = shape.formatFor(target);
        CopyPipe.Carried carried = pipe.copy(
                chunk.table(),
                source,
                "COPY (SELECT " + shape.columnsSql() + " FROM " + from + except(without) + ") TO STDOUT" + format.sql(),
                destination,
                "COPY " + chunk.table().sql() + " (" + shape.columnsSql() + ") FROM STDIN" + format.sql());
        Lsn lsn = SourceWal.endTransaction(source);
        return new CopiedChunk(chunk, carried.rows(), carried.bytes(), lsn, visible);
    }

    /** A partition that the destination does not have yet: every row that it has got is in the stream. */
    private static String except(Set<String> partitions) {
        return partitions.isEmpty() ? "" : " AND tableoid <> ALL ('{" + String.join(",", partitions) + "}')";
    }

    /** A table without a key is copied in one snapshot, but its rows for the topics need not be read in one. */
    private boolean isDivisible(Chunk chunk) {
        return !chunk.isKeyed() && chunk.isWholeTable() && splitter.mayExceedChunk(chunk.of());
    }

    /**
     * Begins the source's transaction with the lock. LOCK is one of the few statements that take no snapshot, so the first
     * query afterwards takes it, under the lock: a TRUNCATE or a rewrite that the snapshot does not see would otherwise show an
     * empty table.
     */
    private static void begin(Connection source, LoadedTable shape, boolean briefly) throws SQLException {
        try (Statement statement = source.createStatement()) {
            statement.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
                    + (briefly ? "SET LOCAL lock_timeout = '50ms'; " : "")
                    + "LOCK TABLE " + shape.sql() + " IN ACCESS SHARE MODE");
        }
    }

    private static String range(Chunk chunk, Connection source) throws SQLException {
        if (chunk.isWholeTable()) {
            return "true";
        }
        return new LoadedTables(source)
                .keyOrder(chunk.table(), chunk.of().keyColumns().orElseThrow())
                .orElseThrow(() -> new SyncException(
                        FaultKind.SHAPE_CHANGED,
                        "Table " + chunk.table() + " has lost the unique index over its key.",
                        "Re-create it at the source, or run with --resnapshot " + chunk.table() + "."))
                .within(chunk.after(), chunk.upTo());
    }

    private static String visibleSnapshot(Connection source) throws SQLException {
        try (Statement statement = source.createStatement();
                ResultSet rows = statement.executeQuery("SELECT pg_current_snapshot()::text")) {
            rows.next();
            return rows.getString(1);
        }
    }
}
