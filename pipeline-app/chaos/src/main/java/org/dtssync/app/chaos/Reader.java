package org.dtssync.app.chaos;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A client that reads the destination throughout: in every snapshot it takes, once the consistency point is passed, what holds
 * at every commit of the source must hold. Thread-safe.
 */
final class Reader implements AutoCloseable {

    private static final Set<String> CONSISTENT = Set.of("finalize", "incremental");
    private static final long PAUSE_MILLIS = 150;
    private static final long JOIN_MILLIS = 90_000;

    private final End destination;
    private final String task;
    private final Map<String, String> invariants;
    private final Thread thread;
    private final AtomicLong snapshots = new AtomicLong();
    private final List<String> violations = new CopyOnWriteArrayList<>();
    private volatile boolean reading = true;

    private Reader(End destination, String task, Map<String, String> invariants) {
        this.destination = destination;
        this.task = task;
        this.invariants = Map.copyOf(invariants);
        this.thread = new Thread(this::read, "reader");
        thread.setDaemon(true);
    }

    static Reader start(End destination, String task, Map<String, String> invariants) {
        Reader reader = new Reader(destination, task, invariants);
        reader.thread.start();
        return reader;
    }

    /** Returns how many snapshots were checked so far. */
    long snapshots() {
        return snapshots.get();
    }

    /** Fails if any snapshot was not one of the source as of some commit. */
    void requireNeverBroken() {
        if (!violations.isEmpty()) {
            throw new ChaosException("A reader saw what no commit of the source left behind: " + violations);
        }
    }

    /** Ends the reading and waits for it. */
    void stop() throws InterruptedException {
        reading = false;
        thread.join(JOIN_MILLIS);
        requireNeverBroken();
    }

    @Override
    public void close() {
        reading = false;
        thread.interrupt();
    }

    private void read() {
        while (reading && !Thread.currentThread().isInterrupted()) {
            try (Connection connection = destination.open()) {
                connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                connection.setReadOnly(true);
                connection.setAutoCommit(false);
                while (reading) {
                    look(connection);
                    connection.commit();
                    TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                }
            } catch (SQLException e) {
                // The server is gone for a while, or ended a transaction; nothing was seen.
                pause();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void look(Connection connection) throws SQLException, InterruptedException {
        String phase = Books.phase(connection, task);
        if (phase == null || !CONSISTENT.contains(phase)) {
            return;
        }
        String broken = Books.broken(connection, invariants);
        snapshots.incrementAndGet();
        if (broken != null) {
            violations.add("not so that " + broken + ", at applied position "
                    + End.query(connection, "SELECT cut_lsn FROM dts_sync.apply_position"));
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
