package org.dtssync.app.verify;

import java.util.List;
import org.dtssync.app.state.ComparedSlice;
import org.dtssync.connectors.postgres.End;

/**
 * A part of a table that is compared on its own: the same rows at both ends.
 *
 * <p>Each end reads it by one or more conditions, each in its own statement (and so transaction). They may divide the two
 * ends differently, since the sums of their parts are what is compared.
 *
 * @param table the table
 * @param conditions SQL conditions whose rows, together, are the slice
 * @param buckets the number of hash buckets that the rows are counted in; a power of two
 * @param estimatedRows estimated number of rows
 * @param place where in the table it is
 */
record Slice(
        ComparedTable table, EndPair<List<String>> conditions, int buckets, long estimatedRows, ComparedSlice place) {

    /** A condition for all rows. */
    static final String EVERYTHING = "true";

    /** Rows that one bucket should have, so that few rows are fetched where few differ. */
    static final long ROWS_PER_BUCKET = 500;

    private static final int MOST_BUCKETS = 1 << 16;

    static Slice whole(ComparedTable table) {
        List<String> everything = List.of(EVERYTHING);
        return new Slice(
                table,
                new EndPair<>(everything, everything),
                1,
                table.estimatedRows(),
                ComparedSlice.whole(table.name()));
    }

    /** Returns a range of keys. */
    static Slice range(ComparedTable table, ComparedSlice place, long estimatedRows) {
        return new Slice(
                table,
                new EndPair<>(
                        List.of(table.sql(End.SOURCE).range(place.lower(), place.upper())),
                        List.of(table.sql(End.DESTINATION).range(place.lower(), place.upper()))),
                1,
                estimatedRows,
                place);
    }

    /** Returns how many buckets suit a number of rows. */
    static int bucketsFor(long rows) {
        long wanted = Math.max(1, rows / ROWS_PER_BUCKET);
        return (int) Math.min(MOST_BUCKETS, Long.highestOneBit(wanted));
    }
}
