package org.dtssync.app.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;

/** Commits numbered transactions at a steady rate and notes when each commit was answered. */
final class PulseWriter {

    /** One round trip a transaction: a new row to look for, and an update of another table. */
    private static final String SQL = """
            WITH pulse AS (INSERT INTO public.pulse VALUES (?, clock_timestamp()))
            UPDATE public.t0 SET amount = amount + 1 WHERE id = 1 + ? % 10000
            """;

    private final Database source;
    private final int rate;
    private final int count;

    PulseWriter(Database source, int rate, int count) {
        this.source = source;
        this.rate = rate;
        this.count = count;
    }

    /** Writes them all; returns each one's time as {@link System#nanoTime} tells it. */
    long[] write() {
        long[] committed = new long[count];
        try (Connection connection = source.open();
                PreparedStatement statement = connection.prepareStatement(SQL)) {
            long start = System.nanoTime();
            for (int i = 0; i < count; i++) {
                long due = start + i * 1_000_000_000L / rate;
                for (long now = System.nanoTime(); now < due; now = System.nanoTime()) {
                    LockSupport.parkNanos(due - now);
                }
                statement.setLong(1, i);
                statement.setLong(2, i);
                statement.executeUpdate();
                committed[i] = System.nanoTime();
            }
        } catch (SQLException e) {
            throw new BenchException("The load could not be written: " + e.getMessage(), e);
        }
        return committed;
    }
}
