package org.dtssync.app.ddl;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SourceWal;

/**
 * Reads of a source's catalog between two commands that change its structure. What was read with several queries is then of one moment,
 * and a position shows which commands it has. Nothing is locked: a reading that a command has disturbed is repeated. Stateless.
 */
public final class SteadyReading {

    private static final int ATTEMPTS = 5;

    /** For transactions that have recorded a command to end. */
    private static final int WAITS = 300;

    private static final long WAIT_MILLIS = 100;

    private SteadyReading() {}

    /** What is read. */
    @FunctionalInterface
    public interface Reading {
        /** Reads it again at each call. */
        void read() throws InterruptedException;
    }

    /**
     * Reads until no command was recorded meanwhile.
     *
     * @param source a session in autocommit mode, which is not used by the reading
     * @return a position: the reading has every recorded command that committed up to it, and none that commits behind it
     * @throws SyncException of kind TRANSIENT if commands do not cease
     */
    public static Lsn during(Connection source, Reading reading) throws SQLException, InterruptedException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            String before = snapshot(source);
            try {
                reading.read();
            } catch (SyncException e) {
                if (!isDisturbed(source, before, e)) {
                    throw e;
                }
                if (attempt == ATTEMPTS - 1) {
                    throw e.kind() == FaultKind.TRANSIENT ? e : restless();
                }
                continue;
            }
            Lsn position = position(source);
            if (!hasCommandsSince(source, before)) {
                return position;
            }
        }
        throw restless();
    }

    /** A command that is running locks what is read; one that ran meanwhile may have removed it, which is an error of any kind. */
    private static boolean isDisturbed(Connection source, String before, SyncException fault) throws SQLException {
        return fault.kind() == FaultKind.TRANSIENT
                || (fault.kind() != FaultKind.CONNECTION && hasCommandsSince(source, before));
    }

    /** Returns which transactions have ended, for {@link #requireNoneSince}. */
    public static String snapshot(Connection source) throws SQLException {
        try (Statement statement = source.createStatement();
                ResultSet rows = statement.executeQuery("SELECT pg_current_snapshot()::text")) {
            rows.next();
            return rows.getString(1);
        }
    }

    /**
     * Requires that no command was recorded since.
     *
     * @throws SyncException of kind TRANSIENT if one was
     */
    public static void requireNoneSince(Connection source, String snapshot) throws SQLException, InterruptedException {
        position(source);
        if (hasCommandsSince(source, snapshot)) {
            throw restless();
        }
    }

    private static SyncException restless() {
        return new SyncException(
                FaultKind.TRANSIENT,
                "The structure of the source changed while it was read.",
                "Run again once no commands change it for a moment.");
    }

    /**
     * A commit is in the log before others see it, and its lock is released after that. So of the transactions that had recorded
     * a command by then, none that committed before the position is unseen once none of them has its lock.
     */
    private static Lsn position(Connection source) throws SQLException, InterruptedException {
        for (int i = 0; i < WAITS; i++) {
            Lsn position = SourceWal.inserted(source);
            if (!isRecording(source)) {
                return position;
            }
            Thread.sleep(WAIT_MILLIS);
        }
        throw restless();
    }

    private static boolean isRecording(Connection source) throws SQLException {
        try (Statement statement = source.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT EXISTS (SELECT FROM pg_locks
                                       WHERE locktype = 'relation' AND relation = 'dts_sync.ddl'::regclass
                                         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                                         AND mode = 'RowExclusiveLock' AND granted)
                        """)) {
            rows.next();
            return rows.getBoolean(1);
        }
    }

    private static boolean hasCommandsSince(Connection source, String snapshot) throws SQLException {
        try (PreparedStatement statement = source.prepareStatement("""
                SELECT EXISTS (SELECT FROM dts_sync.ddl WHERE NOT pg_visible_in_snapshot(xid, ?::pg_snapshot))
                """)) {
            statement.setString(1, snapshot);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getBoolean(1);
            }
        }
    }
}
