package org.dtssync.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.Remedy;
import org.dtssync.connectors.fault.SyncException;

/**
 * One logical replication slot at the source: made, looked at, advanced and dropped by SQL.
 *
 * <p>Immutable; every method works on the connection it is given.
 *
 * @param name the slot's name
 */
public record ReplicationSlot(String name) {

    /** The decoding plugin of every slot of ours. */
    public static final String PLUGIN = "pgoutput";

    /**
     * What the server says about a slot.
     *
     * @param plugin its decoding plugin
     * @param database the database it belongs to
     * @param activePid the backend that streams from it, empty if none
     * @param confirmedFlush up to where its reader has confirmed
     * @param walStatus {@code reserved}, {@code extended}, {@code unreserved} or {@code lost}
     * @param retainedBytes WAL kept for it, in bytes; 0 if unknown
     */
    public record State(
            String plugin,
            String database,
            Optional<Integer> activePid,
            Lsn confirmedFlush,
            String walStatus,
            long retainedBytes) {}

    /** Reads the slot's state; empty if there is no such slot. */
    public Optional<State> state(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT plugin, database, active_pid, confirmed_flush_lsn::text, wal_status,
                       coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint
                FROM pg_replication_slots WHERE slot_name = ?
                """)) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) {
                    return Optional.empty();
                }
                Optional<Integer> activePid = Optional.ofNullable(rows.getObject(3, Integer.class));
                return Optional.of(new State(
                        rows.getString(1),
                        rows.getString(2),
                        activePid,
                        rows.getString(4) == null ? Lsn.ZERO : Lsn.parse(rows.getString(4)),
                        rows.getString(5) == null ? "lost" : rows.getString(5),
                        rows.getLong(6)));
            }
        }
    }

    /**
     * Makes the slot.
     *
     * @return its consistent point: every transaction that commits after it will be streamed
     */
    public Lsn create(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT lsn::text FROM pg_create_logical_replication_slot(?, ?)
                """)) {
            statement.setString(1, name);
            statement.setString(2, PLUGIN);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return Lsn.parse(rows.getString(1));
            }
        }
    }

    /**
     * Moves the slot forward to exactly an LSN, so that streaming starts right behind it.
     *
     * @throws SyncException of kind SLOT if the slot is elsewhere: changes would be lost or come twice
     */
    public void advanceTo(Connection connection, Lsn lsn) throws SQLException {
        State state = state(connection).orElseThrow(this::gone);
        if (state.confirmedFlush().compareTo(lsn) > 0) {
            throw new SyncException(
                    FaultKind.SLOT,
                    "Replication slot " + name + " is at " + state.confirmedFlush() + ", past the last cut " + lsn
                            + ": something else has read from it, and the changes in between are lost.",
                    Remedy.START_AGAIN);
        }
        Lsn reached = state.confirmedFlush().equals(lsn) ? lsn : advance(connection, lsn);
        if (!reached.equals(lsn)) {
            throw new SyncException(
                    FaultKind.SLOT,
                    "Replication slot " + name + " moved to " + reached + " instead of the last cut " + lsn + ".",
                    Remedy.START_AGAIN);
        }
    }

    private Lsn advance(Connection connection, Lsn lsn) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT end_lsn::text FROM pg_replication_slot_advance(?, ?::pg_lsn)
                """)) {
            statement.setString(1, name);
            statement.setString(2, lsn.toString());
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return Lsn.parse(rows.getString(1));
            }
        }
    }

    /** Ends the backend that streams from the slot, if there is one; returns whether there was. */
    public boolean endReader(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
                WHERE slot_name = ? AND active_pid IS NOT NULL
                """)) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    /** Drops the slot if it is there. Its reader must have ended. */
    public void drop(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = ?
                """)) {
            statement.setString(1, name);
            statement.execute();
        }
    }

    /** Returns the fault of a slot that is not there. */
    public SyncException gone() {
        return new SyncException(
                FaultKind.SLOT,
                "Replication slot " + name
                        + " no longer exists at the source: the changes since the last cut are lost.",
                Remedy.START_AGAIN);
    }
}
