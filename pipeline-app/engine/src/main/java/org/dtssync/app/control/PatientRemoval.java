package org.dtssync.app.control;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what transactions of applications may hold: one that has run a command which changes the structure keeps the tables in which it is
 * recorded until it ends. Each try waits for locks only briefly, since every other command queues behind a session that waits
 * for longer. All removals of one release share a limit. Used by one thread.
 */
final class PatientRemoval {

    private static final Logger LOG = LoggerFactory.getLogger(PatientRemoval.class);

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private static final String LOCK_LIMIT = "SET LOCAL lock_timeout = '300ms'";

    private static final long PAUSE_MILLIS = 700;

    private static final Duration NEXT_WORD = Duration.ofMinutes(1);

    /** The oldest transaction that holds something of dts-sync: its tables, a publication, or a table with an index of its own. */
    private static final String HOLDER = """
            SELECT l.pid, a.usename, extract(epoch FROM clock_timestamp() - a.xact_start)::bigint
            FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
            WHERE l.granted AND l.pid IS DISTINCT FROM pg_backend_pid()
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND (l.relation IN (
                       SELECT c.oid FROM pg_class c WHERE c.relnamespace = to_regnamespace('dts_sync')
                       UNION ALL
                       SELECT x.indrelid FROM pg_index x
                       JOIN pg_description d ON d.objoid = x.indexrelid AND d.classoid = 'pg_class'::regclass
                       WHERE d.description LIKE 'dts-sync: until task %')
                   OR l.classid IN ('pg_publication'::regclass, 'pg_publication_rel'::regclass))
            ORDER BY a.xact_start LIMIT 1
            """;

    private final Duration limit;
    private final long beganNanos = System.nanoTime();
    private long wordNanos = beganNanos - NEXT_WORD.toNanos();

    /** Creates one whose waits last no longer than this, all together. */
    PatientRemoval(Duration limit) {
        this.limit = limit;
    }

    /** What is removed in one transaction. */
    @FunctionalInterface
    interface Work {
        /** Removes it; the caller commits. */
        void run(Connection connection) throws SQLException;
    }

    /**
     * Removes something in a transaction of its own, again and again until nobody holds it.
     *
     * @param connection in autocommit mode
     * @param what a noun phrase
     * @param byHand what removes it without dts-sync
     * @throws SyncException of kind TRANSIENT that names who holds it, once the limit is over
     */
    void run(DatabaseConnections database, Connection connection, String what, String byHand, Work work)
            throws SQLException, InterruptedException {
        while (!attempt(connection, work)) {
            Optional<String> holder = holder(connection);
            long now = System.nanoTime();
            if (now - beganNanos > limit.toNanos()) {
                throw new SyncException(
                        FaultKind.TRANSIENT,
                        what + " at the " + database.role() + " cannot be removed: " + holder.orElse("another session")
                                + " holds it.",
                        "End that transaction and run dts-sync release again; or run there: " + byHand);
            }
            if (now - wordNanos >= NEXT_WORD.toNanos()) {
                wordNanos = now;
                LOG.warn(
                        "{} at the {} is removed once {} has ended. limit={}",
                        what,
                        database.role(),
                        holder.orElse("another session"),
                        limit);
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private static boolean attempt(Connection connection, Work work) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(LOCK_LIMIT);
            work.run(connection);
            connection.commit();
            return true;
        } catch (SQLException e) {
            connection.rollback();
            if (!LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                throw e;
            }
            return false;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static Optional<String> holder(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(HOLDER)) {
            return rows.next()
                    ? Optional.of(
                            holder(rows.getObject(1, Integer.class), rows.getString(2), rows.getObject(3, Long.class)))
                    : Optional.empty();
        }
    }

    private static String holder(@Nullable Integer process, @Nullable String user, @Nullable Long age) {
        if (process == null) {
            return "a prepared transaction (pg_prepared_xacts)";
        }
        return "pid " + process + " (user " + (user == null ? "unknown" : user) + ", transaction open for "
                + (age == null ? "unknown time" : age + " s") + ")";
    }
}
