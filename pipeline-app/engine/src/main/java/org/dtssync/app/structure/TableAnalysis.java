package org.dtssync.app.structure;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.fault.UnexpectedError;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Statistics for the planner, of all tables of a task, over several connections: the largest tables first, small ones several in a transaction.
 *
 * <p>One thread calls {@link #run}; it starts the others and waits for them. Safe to run again.
 */
final class TableAnalysis {

    private static final Logger LOG = LoggerFactory.getLogger(TableAnalysis.class);

    /** Small tables cost little more than their commit. Their locks, which a transaction keeps, stay far below any server's limit. */
    private static final int ANALYZED_AT_ONCE = 32;

    private final DatabaseConnections destination;
    private final Epoch epoch;
    private final Consumer<TableName> listener;
    private final Queue<List<TableName>> waiting = new ConcurrentLinkedQueue<>();
    private final Set<Connection> active = new HashSet<>();
    private boolean stopped;

    /**
     * Creates an analysis; opens nothing yet.
     *
     * @param listener notified of each finished table, by any of the threads
     */
    TableAnalysis(DatabaseConnections destination, Epoch epoch, Consumer<TableName> listener) {
        this.destination = destination;
        this.epoch = epoch;
        this.listener = listener;
    }

    /** Analyzes every selected table, or stops at the first fault. */
    void run(ObjectSelection selection, int workers) {
        waiting.addAll(destination.inTransaction(
                "The tables of the destination could not be read", connection -> parts(connection, selection)));
        int count = Math.min(workers, waiting.size());
        if (count == 0) {
            return;
        }
        ExecutorService executor = Executors.newFixedThreadPool(count, TableAnalysis::thread);
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
            throw UnexpectedError.of("the analysis of tables", Objects.requireNonNullElse(e.getCause(), e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SyncException(FaultKind.INTERNAL, "The analysis of tables was interrupted.", "", e);
        } finally {
            stop();
            executor.shutdownNow();
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "analyze");
        thread.setDaemon(true);
        return thread;
    }

    /** Returns what is analyzed in one transaction each. */
    private static List<List<TableName>> parts(Connection connection, ObjectSelection selection) throws SQLException {
        TableSizes sizes = TableSizes.read(connection);
        Set<TableName> partitioned = partitioned(connection);
        List<List<TableName>> parts = new ArrayList<>();
        ArrayDeque<TableName> small = new ArrayDeque<>();
        CarriedTables.read(connection, selection).roots().stream()
                .sorted(sizes.largestFirst(List::of))
                .forEach(table -> {
                    // Of a partitioned one, all partitions and their indexes are locked until the commit.
                    if (partitioned.contains(table) || !sizes.areSmall(List.of(table))) {
                        parts.add(List.of(table));
                    } else {
                        small.add(table);
                    }
                });
        while (!small.isEmpty()) {
            List<TableName> part = new ArrayList<>();
            while (!small.isEmpty() && part.size() < ANALYZED_AT_ONCE) {
                part.add(small.remove());
            }
            parts.add(part);
        }
        return parts;
    }

    private static Set<TableName> partitioned(Connection connection) throws SQLException {
        Set<TableName> found = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                        WHERE c.relkind = 'p' AND NOT c.relispartition
                        """)) {
            while (rows.next()) {
                found.add(new TableName(rows.getString(1), rows.getString(2)));
            }
        }
        return found;
    }

    private void work() {
        try (Connection connection = destination.open()) {
            if (!begin(connection)) {
                return;
            }
            try (Statement settings = connection.createStatement()) {
                // Thousands of tables, one commit each; the start of the next phase is a synchronous commit.
                settings.execute("SET synchronous_commit = off");
                connection.setAutoCommit(false);
                for (List<TableName> part = waiting.poll(); part != null; part = waiting.poll()) {
                    analyze(connection, part);
                }
            } finally {
                end(connection);
            }
        } catch (SQLException e) {
            stop();
            throw SqlFaults.explain("The tables of the destination could not be analyzed", e);
        } catch (RuntimeException e) {
            stop();
            throw e;
        }
    }

    private void analyze(Connection connection, List<TableName> tables) throws SQLException {
        epoch.hold(connection);
        try (Statement statement = connection.createStatement()) {
            statement.execute("ANALYZE " + tables.stream().map(TableName::sql).collect(Collectors.joining(", ")));
        }
        connection.commit();
        tables.forEach(listener);
    }

    private synchronized boolean begin(Connection connection) {
        return !stopped && active.add(connection);
    }

    private synchronized void end(Connection connection) {
        active.remove(connection);
    }

    /** Stops the others, whose current statements are rolled back. */
    private synchronized void stop() {
        stopped = true;
        waiting.clear();
        for (Connection connection : active) {
            try {
                connection.unwrap(PGConnection.class).cancelQuery();
            } catch (SQLException e) {
                LOG.warn("A statement could not be cancelled. error={}", e.getMessage());
            }
        }
    }
}
