package org.dtssync.connectors.apply;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.CutPosition;
import org.dtssync.connectors.read.NumberedCut;
import org.dtssync.schemas.StateMigrations;

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
    /** The table of the positions, which a publication has where transactions are recognised by it. */
    public static final TableName TABLE = new TableName(StateMigrations.SCHEMA, "apply_position");

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

    /** Returns whether positions are kept in the connection's database. */
    public static boolean isKept(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT to_regclass('dts_sync.apply_position') IS NOT NULL")) {
            rows.next();
            return rows.getBoolean(1);
        }
    }

    /**
     * Returns which tasks leave a task's transactions out, and are left out by it; none where no positions are kept.
     *
     * @param task the task's name
     * @param reverse the name of the same task in the other direction, which does not count
     */
    public static List<String> mirrorsOf(Connection connection, String task, String reverse) throws SQLException {
        List<String> mirrors = new ArrayList<>();
        if (!isKept(connection)) {
            return mirrors;
        }
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT task FROM dts_sync.apply_position WHERE mirror_of = ? AND task <> ? ORDER BY 1")) {
            statement.setString(1, task);
            statement.setString(2, reverse);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    mirrors.add(rows.getString(1));
                }
            }
        }
        return mirrors;
    }

    /** Gives the right to apply to the holder of an epoch. Joins the transaction that raises it. */
    public static void handOver(Connection connection, Epoch epoch) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("UPDATE dts_sync.apply_position SET epoch = ? WHERE task = ?")) {
            statement.setLong(1, epoch.number());
            statement.setString(2, epoch.task());
            statement.executeUpdate();
        }
    }

    /** Ends every session that has written a position in a transaction that is still open. */
    public static void endWriters(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("""
                    SELECT pg_terminate_backend(pid) FROM pg_locks
                    WHERE relation = 'dts_sync.apply_position'::regclass AND mode = 'RowExclusiveLock'
                      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    """);
        }
    }

    /**
     * Sets a task's position to where its stream begins.
     *
     * @param mirrorOf the task in the other direction, which knows by it which transactions to leave out
     */
    public static void begin(Connection connection, Epoch epoch, AppliedPosition first, String mirrorOf)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                INSERT INTO dts_sync.apply_position (task, epoch, cut_lsn, cut_offset, applied_at, mirror_of)
                VALUES (?, ?, ?::pg_lsn, ?, clock_timestamp(), ?)
                ON CONFLICT (task) DO UPDATE
                SET epoch = excluded.epoch, cut_lsn = excluded.cut_lsn, cut_offset = excluded.cut_offset,
                    applied_at = excluded.applied_at, mirror_of = excluded.mirror_of
                """)) {
            statement.setString(1, epoch.task());
            statement.setLong(2, epoch.number());
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
     * Moves the position on. This is the first statement of every transaction that applies changes: it checks the epoch, and a
     * pipeline in the other direction knows our transactions by it.
     *
     * @throws SyncException of kind FENCED if another instance has taken over
     */
    void advance(Connection connection, Epoch epoch) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                UPDATE dts_sync.apply_position
                SET cut_lsn = ?::pg_lsn, cut_offset = ?, applied_at = clock_timestamp()
                WHERE task = ? AND epoch = ?
                """)) {
            statement.setString(1, lsn.toString());
            statement.setLong(2, cutOffset);
            statement.setString(3, epoch.task());
            statement.setLong(4, epoch.number());
            if (statement.executeUpdate() != 1) {
                throw new SyncException(
                        FaultKind.FENCED,
                        "Another instance of task " + epoch.task() + " has taken over, or the task was released.",
                        "Nothing was written.");
            }
        }
        epoch.hold(connection);
    }
}
