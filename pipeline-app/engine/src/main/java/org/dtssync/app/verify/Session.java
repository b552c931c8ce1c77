package org.dtssync.app.verify;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.dtssync.app.runtime.RowPace;
import org.dtssync.connectors.fault.UnexpectedError;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.SqlFaults;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * One worker's connections to both ends, opened when first needed and again after a fault. Queries run on their
 * own threads, so that both ends read at the same time and an interrupted worker can cancel them. Used by one worker.
 */
final class Session implements AutoCloseable {

    /** Read-only. JIT compilation of a query costs more than it saves if tables have many columns. */
    private static final String SETTINGS = "SET default_transaction_read_only = on; SET jit = off";

    private static final long STOP_MILLIS = 3_000;

    private final EndPair<DatabaseConnections> ends;
    private final ExecutorService readers;
    private final RowPace pace;
    private final Map<End, Connection> connections = new EnumMap<>(End.class);
    private volatile boolean closed;

    /** A read at one end. */
    @FunctionalInterface
    interface Query<T> {
        T run(Connection connection, End end) throws SQLException;
    }

    Session(EndPair<DatabaseConnections> ends, ExecutorService readers, RowPace pace) {
        this.ends = ends;
        this.readers = readers;
        this.pace = pace;
    }

    /** Waits after reading rows, as long as the pace requires; no transaction is open meanwhile. */
    void pace(long rows) throws InterruptedException {
        pace.took(rows);
    }

    /** Runs a query at both ends at the same time. */
    <T> EndPair<T> both(String what, Query<T> query) throws InterruptedException {
        Future<T> source = readers.submit(() -> run(what, End.SOURCE, query));
        Future<T> destination = readers.submit(() -> run(what, End.DESTINATION, query));
        try {
            return new EndPair<>(result(source), result(destination));
        } catch (InterruptedException | RuntimeException e) {
            stop(source, destination);
            throw e;
        }
    }

    /** Runs a query at one end. */
    <T> T one(String what, End end, Query<T> query) throws InterruptedException {
        Future<T> running = readers.submit(() -> run(what, end, query));
        try {
            return result(running);
        } catch (InterruptedException e) {
            stop(running);
            throw e;
        }
    }

    private <T> T run(String what, End end, Query<T> query) {
        try {
            return query.run(connection(end), end);
        } catch (SQLException e) {
            drop(end);
            throw SqlFaults.explain("The " + end.label() + " could not be read to verify " + what, e);
        }
    }

    private Connection connection(End end) throws SQLException {
        synchronized (connections) {
            Connection open = connections.get(end);
            if (open != null) {
                return open;
            }
        }
        Connection opened = ends.at(end).open();
        synchronized (connections) {
            connections.put(end, opened);
        }
        if (closed) {
            drop(end);
            throw new SQLException("The verification ended.", "57P01");
        }
        try (Statement statement = opened.createStatement()) {
            statement.execute(SETTINGS);
        }
        return opened;
    }

    private static <T> T result(Future<T> running) throws InterruptedException {
        try {
            return running.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException fault) {
                throw fault;
            }
            throw UnexpectedError.of("a query of the verification", Objects.requireNonNullElse(e.getCause(), e));
        }
    }

    /** Cancels running queries, and closes the connections if that does not help soon. */
    private void stop(Future<?>... running) {
        for (End end : End.values()) {
            cancel(end);
        }
        for (Future<?> future : running) {
            awaitEnd(future);
        }
        for (End end : End.values()) {
            drop(end);
        }
    }

    private void cancel(End end) {
        Connection open;
        synchronized (connections) {
            open = connections.get(end);
        }
        if (open != null) {
            try {
                open.unwrap(PGConnection.class).cancelQuery();
            } catch (SQLException e) {
                // The server is down or slow: closing the connection ends the query.
                drop(end);
            }
        }
    }

    private static void awaitEnd(Future<?> future) {
        boolean interrupted = Thread.interrupted();
        try {
            future.get(STOP_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        } catch (ExecutionException | TimeoutException e) {
            // Its failure no longer matters: the caller already has one, or was interrupted.
            future.cancel(true);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes without waiting for the server. */
    private void drop(End end) {
        Connection open;
        synchronized (connections) {
            open = connections.remove(end);
        }
        if (open != null) {
            try {
                open.abort(Runnable::run);
            } catch (SQLException e) {
                // It is no longer needed anyway.
                return;
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        for (End end : End.values()) {
            Connection open;
            synchronized (connections) {
                open = connections.remove(end);
            }
            close(open);
        }
    }

    private static void close(@Nullable Connection connection) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            // The server has ended it already; nothing was written.
            return;
        }
    }
}
