package org.dtssync.app.source;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.LongConsumer;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.HeartbeatStore;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.ReplicationSlot;
import org.dtssync.connectors.postgres.SqlFaults;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The task's heartbeat at the source: written once a second, so that an idle source holds no WAL for
 * the slot, and applied at the destination like any row, which proves that everything before it has arrived.
 *
 * <p>Thread-safe.
 */
public final class Heartbeat {

    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

    private static final long INTERVAL_MILLIS = 1_000;
    private static final long POLL_MILLIS = 20;

    /** A stream that has no backlog delivers a heartbeat within a few milliseconds, and a switch waits for it. */
    private static final long QUICK_POLL_MILLIS = 4;

    private static final int QUICK_POLLS = 100;

    /** Beats between two checks of the WAL retained for the slot. */
    private static final int BEATS_PER_LOOK = 5;

    /** Checks between two warnings that it is too much. */
    private static final int LOOKS_PER_WARNING = 6;

    private final String task;
    private final HeartbeatStore beats;
    private final DatabaseConnections source;
    private final DatabaseConnections destination;
    private final ReplicationSlot slot;
    private final long walWarningBytes;
    private final LongConsumer walRetained;

    /**
     * Creates one; opens nothing yet.
     *
     * @param route the direction whose delay it measures
     * @param walWarningBytes size of the WAL retained for the slot, in bytes, that triggers a warning
     * @param walRetained receives how much WAL the source retains for the slot, in bytes
     */
    public Heartbeat(Route route, long walWarningBytes, LongConsumer walRetained) {
        this.task = route.task();
        this.beats = new HeartbeatStore(task);
        this.source = route.source();
        this.destination = route.destination();
        this.slot = route.slot();
        this.walWarningBytes = walWarningBytes;
        this.walRetained = walRetained;
    }

    /** Beats until interrupted. */
    public void beat() throws InterruptedException {
        try (Connection connection = source.open()) {
            for (int beat = 0; ; beat++) {
                beats.write(connection);
                if (beat % BEATS_PER_LOOK == 0) {
                    lookAtWal(connection, beat % (BEATS_PER_LOOK * LOOKS_PER_WARNING) == 0);
                }
                Thread.sleep(INTERVAL_MILLIS);
            }
        } catch (SQLException e) {
            throw SqlFaults.explain("The heartbeat could not be written at the source", e);
        }
    }

    /**
     * Writes one heartbeat, which is on the disk, with everything committed before it, when this returns.
     *
     * @return a position before the heartbeat and after everything committed before the call
     */
    public Lsn writeOnce() {
        return source.inTransaction("The heartbeat could not be written at the source", connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET LOCAL synchronous_commit = on");
            }
            Lsn before = insertLsn(connection);
            beats.write(connection);
            return before;
        });
    }

    private void lookAtWal(Connection connection, boolean warn) throws SQLException {
        slot.state(connection).ifPresent(state -> {
            walRetained.accept(state.retainedBytes());
            if (warn && state.retainedBytes() > walWarningBytes) {
                LOG.warn(
                        "The source retains a lot of WAL for the slot. task={} slot={} retained_bytes={} wal_warning_bytes={}",
                        task,
                        slot.name(),
                        state.retainedBytes(),
                        walWarningBytes);
            }
        });
    }

    /**
     * Writes a heartbeat now and waits until it is applied: then everything committed at the source before the call is at the
     * destination.
     *
     * @return a position at the source that everything committed before the call lies before
     */
    public Lsn awaitApplied() throws InterruptedException {
        return awaitApplied(Duration.ofDays(365));
    }

    /**
     * Does the same, with a time limit.
     *
     * @throws SyncException of kind TRANSIENT if the heartbeat is not applied in time
     */
    public Lsn awaitApplied(Duration limit) throws InterruptedException {
        String failure = "The heartbeat of task " + task + " could not be tracked";
        long deadline = System.nanoTime() + limit.toNanos();
        // A switch waits for this: the session here is open already, and the login there takes place while the
        // heartbeat travels.
        long written = source.inTransaction(failure, beats::write);
        Lsn lsn = source.inTransaction(failure, Heartbeat::insertLsn);
        try (Connection connection = destination.open()) {
            for (long poll = 1; beats.sequence(connection) < written; poll++) {
                if (System.nanoTime() > deadline) {
                    throw new SyncException(
                            FaultKind.TRANSIENT,
                            "The last changes did not arrive within " + limit.toMillis() + " ms.",
                            "See dts-sync status for the lag; try again when it is small.");
                }
                Thread.sleep(poll <= QUICK_POLLS ? QUICK_POLL_MILLIS : POLL_MILLIS);
            }
            return lsn;
        } catch (SQLException e) {
            throw SqlFaults.explain(failure, e);
        }
    }

    private static Lsn insertLsn(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_current_wal_insert_lsn()::text");
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return Lsn.parse(rows.getString(1));
        }
    }
}
