package org.dtssync.app.verify;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Lsn;
import org.jspecify.annotations.Nullable;

/**
 * A load on the source whose transactions reach the destination in order and late, as a pipeline would carry them; and
 * the settling that waits for it.
 */
final class DelayedCopy implements AutoCloseable, Settling {

    private static final int MOST_WAITING = 20;

    private final BlockingQueue<Change> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
    private final BlockingQueue<CountDownLatch> heartbeats = new LinkedBlockingQueue<>();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final Thread writer;
    private final Thread applier;
    private volatile boolean stopped;

    private record Change(List<String> statements, @Nullable CountDownLatch applied) {}

    /** Starts the load: the n-th transaction's statements are made by the given function. */
    DelayedCopy(DatabasePair databases, IntFunction<List<String>> transactions) {
        writer = new Thread(() -> attempt(() -> write(databases.source(), transactions)), "load");
        applier = new Thread(() -> attempt(() -> apply(databases.destination())), "copy");
        writer.start();
        applier.start();
    }

    @Override
    public Lsn awaitApplied() throws InterruptedException {
        CountDownLatch applied = new CountDownLatch(1);
        heartbeats.put(applied);
        if (!applied.await(20, TimeUnit.SECONDS)) {
            throw new IllegalStateException("The copy does not advance.", failure.get());
        }
        return new Lsn(1);
    }

    @Override
    public void close() {
        stopped = true;
        try {
            writer.join();
            applier.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failure.get() != null) {
            throw new IllegalStateException("The load or its copy failed.", failure.get());
        }
    }

    private void write(DatabaseConnections source, IntFunction<List<String>> transactions) throws Exception {
        try (Connection connection = source.open()) {
            connection.setAutoCommit(false);
            for (int number = 0; !stopped; number++) {
                List<String> statements = transactions.apply(number);
                run(connection, statements);
                // A full queue holds the load back: the destination stays that many transactions behind.
                waiting.put(new Change(statements, heartbeats.poll()));
            }
            waiting.put(new Change(List.of(), null));
        }
    }

    private void apply(DatabaseConnections destination) throws Exception {
        try (Connection connection = destination.open()) {
            connection.setAutoCommit(false);
            while (!stopped || !waiting.isEmpty() || writer.isAlive()) {
                if (waiting.size() < MOST_WAITING && !stopped) {
                    Thread.onSpinWait();
                    continue;
                }
                Change change = waiting.poll(10, TimeUnit.MILLISECONDS);
                if (change != null) {
                    run(connection, change.statements());
                    if (change.applied() != null) {
                        change.applied().countDown();
                    }
                }
            }
        }
    }

    private static void run(Connection connection, List<String> statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
        connection.commit();
    }

    private void attempt(Work work) {
        try {
            work.run();
        } catch (Exception e) {
            failure.set(e);
            stopped = true;
        }
    }

    private interface Work {
        void run() throws Exception;
    }
}
