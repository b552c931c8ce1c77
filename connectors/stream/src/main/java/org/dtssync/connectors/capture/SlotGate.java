package org.dtssync.connectors.capture;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.Remedy;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.ReplicationSlot;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.schemas.Cut;

/** Checks and sets the replication slot before streaming and once more before the first cut. Thread-safe. */
final class SlotGate {

    private static final Duration FREE_TIMEOUT = Duration.ofSeconds(30);
    private static final long POLL_MILLIS = 50;

    private final DatabaseConnections source;
    private final ReplicationSlot slot;

    SlotGate(DatabaseConnections source, ReplicationSlot slot) {
        this.source = source;
        this.slot = slot;
    }

    /** Frees the slot from a predecessor and moves it to exactly the end of the last cut. */
    void open(Cut last) throws InterruptedException {
        try (Connection connection = source.open()) {
            requireSameServer(connection, last.systemIdentifier());
            ReplicationSlot.State state = slot.state(connection).orElseThrow(slot::gone);
            requireUsable(state);
            free(connection);
            slot.advanceTo(connection, new Lsn(last.lsn()));
        } catch (SQLException e) {
            throw SqlFaults.explain("Replication slot " + slot.name() + " could not be opened", e);
        }
    }

    /** Debezium silently makes a missing slot anew, which would lose changes: the slot must still be where it was set. */
    void confirmUntouched(Lsn expected) {
        try (Connection connection = source.open()) {
            ReplicationSlot.State state = slot.state(connection).orElseThrow(slot::gone);
            requireUsable(state);
            if (!state.confirmedFlush().equals(expected)) {
                throw new SyncException(
                        FaultKind.SLOT,
                        "Replication slot " + slot.name() + " is at " + state.confirmedFlush() + " instead of "
                                + expected + ": it was made again or read by something else, and changes may be lost.",
                        Remedy.START_AGAIN);
            }
        } catch (SQLException e) {
            throw SqlFaults.explain("Replication slot " + slot.name() + " could not be checked", e);
        }
    }

    private void requireUsable(ReplicationSlot.State state) {
        if (state.walStatus().equals("lost")) {
            throw new SyncException(
                    FaultKind.SLOT,
                    "Replication slot " + slot.name()
                            + " was invalidated by the source (max_slot_wal_keep_size or idle_replication_slot_timeout):"
                            + " the changes since the last cut are lost.",
                    "Raise that setting at the source first. " + Remedy.START_AGAIN);
        }
        if (!ReplicationSlot.PLUGIN.equals(state.plugin())) {
            throw new SyncException(
                    FaultKind.SLOT,
                    "Replication slot " + slot.name() + " uses the plugin " + state.plugin() + " instead of "
                            + ReplicationSlot.PLUGIN + ".",
                    "Drop it if it is not needed: SELECT pg_drop_replication_slot('" + slot.name() + "');");
        }
    }

    private static void requireSameServer(Connection connection, String expected) throws SQLException {
        try (PreparedStatement statement =
                        connection.prepareStatement("SELECT system_identifier::text FROM pg_control_system()");
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            if (!rows.getString(1).equals(expected)) {
                throw new SyncException(
                        FaultKind.SLOT,
                        "The source is another server than the one the task began with (system identifier "
                                + rows.getString(1) + " instead of " + expected + ").",
                        "Correct source.url, or release the task and start again.");
            }
        }
    }

    private void free(Connection connection) throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + FREE_TIMEOUT.toNanos();
        while (slot.state(connection).orElseThrow(slot::gone).activePid().isPresent()) {
            slot.endReader(connection);
            if (System.nanoTime() > deadline) {
                throw new SyncException(
                        FaultKind.TRANSIENT,
                        "Replication slot " + slot.name() + " is still in use by another process.",
                        "Find it with SELECT active_pid FROM pg_replication_slots and end it.");
            }
            Thread.sleep(POLL_MILLIS);
        }
    }
}
