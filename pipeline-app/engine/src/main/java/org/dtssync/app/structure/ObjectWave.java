package org.dtssync.app.structure;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.dtssync.app.state.StoredObject;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.fault.UnexpectedError;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates objects over several connections, so that no two that lock the same table are created at the same time. Neighbors that take
 * little time are created together, in one transaction.
 *
 * <p>One thread calls {@link #run}; it starts the others and waits for them.
 */
final class ObjectWave {

    private static final Logger LOG = LoggerFactory.getLogger(ObjectWave.class);
    private static final long WAIT_MILLIS = 1000;

    /** Their locks, which a transaction keeps, stay far below any server's limit. */
    private static final int MOST_TOGETHER = 32;

    /** Characters of all statements of a transaction. */
    private static final int LONGEST_TOGETHER = 500_000;

    private final ObjectMaker maker;
    private final ArrayDeque<StoredObject> waiting;
    private final Predicate<StoredObject> together;
    private int workers = 1;
    private final Set<TableName> locked = new HashSet<>();
    private final Set<Connection> active = new HashSet<>();
    private boolean stopped;

    /**
     * Creates a wave; starts nothing yet.
     *
     * @param together which objects may share a transaction with others
     */
    ObjectWave(ObjectMaker maker, List<StoredObject> objects, Predicate<StoredObject> together) {
        this.maker = maker;
        this.waiting = new ArrayDeque<>(objects);
        this.together = together;
    }

    /** Creates all of them, or stops at the first fault that is not an object's own. */
    void run(int most) {
        int count = Math.min(most, waiting.size());
        if (count == 0) {
            return;
        }
        workers = count;
        ExecutorService executor = Executors.newFixedThreadPool(count, ObjectWave::thread);
        try {
            List<Future<?>> futures = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                futures.add(executor.submit(this::work));
            }
            for (Future<?> future : futures) {
                future.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SyncException fault) {
                throw fault;
            }
            throw UnexpectedError.of("the creation of schema objects", Objects.requireNonNullElse(e.getCause(), e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SyncException(FaultKind.INTERNAL, "Creating schema objects was interrupted.", "", e);
        } finally {
            stop();
            executor.shutdownNow();
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "structure");
        thread.setDaemon(true);
        return thread;
    }

    private void work() {
        try (Connection connection = maker.open()) {
            begin(connection);
            try {
                for (List<StoredObject> next = take(); !next.isEmpty(); next = take()) {
                    try {
                        maker.make(connection, next);
                    } finally {
                        release(next);
                    }
                }
            } finally {
                end(connection);
            }
        } catch (SQLException e) {
            stop();
            throw SqlFaults.explain("The destination closed a connection", e);
        } catch (RuntimeException e) {
            stop();
            throw e;
        }
    }

    private synchronized void begin(Connection connection) {
        active.add(connection);
    }

    private synchronized void end(Connection connection) {
        active.remove(connection);
    }

    /** Stops the others: their current objects are rolled back and created by the next run. */
    private synchronized void stop() {
        stopped = true;
        notifyAll();
        for (Connection connection : active) {
            try {
                connection.unwrap(PGConnection.class).cancelQuery();
            } catch (SQLException e) {
                LOG.warn("A statement could not be cancelled. error={}", e.getMessage());
            }
        }
    }

    /** Returns the first objects whose tables are free, waiting for one; none if none is left. */
    private synchronized List<StoredObject> take() {
        while (!stopped && !waiting.isEmpty()) {
            List<StoredObject> taken = takeFree();
            if (!taken.isEmpty()) {
                return taken;
            }
            try {
                wait(WAIT_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return List.of();
            }
        }
        return List.of();
    }

    /** A single worker keeps the order of the list, which later objects may depend on. */
    private List<StoredObject> takeFree() {
        List<StoredObject> taken = new ArrayList<>();
        int most = Math.min(MOST_TOGETHER, (waiting.size() + workers - 1) / workers);
        int length = 0;
        Iterator<StoredObject> candidates = waiting.iterator();
        while (candidates.hasNext() && taken.size() < most) {
            StoredObject candidate = candidates.next();
            boolean shares = together.test(candidate);
            boolean fits =
                    taken.isEmpty() || (shares && length + candidate.statement().length() <= LONGEST_TOGETHER);
            if (fits && candidate.object().tables().stream().noneMatch(locked::contains)) {
                candidates.remove();
                taken.add(candidate);
                length += candidate.statement().length();
                if (!shares) {
                    break;
                }
            } else if (workers == 1) {
                break;
            }
        }
        taken.forEach(object -> locked.addAll(object.object().tables()));
        return taken;
    }

    private synchronized void release(List<StoredObject> objects) {
        objects.forEach(object -> locked.removeAll(object.object().tables()));
        notifyAll();
    }
}
