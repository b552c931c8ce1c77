package org.dtssync.app.verify;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dtssync.connectors.postgres.End;

/** Reads the sums of slices from both ends. Stateless. */
final class Checksums {

    private Checksums() {}

    /** Sums of several small slices, each read by one condition, in one query at each end. */
    static EndPair<List<BucketSum>> of(List<Slice> slices, Session session) throws InterruptedException {
        String what = slices.size() == 1
                ? "table " + slices.get(0).table().name()
                : slices.size() + " tables from " + slices.get(0).table().name() + " on";
        return session.both(what, (connection, end) -> {
            String sql = IntStream.range(0, slices.size())
                    .mapToObj(i -> sum(slices.get(i), i, end))
                    .collect(Collectors.joining("\nUNION ALL "));
            List<BucketSum> sums = new ArrayList<>(Collections.nCopies(slices.size(), BucketSum.NONE));
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(sql)) {
                while (rows.next()) {
                    sums.set(rows.getInt(1), new BucketSum(rows.getLong(2), rows.getBigDecimal(3)));
                }
            }
            return sums;
        });
    }

    private static String sum(Slice slice, int number, End end) {
        return slice.table().sql(end).sum(number, slice.conditions().at(end).get(0));
    }

    /** Sums of one slice by bucket. Buckets without rows are absent. */
    static EndPair<Map<Long, BucketSum>> byBucket(Slice slice, int buckets, Session session)
            throws InterruptedException {
        EndPair<Map<Long, BucketSum>> sums = new EndPair<>(new HashMap<>(), new HashMap<>());
        int statements = Math.max(
                slice.conditions().source().size(),
                slice.conditions().destination().size());
        long rows = 0;
        for (int i = 0; i < statements; i++) {
            int number = i;
            session.both("table " + slice.table().name(), (connection, end) -> {
                List<String> conditions = slice.conditions().at(end);
                if (number < conditions.size()) {
                    String condition = conditions.get(number);
                    add(sums.at(end), connection, slice.table().sql(end).sumsByBucket(condition, buckets));
                }
                return sums.at(end);
            });
            session.pace(rows(sums.source()) - rows);
            rows = rows(sums.source());
        }
        return sums;
    }

    private static void add(Map<Long, BucketSum> sums, Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                sums.merge(rows.getLong(1), new BucketSum(rows.getLong(2), rows.getBigDecimal(3)), BucketSum::plus);
            }
        }
    }

    /** Rows in all. */
    static long rows(Map<Long, BucketSum> sums) {
        return sums.values().stream().mapToLong(BucketSum::rows).sum();
    }
}
