package org.dtssync.app.stream;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.DdlNumber;
import org.dtssync.app.state.DeferredIndex;
import org.dtssync.app.state.DeferredIndexStore;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.EventTriggers;
import org.dtssync.connectors.postgres.SqlFaults;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds indexes that commands have left to it, one after the other, with {@code CONCURRENTLY}: neither rows nor readers wait. What a
 * run that was killed has left unfinished is dropped and begun again. One that cannot be built is tried once by each run, and its error
 * kept. Thread-safe: two threads take turns.
 */
final class DeferredIndexBuilder {

    private static final Logger LOG = LoggerFactory.getLogger(DeferredIndexBuilder.class);

    private static final long POLL_MILLIS = 1_000;

    private static final String CREATE = "CREATE INDEX ";

    private final Route route;
    private final Epoch epoch;
    private final DeferredIndexStore store;
    private final Set<DdlNumber> failed = new HashSet<>();
    private final AtomicReference<@Nullable Statement> running = new AtomicReference<>();
    private volatile boolean aborted;

    DeferredIndexBuilder(Route route, Epoch epoch) {
        this.route = route;
        this.epoch = epoch;
        this.store = new DeferredIndexStore(route.destination(), route.task());
    }

    /** Builds whatever comes, until interrupted. */
    void run() throws InterruptedException {
        while (true) {
            buildAll();
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** Builds all that wait, except those that this run could not build. */
    synchronized void buildAll() throws InterruptedException {
        for (DeferredIndex index : store.list()) {
            requireGoing();
            if (!failed.contains(index.number())) {
                build(index);
            }
        }
    }

    /** Cancels what is being built, which the next run begins again; returns at once. */
    void abort() {
        aborted = true;
        Statement statement = running.get();
        if (statement != null) {
            try {
                statement.cancel();
            } catch (SQLException e) {
                LOG.debug("The building of an index could not be cancelled.", e);
            }
        }
    }

    private void requireGoing() throws InterruptedException {
        if (aborted || Thread.interrupted()) {
            throw new InterruptedException("The building of indexes was interrupted");
        }
    }

    private void build(DeferredIndex index) throws InterruptedException {
        store.started(index, epoch);
        long begin = System.nanoTime();
        try (Connection connection = route.destination().open()) {
            EventTriggers.silenceSession(connection);
            Optional<Boolean> valid = valid(connection, index);
            if (valid.isPresent() && !valid.get()) {
                execute(connection, "DROP INDEX CONCURRENTLY " + index.index().sql());
            }
            if (valid.isEmpty() || !valid.get()) {
                execute(connection, CREATE + "CONCURRENTLY " + index.statement().substring(CREATE.length()));
            }
        } catch (SQLException e) {
            requireGoing();
            FaultKind kind = SqlFaults.kind(e);
            if (kind == FaultKind.CONNECTION || kind == FaultKind.TRANSIENT || kind == FaultKind.ACCESS) {
                throw SqlFaults.explain("Index " + index.index() + " could not be built", e);
            }
            failed.add(index.number());
            String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            store.failed(index, why, epoch);
            LOG.warn("An index could not be built. number={} index={} error={}", index.number(), index.index(), why);
            return;
        }
        requireGoing();
        store.built(index, epoch);
        LOG.info(
                "An index was built while the stream continued. number={} index={} millis={}",
                index.number(),
                index.index(),
                (System.nanoTime() - begin) / 1_000_000);
    }

    /** Returns whether an index of the name is there and finished; empty if there is none. */
    private static Optional<Boolean> valid(Connection connection, DeferredIndex index) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT x.indisvalid FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid
                WHERE x.indexrelid = to_regclass(?) AND c.relname = ?
                """)) {
            statement.setString(1, index.index().sql());
            statement.setString(2, index.table());
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(rows.getBoolean(1)) : Optional.empty();
            }
        }
    }

    private void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            running.set(statement);
            if (!aborted) {
                statement.execute(sql);
            }
        } finally {
            running.set(null);
        }
    }
}
