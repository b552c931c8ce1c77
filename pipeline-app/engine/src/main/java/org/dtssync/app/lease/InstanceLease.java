package org.dtssync.app.lease;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.dtssync.app.config.SecondInstance;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.InstanceStore;
import org.dtssync.app.state.InstanceStore.Holder;
import org.dtssync.app.state.LiveFigures;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.StateSchema;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.SoleSession;
import org.dtssync.connectors.postgres.SqlFaults;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance's lock on a task: an advisory lock at the destination, which a dead process loses at once, and a sign of life,
 * which a frozen one stops showing. The new holder raises the task's epoch, after which no write of a predecessor can
 * commit.
 */
public final class InstanceLease implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(InstanceLease.class);

    /** Without a sign of life for this long, an instance counts as frozen. */
    private static final Duration FROZEN_AFTER = Duration.ofSeconds(6);

    private static final Duration LEFTOVER_LIMIT = Duration.ofSeconds(15);

    private static final long SIGN_OF_LIFE_MILLIS = 1_000;
    private static final long STANDBY_POLL_MILLIS = 500;

    /** A busy server may take a moment to notice that an instance has ended, and to release its lock. */
    private static final Duration ENDING = Duration.ofSeconds(3);

    private final SoleSession destination;
    private final InstanceStore store;
    private final String task;
    private final Epoch epoch;
    private Connection connection;

    private InstanceLease(
            SoleSession destination, InstanceStore store, String task, Epoch epoch, Connection connection) {
        this.destination = destination;
        this.store = store;
        this.task = task;
        this.epoch = epoch;
        this.connection = connection;
    }

    /**
     * Locks a task whose state is installed.
     *
     * @param second what to do while another instance is active
     * @throws SyncException of kind FENCED if another instance is active and the task file says to refuse
     */
    public static InstanceLease acquire(Route route, SecondInstance second) throws InterruptedException {
        String task = route.task();
        InstanceStore store = new InstanceStore(route.destination(), task);
        SoleSession session = new SoleSession(route.destination());
        boolean announced = false;
        long deadline = System.nanoTime() + ENDING.toNanos();
        while (true) {
            Connection connection = session.open();
            try {
                if (store.tryLock(connection) || endFrozen(connection, route)) {
                    endLeftovers(connection, route);
                    Epoch raised = store.raise(connection, process());
                    Failpoint.LEASE_RAISED.reached();
                    return new InstanceLease(session, store, task, raised, connection);
                }
                if (second == SecondInstance.REFUSE && System.nanoTime() > deadline) {
                    throw refusal(task, store.last(connection));
                }
                if (!announced && second == SecondInstance.STANDBY) {
                    LOG.info(
                            "Waiting as standby: another instance is active. task={} instance={}",
                            task,
                            store.last(connection).flatMap(Holder::process).orElse("unknown"));
                    announced = true;
                }
                connection.close();
            } catch (SQLException e) {
                throw released(connection, SqlFaults.explain("Task " + task + " could not be locked", e));
            } catch (SyncException e) {
                throw released(connection, e);
            }
            Thread.sleep(STANDBY_POLL_MILLIS);
        }
    }

    /** Names who runs a task that is not to be run twice. */
    private static SyncException refusal(String task, Optional<Holder> holder) {
        return new SyncException(
                FaultKind.FENCED,
                "Task " + task + " is already being run by another instance"
                        + holder.flatMap(Holder::process)
                                .map(process -> ", " + process)
                                .orElse("")
                        + ".",
                "Stop that instance first, or set second.instance: standby to wait for it.");
    }

    /**
     * Requires that no other instance runs a task, before anything is started that two of them would have to share.
     *
     * @throws SyncException of kind FENCED if one does, and the task file says to refuse
     */
    public static void requireNone(Route route, SecondInstance second) {
        if (second == SecondInstance.STANDBY) {
            return;
        }
        InstanceStore store = new InstanceStore(route.destination(), route.task());
        route.destination().doInTransaction("The status of task " + route.task() + " could not be read", connection -> {
            if (store.isHeld(connection)) {
                throw refusal(route.task(), store.last(connection));
            }
        });
    }

    /** The next try must not find the task locked by the one that failed. */
    private static SyncException released(Connection connection, SyncException fault) {
        try {
            connection.close();
        } catch (SQLException e) {
            fault.addSuppressed(e);
        }
        return fault;
    }

    /**
     * Locks the opposite direction of a task that is already locked: any other holder is a leftover that is ending.
     *
     * @throws SyncException of kind FENCED if it is not released in time
     */
    public static InstanceLease acquirePatiently(Route route, SecondInstance second) throws InterruptedException {
        new ProgressStore(route.destination(), route.task()).install();
        long deadline = System.nanoTime() + LEFTOVER_LIMIT.toNanos();
        while (true) {
            try {
                return acquire(route, second);
            } catch (SyncException e) {
                if (e.kind() != FaultKind.FENCED || System.nanoTime() > deadline) {
                    throw e;
                }
            }
            Thread.sleep(STANDBY_POLL_MILLIS);
        }
    }

    /** Ends the sessions of an instance that holds the lock but shows no sign of life; returns whether we have the lock. */
    private static boolean endFrozen(Connection connection, Route route) throws SQLException, InterruptedException {
        InstanceStore store = new InstanceStore(route.destination(), route.task());
        if (!store.isSilent(connection, FROZEN_AFTER)) {
            return false;
        }
        LOG.warn("Taking over from an instance that shows no sign of life. task={}", route.task());
        endLeftovers(connection, route);
        for (int i = 0; i < 20; i++) {
            if (store.tryLock(connection)) {
                return true;
            }
            Thread.sleep(100);
        }
        return false;
    }

    /** A predecessor's sessions may outlive it in a broken network, with row locks that would delay the epoch. */
    private static void endLeftovers(Connection connection, Route route) throws SQLException {
        endSessions(connection, route.name().applicationName());
        try (Connection source = route.source().open()) {
            endSessions(source, route.name().applicationName());
        }
    }

    /** Only those of this database: both ends may be on one server, and the other end's session is in use here. */
    private static void endSessions(Connection connection, String applicationName) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE application_name = ? AND datname = current_database()
                      AND pid <> pg_backend_pid() AND usename = current_user
                """)) {
            statement.setString(1, applicationName);
            statement.execute();
        }
    }

    private static InstanceStore.Runner process() {
        return new InstanceStore.Runner(host(), ProcessHandle.current().pid(), StateSchema.program());
    }

    /** The name people know the machine by; a machine without one in the network still has its own. */
    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            String name = System.getenv("HOSTNAME");
            return name == null ? "unknown" : name;
        }
    }

    /** Returns this instance's right to write. */
    public Epoch epoch() {
        return epoch;
    }

    /**
     * Shows signs of life until interrupted; reacquires the lock after the destination was down.
     *
     * @param figures how the run is doing, stored with each of them; null stores none
     */
    public void keep(Supplier<@Nullable LiveFigures> figures) throws InterruptedException {
        while (true) {
            Thread.sleep(SIGN_OF_LIFE_MILLIS);
            try {
                signOfLife(figures.get());
            } catch (SQLException e) {
                throw SqlFaults.explain("The destination closed the session that locks task " + task, e);
            }
        }
    }

    private synchronized void signOfLife(@Nullable LiveFigures figures) throws SQLException {
        if (connection.isClosed()) {
            connection = destination.open();
            if (!store.tryLock(connection)) {
                connection.close();
                throw taken();
            }
        }
        try {
            if (!store.signOfLife(connection, epoch, figures)) {
                throw taken();
            }
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private SyncException taken() {
        return new SyncException(
                FaultKind.FENCED, "Another instance has taken over task " + task + ", or it was released.", "");
    }

    @Override
    public synchronized void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw SqlFaults.explain("The session that locks task " + task + " could not be closed", e);
        }
    }
}
