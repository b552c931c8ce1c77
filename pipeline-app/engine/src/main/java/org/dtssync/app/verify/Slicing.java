package org.dtssync.app.verify;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.dtssync.app.state.ComparedSlice;
import org.dtssync.connectors.postgres.End;
import org.jspecify.annotations.Nullable;

/**
 * Divides a table into slices that are short enough for one transaction each.
 *
 * <ul>
 *   <li>A small table is one slice.
 *   <li>A table whose key both ends sort alike is divided into ranges of keys. The bounds are found at the source, each step one
 *       index-only query, and used at both ends. Ranges meet and the first and last are open, so every row is in one.
 *   <li>A table without a key, or whose key's order depends on a collation that the two servers may sort differently, is one
 *       slice, which each end reads block range by block range, in the order of its file, into sums by bucket of the key's
 *       hash. A row that moves between block ranges while this runs may be counted twice or not at all. That makes a
 *       bucket look different, never equal except by a hash collision, and what looks different is read again.
 * </ul>
 *
 * <p>Stateless except for its settings and stored progress; thread-safe.
 */
final class Slicing {

    private final long wantedRows;
    private final SliceMemory memory;

    Slicing(long wantedRows, SliceMemory memory) {
        this.wantedRows = wantedRows;
        this.memory = memory;
    }

    /** Returns whether a table is small enough to be read at once. */
    boolean isSmall(ComparedTable table) {
        return table.estimatedRows() <= table.chunkRows(wantedRows);
    }

    /** Divides a table. */
    List<Slice> cut(ComparedTable table, Session session) throws InterruptedException {
        if (isSmall(table)) {
            return List.of(Slice.whole(table));
        }
        return table.sortedAlike() ? ranges(table, session) : List.of(blocks(table));
    }

    /** As an earlier attempt divided it, if there is one: its bounds cover everything, whatever has changed since. */
    private List<Slice> ranges(ComparedTable table, Session session) throws InterruptedException {
        long rows = table.chunkRows(wantedRows);
        List<ComparedSlice> places = memory.ranges(table.name());
        if (places.isEmpty()) {
            places = bounds(table, rows, session);
            memory.cut().accept(table.name(), places);
        }
        return places.stream().map(place -> Slice.range(table, place, rows)).toList();
    }

    private static List<ComparedSlice> bounds(ComparedTable table, long rows, Session session)
            throws InterruptedException {
        List<ComparedSlice> places = new ArrayList<>();
        List<String> last = null;
        do {
            List<String> after = last;
            Optional<List<String>> next = session.one(
                    "table " + table.name(),
                    End.SOURCE,
                    (connection, end) -> nextBound(connection, table, after, rows));
            places.add(new ComparedSlice(table.name(), places.size(), last, next.orElse(null), OptionalLong.empty()));
            last = next.orElse(null);
        } while (last != null);
        return places;
    }

    private static Optional<List<String>> nextBound(
            Connection connection, ComparedTable table, @Nullable List<String> after, long rows) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(table.sql(End.SOURCE).nextBound(after, rows))) {
            if (!found.next()) {
                return Optional.empty();
            }
            List<String> bound = new ArrayList<>();
            for (int i = 1; i <= table.keyColumns().size(); i++) {
                bound.add(found.getString(i));
            }
            return Optional.of(bound);
        }
    }

    private Slice blocks(ComparedTable table) {
        return new Slice(
                table,
                new EndPair<>(blockRanges(table, End.SOURCE), blockRanges(table, End.DESTINATION)),
                Slice.bucketsFor(table.estimatedRows()),
                table.estimatedRows(),
                ComparedSlice.whole(table.name()));
    }

    /** One range covers the same blocks of every leaf of a partitioned table. The last is open: the file may grow. */
    private List<String> blockRanges(ComparedTable table, End end) {
        TableLayout layout = table.layouts().at(end);
        long ranges = Math.max(1, layout.rows() / table.chunkRows(wantedRows) + 1);
        long step = Math.max(1, layout.blocks() / ranges);
        List<String> conditions = new ArrayList<>();
        long first = 0;
        while (first + step < layout.blocks()) {
            conditions.add("t.ctid >= '(" + first + ",0)' AND t.ctid < '(" + (first + step) + ",0)'");
            first += step;
        }
        conditions.add("t.ctid >= '(" + first + ",0)'");
        return conditions;
    }
}
