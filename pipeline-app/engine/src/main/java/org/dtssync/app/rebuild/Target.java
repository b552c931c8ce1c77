package org.dtssync.app.rebuild;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.state.InstanceStore;
import org.dtssync.app.state.ReplayStore;
import org.dtssync.app.state.StateSchema;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseAddress;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.SqlFaults;

/**
 * The database that is made, locked for this process. A process that died has lost the lock with its session, and one that has not cannot
 * write any more, since this one raised the epoch.
 */
final class Target implements AutoCloseable {

    private final Connection lock;
    private final Epoch epoch;

    private Target(Connection lock, Epoch epoch) {
        this.lock = lock;
        this.epoch = epoch;
    }

    /**
     * Checks that a database may be written to; writes nothing.
     *
     * @param base the digest of the base's manifest
     * @throws SyncException of kind USAGE if it may not
     */
    static void require(TaskFile file, DatabaseConnections database, String base) {
        ReplayStore store = new ReplayStore(database, file.name());
        if (isSame(database.settings(), file.destination().database())
                || isSame(database.settings(), file.source().database())
                || store.isDestination()) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "The target is a database of task " + file.name() + " itself.",
                    "Name an empty database of its own.");
        }
        Optional<String> begun = store.base();
        if (begun.isPresent() && !begun.get().equals(base)) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "The target was begun with another base, whose base.json has SHA-256 " + begun.get() + ".",
                    "Name that base, or an empty database.");
        }
        if (begun.isEmpty()) {
            store.object().ifPresent(object -> {
                throw new SyncException(
                        FaultKind.USAGE, "The target is not empty: it has " + object + ".", "Name an empty database.");
            });
        }
    }

    private static boolean isSame(DatabaseSettings one, DatabaseSettings other) {
        Optional<DatabaseAddress> first = DatabaseAddress.of(one.url());
        Optional<DatabaseAddress> second = DatabaseAddress.of(other.url());
        return first.isPresent()
                && second.isPresent()
                && first.get().hosts().equals(second.get().hosts())
                && first.get().ports().equals(second.get().ports())
                && first.get().database().equals(second.get().database());
    }

    /**
     * Locks it.
     *
     * @throws SyncException of kind FENCED if another process is writing to it
     */
    static Target lock(TaskFile file, DatabaseConnections database) {
        new StateSchema(database).installReplay();
        InstanceStore store = new InstanceStore(database, ReplayStore.nameOf(file.name()));
        return database.prepared("The target could not be locked", connection -> {
            if (!store.tryLock(connection)) {
                throw new SyncException(
                        FaultKind.FENCED,
                        "Another process is writing to the target.",
                        "Stop it, or wait until it is done; if it died a moment ago, run the same command again.");
            }
            return new Target(connection, store.raise(connection, process()));
        });
    }

    private static InstanceStore.Runner process() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "unknown";
        }
        return new InstanceStore.Runner(host, ProcessHandle.current().pid(), StateSchema.program());
    }

    Epoch epoch() {
        return epoch;
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (SQLException e) {
            throw SqlFaults.explain("The session that locks the target could not be closed", e);
        }
    }
}
