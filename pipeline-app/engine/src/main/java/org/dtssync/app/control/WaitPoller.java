package org.dtssync.app.control;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dtssync.app.runtime.Route;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.KeptSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports what the sessions of a run wait for at either database: transactions of others that hold a lock or that a new slot has to
 * wait for, and standbys that have not confirmed a commit. After five seconds, then once per minute. Runs in its own thread, for as
 * long as the run; its faults never stop the task.
 */
public final class WaitPoller {

    private static final Logger LOG = LoggerFactory.getLogger(WaitPoller.class);

    private static final long POLL_MILLIS = 2_000;
    private static final Duration FIRST_WORD = Duration.ofSeconds(5);
    private static final Duration NEXT_WORD = Duration.ofMinutes(1);

    /** A retry that begins to wait for the same transaction again continues the same wait. */
    private static final Duration FORGOTTEN = Duration.ofSeconds(10);

    private static final String WAITS = """
            SELECT 'lock ' || w.locktype || coalesce(' on ' || w.relation::regclass::text, ''), w.pid, blocking.pid, b.usename,
                   extract(epoch FROM clock_timestamp() - b.xact_start)::bigint,
                   coalesce(extract(epoch FROM clock_timestamp() - w.waitstart), 0)::bigint
            FROM (SELECT DISTINCT ON (l.pid) l.* FROM pg_locks l WHERE NOT l.granted ORDER BY l.pid, l.waitstart) w
            JOIN pg_stat_activity a ON a.pid = w.pid
            CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS blocking (pid)
            LEFT JOIN pg_stat_activity b ON b.pid = blocking.pid
            WHERE a.datname = current_database() AND a.application_name IN (?, ?)
              AND coalesce(b.application_name, '') NOT IN (?, ?)
            UNION ALL
            SELECT 'confirmation of a synchronous standby (' || current_setting('synchronous_standby_names') || ')', a.pid, -1,
                   NULL, NULL, coalesce(extract(epoch FROM clock_timestamp() - a.query_start), 0)::bigint
            FROM pg_stat_activity a
            WHERE a.datname = current_database() AND a.application_name IN (?, ?) AND a.wait_event = 'SyncRep'
            """;

    private static final int NAMES = 6;

    private final List<KeptSession> sessions = new ArrayList<>();
    private final List<DatabaseConnections> ends;
    private final Route route;
    private final Map<String, Wait> waits = new HashMap<>();

    /** A wait that lasts. */
    private static final class Wait {
        private final long begunNanos;
        private long seenNanos;
        private long reportedNanos;

        private Wait(long begunNanos) {
            this.begunNanos = begunNanos;
        }
    }

    /**
     * What a session waits for.
     *
     * @param what a lock or a standby
     * @param process the waiting session
     * @param blocker the session that is waited for; 0 for a prepared transaction, -1 for none
     * @param user its account
     * @param age of its transaction in seconds; null if the account may not know
     * @param seconds for how long
     */
    private record Found(String what, int process, int blocker, String user, Long age, long seconds) {

        String forWhom() {
            if (blocker < 0) {
                return what;
            }
            if (blocker == 0 || user == null) {
                return what + ", held by "
                        + (blocker == 0 ? "a prepared transaction (pg_prepared_xacts)" : "pid " + blocker);
            }
            return what + ", held by pid " + blocker + " (user " + user + ", transaction open for "
                    + (age == null ? "unknown time" : age + " s") + ")";
        }
    }

    /** Creates one; opens nothing yet. */
    public WaitPoller(Route route) {
        this.route = route;
        this.ends = List.of(
                route.source().as(route.name().readerName()),
                route.destination().as(route.name().readerName()));
        ends.forEach(end -> sessions.add(new KeptSession(end)));
    }

    /** Polls until interrupted. */
    public void run() throws InterruptedException {
        try {
            while (true) {
                for (int i = 0; i < ends.size(); i++) {
                    look(ends.get(i), sessions.get(i));
                }
                Thread.sleep(POLL_MILLIS);
            }
        } finally {
            sessions.forEach(WaitPoller::close);
        }
    }

    private static void close(KeptSession session) {
        try {
            session.close();
        } catch (SyncException e) {
            LOG.debug("A session could not be closed.", e);
        }
    }

    private void look(DatabaseConnections end, KeptSession session) {
        List<Found> found;
        try {
            found = session.run("The waits at the " + end.role() + " could not be read", this::read);
        } catch (SyncException e) {
            // The parts that need the server report that it is gone.
            LOG.debug("Waits could not be read.", e);
            return;
        }
        long now = System.nanoTime();
        for (Found one : found) {
            String key = end.role() + " " + one.blocker() + " " + (one.blocker() < 0 ? one.process() : "");
            Wait wait = waits.computeIfAbsent(
                    key, any -> new Wait(now - Duration.ofSeconds(one.seconds()).toNanos()));
            wait.seenNanos = now;
            boolean due = wait.reportedNanos == 0
                    ? now - wait.begunNanos >= FIRST_WORD.toNanos()
                    : now - wait.reportedNanos >= NEXT_WORD.toNanos();
            if (due) {
                wait.reportedNanos = now;
                LOG.warn(
                        "Waiting at the {} for {}. task={} pid={} seconds={}",
                        end.role(),
                        one.forWhom(),
                        route.task(),
                        one.process(),
                        Duration.ofNanos(now - wait.begunNanos).toSeconds());
            }
        }
        waits.entrySet()
                .removeIf(entry -> entry.getKey().startsWith(end.role().toString())
                        && now - entry.getValue().seenNanos > FORGOTTEN.toNanos());
    }

    private List<Found> read(Connection connection) throws SQLException {
        List<Found> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(WAITS)) {
            for (int i = 1; i <= NAMES; i += 2) {
                statement.setString(i, route.name().applicationName());
                statement.setString(i + 1, route.name().reverse().applicationName());
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(new Found(
                            rows.getString(1),
                            rows.getInt(2),
                            rows.getInt(3),
                            rows.getString(4),
                            rows.getObject(5, Long.class),
                            rows.getLong(6)));
                }
            }
        }
        return found;
    }
}
