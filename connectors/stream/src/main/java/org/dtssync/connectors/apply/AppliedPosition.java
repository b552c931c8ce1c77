package org.dtssync.connectors.apply;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Fence;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.read.CutPosition;
import org.dtssync.connectors.read.NumberedCut;

/**
 * How far the destination is: the last cut whose changes it has, written in the same transaction as these changes.
 *
 * @param lsn the cut's LSN
 * @param cutOffset the cut's offset in its topic
 */
public record AppliedPosition(Lsn lsn, long cutOffset) {

    /** Returns the position that is behind a cut. */
    static AppliedPosition behind(NumberedCut cut) {
        return new AppliedPosition(cut.end(), cut.offset());
    }

    /** Returns the place in the stream from which applying resumes. */
    CutPosition inStream() {
        return new CutPosition(lsn, cutOffset);
    }

    /** Reads a task's position; empty before the first cut is known. */
    public static Optional<AppliedPosition> read(Connection connection, String task) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT cut_lsn::text, cut_offset FROM dts_sync.apply_position WHERE task = ?
                """)) {
            statement.setString(1, task);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next()
                        ? Optional.of(new AppliedPosition(Lsn.parse(rows.getString(1)), rows.getLong(2)))
                        : Optional.empty();
            }
        }
    }

    /**
     * Sets a task's position to where its stream begins.
     *
     * @param mirrorOf the task in the other direction, which knows by it which transactions to leave out
     */
    public static void begin(Connection connection, Fence fence, AppliedPosition first, String mirrorOf)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                INSERT INTO dts_sync.apply_position (task, epoch, cut_lsn, cut_offset, applied_at, mirror_of)
                VALUES (?, ?, ?::pg_lsn, ?, clock_timestamp(), ?)
                ON CONFLICT (task) DO UPDATE
                SET epoch = excluded.epoch, cut_lsn = excluded.cut_lsn, cut_offset = excluded.cut_offset,
                    applied_at = excluded.applied_at, mirror_of = excluded.mirror_of
                """)) {
            statement.setString(1, fence.task());
            statement.setLong(2, fence.epoch());
            statement.setString(3, first.lsn().toString());
            statement.setLong(4, first.cutOffset());
            statement.setString(5, mirrorOf);
            statement.executeUpdate();
        }
    }

    /**
     * Marks a transaction as the task's, where it is not one that applies changes: a pipeline in the other direction leaves it
     * out then. To be its first statement.
     *
     * @param task the task's name
     */
    public static void mark(Connection connection, String task) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "UPDATE dts_sync.apply_position SET applied_at = clock_timestamp() WHERE task = ?")) {
            statement.setString(1, task);
            statement.executeUpdate();
        }
    }

    /**
     * Takes a task's right to apply away: without a position no transaction of its applier can begin.
     *
     * @param task the task's name
     */
    public static void revoke(Connection connection, String task) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("DELETE FROM dts_sync.apply_position WHERE task = ?")) {
            statement.setString(1, task);
            statement.executeUpdate();
        }
    }

    /**
     * Moves the position on. This is the first statement of every transaction that applies changes: it checks the fence, and a
     * pipeline in the other direction knows our transactions by it.
     *
     * @throws SyncException of kind FENCED if another instance has taken over
     */
    void advance(Connection connection, Fence fence) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                UPDATE dts_sync.apply_position
                SET cut_lsn = ?::pg_lsn, cut_offset = ?, applied_at = clock_timestamp()
                WHERE task = ? AND epoch = ?
                """)) {
            statement.setString(1, lsn.toString());
            statement.setLong(2, cutOffset);
            statement.setString(3, fence.task());
            statement.setLong(4, fence.epoch());
            if (statement.executeUpdate() != 1) {
                throw new SyncException(
                        FaultKind.FENCED,
                        "Another instance of task " + fence.task() + " has taken over, or the task was released.",
                        "Nothing was written.");
            }
        }
        fence.hold(connection);
    }
}
