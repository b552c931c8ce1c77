package org.dtssync.connectors.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * Determines the WAL position at which rows were read, and waits until it is flushed to disk.
 *
 * <p>An asynchronous commit is visible before it is written. A copy of its rows would keep them forever if the
 * source crashed and lost the commit, since no stream would ever revert them. So rows are committed at the destination
 * only once the WAL is flushed up to its position after the read. That is checked <em>in a session that stayed open all along</em>: a
 * crash ends every session (and need not change {@code pg_postmaster_start_time()}), so a response there proves that
 * nothing was lost in between. Nothing has to be stored for later, whichever side crashes when. Stateless.
 */
public final class SourceWal {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long POLL_MILLIS = 10;
    private static final int POLLS_PER_PUSH = 50;
    private static final int PAGE_HEADER_BYTES = 24;
    private static final int SEGMENT_HEADER_BYTES = 40;

    private static final String INSERTED = """
            SELECT pg_current_wal_insert_lsn()::text, current_setting('wal_block_size')::bigint,
                   pg_size_bytes(current_setting('wal_segment_size'))
            """;

    private SourceWal() {}

    /** Ends the session's transaction and returns the end of the WAL after everything it read. */
    public static Lsn endTransaction(Connection source) throws SQLException {
        // One round trip for both statements.
        return inserted(source, INSERTED + "; COMMIT");
    }

    /** Returns the end of the WAL; of a session in autocommit mode. */
    public static Lsn inserted(Connection source) throws SQLException {
        return inserted(source, INSERTED);
    }

    private static Lsn inserted(Connection source, String sql) throws SQLException {
        try (Statement statement = source.createStatement()) {
            statement.execute(sql);
            try (ResultSet rows = statement.getResultSet()) {
                rows.next();
                return withoutHeader(Lsn.parse(rows.getString(1)), rows.getLong(2), rows.getLong(3));
            }
        }
    }

    /**
     * Waits until the WAL is flushed up to a position that the same session reported.
     *
     * @throws SyncException of kind TRANSIENT if that takes longer than a minute
     */
    public static void awaitFlushed(Connection source, Lsn lsn) throws SQLException, InterruptedException {
        long began = System.nanoTime();
        for (int poll = 0; !flushed(source).reached(lsn); poll++) {
            if (System.nanoTime() - began > LIMIT.toNanos()) {
                throw new SyncException(
                        FaultKind.TRANSIENT,
                        "The server that the rows are read from has not flushed its WAL up to " + lsn + " within "
                                + LIMIT.toSeconds() + " s.",
                        "Check wal_writer_delay and the disk there.");
            }
            if (poll % POLLS_PER_PUSH == 1) {
                push(source);
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static Lsn flushed(Connection source) throws SQLException {
        try (Statement statement = source.createStatement();
                ResultSet rows = statement.executeQuery("SELECT pg_current_wal_flush_lsn()::text")) {
            rows.next();
            return Lsn.parse(rows.getString(1));
        }
    }

    /**
     * WAL that no commit follows may stay unflushed for long on an idle source (an open transaction's rows, hint bits). A commit
     * of our own, which takes a transaction id and changes nothing, makes the WAL writer flush it.
     */
    private static void push(Connection source) throws SQLException {
        try (Statement statement = source.createStatement()) {
            statement.execute("SELECT pg_current_xact_id()");
        }
    }

    /**
     * At the start of a page the insert position lies behind the page's header, which is not there before the next record is:
     * an idle source's flush position would never reach it. No record can end there, so the start of the page is equivalent.
     */
    static Lsn withoutHeader(Lsn inserted, long blockBytes, long segmentBytes) {
        if (Long.remainderUnsigned(inserted.value(), segmentBytes) == SEGMENT_HEADER_BYTES) {
            return new Lsn(inserted.value() - SEGMENT_HEADER_BYTES);
        }
        if (Long.remainderUnsigned(inserted.value(), blockBytes) == PAGE_HEADER_BYTES) {
            return new Lsn(inserted.value() - PAGE_HEADER_BYTES);
        }
        return inserted;
    }
}
