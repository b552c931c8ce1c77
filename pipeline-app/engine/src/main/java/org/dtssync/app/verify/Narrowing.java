package org.dtssync.app.verify;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the rows by which a slice differs: first the buckets, then the rows of these, a bounded number at a time.
 *
 * <p>Stateless; the receiver of the suspects decides about them.
 */
final class Narrowing {

    /** Rows held in memory at once, of one end. */
    private static final long ROWS_AT_ONCE = 50_000;

    private Narrowing() {}

    /** Receives suspects as they are found. */
    @FunctionalInterface
    interface Taker {
        void take(Suspects suspects) throws InterruptedException;
    }

    /** Narrows a slice of a likely number of rows down. */
    static void narrow(Slice slice, long rows, Session session, Taker taker) throws InterruptedException {
        int buckets = slice.buckets() > 1 || rows <= ROWS_AT_ONCE / 5 ? slice.buckets() : Slice.bucketsFor(rows);
        if (buckets == 1) {
            take(slice, 1, List.of(), session, taker);
            return;
        }
        narrow(slice, buckets, Checksums.byBucket(slice, buckets, session), session, taker);
    }

    /** Narrows a slice whose sums by bucket are known. */
    static void narrow(Slice slice, int buckets, EndPair<Map<Long, BucketSum>> sums, Session session, Taker taker)
            throws InterruptedException {
        List<Long> group = new ArrayList<>();
        long rows = 0;
        for (Map.Entry<Long, Long> differing : differing(sums).entrySet()) {
            group.add(differing.getKey());
            rows += differing.getValue();
            if (rows >= ROWS_AT_ONCE) {
                take(slice, buckets, group, session, taker);
                group = new ArrayList<>();
                rows = 0;
            }
        }
        if (!group.isEmpty()) {
            take(slice, buckets, group, session, taker);
        }
    }

    /** The buckets that differ, with the number of their rows. */
    private static Map<Long, Long> differing(EndPair<Map<Long, BucketSum>> sums) {
        Set<Long> all = new HashSet<>(sums.source().keySet());
        all.addAll(sums.destination().keySet());
        Map<Long, Long> differing = new HashMap<>();
        for (Long bucket : all) {
            BucketSum source = sums.source().getOrDefault(bucket, BucketSum.NONE);
            BucketSum destination = sums.destination().getOrDefault(bucket, BucketSum.NONE);
            if (!source.equals(destination)) {
                differing.put(bucket, Math.max(source.rows(), destination.rows()));
            }
        }
        return differing;
    }

    private static void take(Slice slice, int buckets, List<Long> wanted, Session session, Taker taker)
            throws InterruptedException {
        EndPair<Map<List<String>, BucketSum>> rows =
                session.both("table " + slice.table().name(), (connection, end) -> {
                    Map<List<String>, BucketSum> found = new HashMap<>();
                    for (String condition : slice.conditions().at(end)) {
                        String sql = slice.table().sql(end).rows(condition, buckets, wanted);
                        add(
                                found,
                                connection,
                                sql,
                                Math.max(1, slice.table().keyColumns().size()));
                    }
                    return found;
                });
        Set<List<String>> keys = new HashSet<>();
        rows.source().forEach((key, sum) -> {
            if (!sum.equals(rows.destination().get(key))) {
                keys.add(key);
            }
        });
        rows.destination().keySet().stream()
                .filter(key -> !rows.source().containsKey(key))
                .forEach(keys::add);
        if (!keys.isEmpty()) {
            taker.take(new Suspects(slice.table(), List.copyOf(keys)));
        }
    }

    private static void add(Map<List<String>, BucketSum> found, Connection connection, String sql, int keyColumns)
            throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                List<String> key = new ArrayList<>(keyColumns);
                for (int i = 0; i < keyColumns; i++) {
                    key.add(rows.getString(3 + i));
                }
                found.merge(key, new BucketSum(rows.getLong(2), rows.getBigDecimal(1)), BucketSum::plus);
            }
        }
    }
}
