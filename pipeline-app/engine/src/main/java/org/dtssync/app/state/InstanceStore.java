package org.dtssync.app.state;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.dtssync.connectors.apply.AppliedPosition;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.jspecify.annotations.Nullable;

/**
 * Which instance holds a task: an advisory lock, the epoch and the last sign of life. Methods with a connection are for the session
 * that holds the lock. Thread-safe.
 *
 * @param database the destination
 * @param task the task's name
 */
public record InstanceStore(DatabaseConnections database, String task) {

    /**
     * The process of an instance.
     *
     * @param host the name of its machine
     * @param pid its number there
     * @param version of the program
     */
    public record Runner(String host, long pid, String version) {}

    /**
     * The last instance that held the task.
     *
     * @param host the name of its machine; empty if an earlier release started it
     * @param pid its number there; likewise
     * @param version of the program; likewise
     * @param startedAt when it began to hold the task, ISO 8601 in UTC; likewise
     * @param aliveAt its last sign of life, ISO 8601 in UTC
     */
    public record Holder(
            Optional<String> host,
            Optional<Long> pid,
            Optional<String> version,
            Optional<String> startedAt,
            String aliveAt) {

        /** Returns a phrase that names its process; empty if an earlier release started it. */
        public Optional<String> process() {
            return host.map(
                    machine -> pid.map(number -> "process " + number + " on ").orElse("on ")
                            + machine
                            + startedAt.map(since -> " since " + since).orElse(""));
        }
    }

    /** Returns the last instance that held the task, whether it still does or not; empty if there was none since the last release. */
    public Optional<Holder> last(Connection connection) throws SQLException {
        // Through JSON, since a state of an earlier release has fewer columns.
        return Statements.first(
                connection,
                """
                SELECT i ->> 'host', i ->> 'pid', i ->> 'version',
                       to_char((i ->> 'started_at')::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                       to_char(alive_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                FROM dts_sync.instance AS held, LATERAL to_jsonb(held) AS i
                WHERE task = ?
                """,
                row -> new Holder(
                        Optional.ofNullable(row.getString(1)),
                        Optional.ofNullable(row.getString(2)).map(Long::valueOf),
                        Optional.ofNullable(row.getString(3)),
                        Optional.ofNullable(row.getString(4)),
                        row.getString(5)),
                task);
    }

    /** Tries to get the task's lock for the connection's session. */
    public boolean tryLock(Connection connection) throws SQLException {
        return Statements.first(
                        connection,
                        "SELECT pg_try_advisory_lock(hashtext('dts_sync'), hashtext(?))",
                        row -> row.getBoolean(1),
                        task)
                .orElseThrow();
    }

    /** Returns whether the last instance has shown no sign of life for this long. */
    public boolean isSilent(Connection connection, Duration silence) throws SQLException {
        return Statements.exists(connection, """
                SELECT 1 FROM dts_sync.instance
                WHERE task = ? AND alive_at < clock_timestamp() - make_interval(secs => ?)
                """, task, (double) silence.toSeconds());
    }

    /** Raises the task's epoch in one transaction, after which no write of a predecessor can commit. */
    public Epoch raise(Connection connection, Runner runner) throws SQLException {
        connection.setAutoCommit(false);
        long number =
                Statements.first(connection, """
                INSERT INTO dts_sync.fence (task, epoch) VALUES (?, 1)
                ON CONFLICT (task) DO UPDATE SET epoch = fence.epoch + 1
                RETURNING epoch
                """, row -> row.getLong(1), task).orElseThrow();
        Epoch epoch = new Epoch(task, number);
        Statements.update(
                connection,
                """
                INSERT INTO dts_sync.instance (task, epoch, instance, alive_at, host, pid, version, started_at)
                VALUES (?, ?, ?, clock_timestamp(), ?, ?, ?, clock_timestamp())
                ON CONFLICT (task) DO UPDATE
                SET epoch = excluded.epoch, instance = excluded.instance, alive_at = excluded.alive_at,
                    host = excluded.host, pid = excluded.pid, version = excluded.version,
                    started_at = excluded.started_at, stats = NULL
                """,
                task,
                number,
                UUID.randomUUID().toString(),
                runner.host(),
                runner.pid(),
                runner.version());
        AppliedPosition.handOver(connection, epoch);
        new EventLog(database, task)
                .append(
                        connection,
                        Event.byRun("instance", runner.host(), "pid", runner.pid(), "version", runner.version()));
        connection.commit();
        connection.setAutoCommit(true);
        return epoch;
    }

    /**
     * Records a sign of life.
     *
     * @param figures the figures of the instance; null keeps the last ones
     * @return whether the task still belongs to this instance
     */
    public boolean signOfLife(Connection connection, Epoch epoch, @Nullable LiveFigures figures) throws SQLException {
        boolean ours = Statements.update(
                        connection, """
                        UPDATE dts_sync.instance SET alive_at = clock_timestamp(), stats = coalesce(?::jsonb, stats)
                        WHERE task = ? AND epoch = ?
                        """, figures == null ? null : LiveFiguresJson.write(figures), task, epoch.number())
                == 1;
        if (ours && figures != null && figures.verification().isPresent()) {
            Statements.update(
                    connection,
                    """
                    UPDATE dts_sync.command SET progress = ?::jsonb
                    WHERE task = ? AND command = 'verify' AND state = 'running'
                    """,
                    LiveFiguresJson.write(figures.verification().get()),
                    task);
        }
        return ours;
    }

    /** Returns whether an instance holds the task. */
    public boolean isHeld() {
        return database.inTransaction("The status of task " + task + " could not be read", this::isHeld);
    }

    /** Returns whether an instance holds the task. A frozen one carries out no commands, and does not count. */
    public boolean isHeld(Connection connection) throws SQLException {
        return Statements.exists(connection, """
                SELECT 1 WHERE EXISTS (
                    SELECT 1 FROM pg_locks
                    WHERE locktype = 'advisory' AND granted AND objsubid = 2
                      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                      AND classid::bigint = hashtext('dts_sync')::bigint & 4294967295
                      AND objid::bigint = hashtext(?)::bigint & 4294967295)
                  AND EXISTS (SELECT 1 FROM dts_sync.instance
                              WHERE task = ? AND alive_at > clock_timestamp() - interval '10 seconds')
                """, task, task);
    }

    /** Returns whether an instance has held this task since it was last released, even if without any effect. */
    public boolean wasHeld() {
        return database.inTransaction(
                "The state of task " + task + " could not be read",
                connection -> Statements.isThere(connection, "dts_sync.command")
                        && Statements.exists(connection, "SELECT 1 FROM dts_sync.fence WHERE task = ?", task));
    }
}
