package org.dtssync.app.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Polls the destination once per millisecond and records when each number first appeared. Runs in its own thread. */
final class PulseReader implements Runnable {

    private static final long TIMEOUT_NANOS = TimeUnit.MINUTES.toNanos(20);

    private final Database destination;
    private final long[] seen;
    private volatile int next;
    private volatile @Nullable SQLException failure;

    PulseReader(Database destination, int count) {
        this.destination = destination;
        this.seen = new long[count];
    }

    @Override
    public void run() {
        long deadline = System.nanoTime() + TIMEOUT_NANOS;
        try (Connection connection = destination.open();
                PreparedStatement statement = connection.prepareStatement("SELECT max(id) FROM public.pulse")) {
            while (next < seen.length && System.nanoTime() < deadline) {
                look(statement);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        } catch (SQLException e) {
            failure = e;
        }
    }

    private void look(PreparedStatement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            rows.next();
            long highest = rows.getLong(1);
            boolean any = !rows.wasNull();
            long now = System.nanoTime();
            int number = next;
            while (any && number <= highest) {
                seen[number++] = now;
            }
            next = number;
        }
    }

    void requireComplete() {
        if (next < seen.length) {
            throw new BenchException(
                    "Only " + next + " of " + seen.length + " transactions arrived in time"
                            + (failure == null ? "." : ": " + failure.getMessage()),
                    failure);
        }
    }

    /** Returns when each number was seen, as {@link System#nanoTime}. */
    long[] seen() {
        return seen;
    }
}
