package org.dtssync.app.snapshot;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until every transaction has ended that could have committed before the slot's start without being visible yet.
 *
 * <p>A commit is in the WAL before it is visible. One whose record lies before the slot's start is not streamed, so every
 * chunk's snapshot must see it: no chunk may start before all transactions that ran when the slot was created have ended. Those
 * that run now, after it was created, are among them or younger.
 *
 * <p>It waits for all transaction ids below one taken for the purpose. The {@code xmax} of a snapshot is not suitable: it is the
 * id after the last one that <em>ended</em>, and a running transaction with that very id is in no list and below no bound.
 *
 * <p>It waits at every start, resumed or not: so it needs no state, is right for any slot, and costs
 * two short queries unless a transaction runs for long.
 *
 * <p>Used by one thread.
 */
final class LowerBound {

    private static final Logger LOG = LoggerFactory.getLogger(LowerBound.class);
    private static final long POLL_MILLIS = 100;
    private static final Duration FIRST_WORD = Duration.ofSeconds(5);
    private static final Duration NEXT_WORD = Duration.ofSeconds(60);

    private final Sessions sessions;
    private final CopyRetry retry;
    private final Duration limit;
    private final SnapshotListener listener;

    LowerBound(Sessions sessions, CopyRetry retry, Duration limit, SnapshotListener listener) {
        this.sessions = sessions;
        this.retry = retry;
        this.limit = limit;
        this.listener = listener;
    }

    /**
     * Waits.
     *
     * @throws SyncException of kind TRANSIENT if the limit passes first; it names the transactions
     */
    void await() throws InterruptedException {
        String what = "The transactions running at the source could not be read";
        String next = retry.run(what, sessions, () -> nextTransaction(sessions.source()));
        long began = System.nanoTime();
        Duration nextWord = FIRST_WORD;
        while (!retry.run(what, sessions, () -> isPast(sessions.source(), next))) {
            Duration waited = Duration.ofNanos(System.nanoTime() - began);
            if (waited.compareTo(nextWord) >= 0 || waited.compareTo(limit) >= 0) {
                retry.run(what, sessions, () -> endForsaken(sessions.source()));
                List<RunningTransaction> running = retry.run(what, sessions, () -> running(sessions.source(), next));
                report(running, waited);
                nextWord = waited.plus(NEXT_WORD);
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private void report(List<RunningTransaction> running, Duration waited) {
        String names = running.stream().map(RunningTransaction::toString).collect(Collectors.joining(", "));
        if (waited.compareTo(limit) >= 0) {
            throw new SyncException(
                    FaultKind.TRANSIENT,
                    "Transactions older than the replication slot still run at the source: " + names + ".",
                    "End them there, then run the task again.");
        }
        listener.waitingFor(running);
        LOG.warn("The snapshot waits for older transactions at the source. transactions=[{}]", names);
    }

    /**
     * Ends sessions of Debezium's that an instance has left within a transaction: one that was frozen while its capture began holds a
     * transaction id, and would hold up its successor until it wakes. A capture that works is never idle there for that long.
     */
    private static int endForsaken(Connection source) throws SQLException {
        try (Statement statement = source.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                        WHERE starts_with(application_name, 'Debezium') AND datname = current_database() AND usename = current_user
                          AND state = 'idle in transaction' AND backend_xid IS NOT NULL
                          AND state_change < clock_timestamp() - interval '4 s'
                        """)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /** Takes a transaction id, above those of all transactions that run; its own transaction ends with the statement. */
    private static String nextTransaction(Connection source) throws SQLException {
        try (Statement statement = source.createStatement();
                ResultSet rows = statement.executeQuery("SELECT pg_current_xact_id()::text")) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static boolean isPast(Connection source, String next) throws SQLException {
        try (PreparedStatement statement = source.prepareStatement("""
                SELECT pg_snapshot_xmin(pg_current_snapshot()) >= ?::xid8
                """)) {
            statement.setString(1, next);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getBoolean(1);
            }
        }
    }

    /** Finds holders by their locks on their own ids, which every account may see; a lock's id has only the lower 32 bits. */
    private static List<RunningTransaction> running(Connection source, String next) throws SQLException {
        List<RunningTransaction> running = new ArrayList<>();
        try (PreparedStatement statement = source.prepareStatement("""
                WITH old (xid) AS (
                    SELECT (x::text::numeric % 4294967296)::text
                    FROM pg_snapshot_xip(pg_current_snapshot()) AS x WHERE x < ?::xid8
                )
                SELECT 'pid ' || l.pid || coalesce(' (user ' || a.usename || ')', ''), coalesce(extract(epoch FROM now() - a.xact_start), 0)::bigint
                FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
                WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted AND l.pid IS NOT NULL
                  AND l.transactionid::text IN (SELECT xid FROM old)
                UNION ALL
                SELECT 'prepared transaction ' || quote_literal(p.gid), extract(epoch FROM now() - p.prepared)::bigint
                FROM pg_prepared_xacts p
                WHERE p.transaction::text IN (SELECT xid FROM old)
                """)) {
            statement.setString(1, next);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    running.add(new RunningTransaction(rows.getString(1), Duration.ofSeconds(rows.getLong(2))));
                }
            }
        }
        return running;
    }
}
