package org.dtssync.app.state;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.jspecify.annotations.Nullable;

/**
 * The attempts to move the applications one way, and the steps of the one that is under way: written before a step begins and again when
 * it is done. A start undoes or finishes an interrupted attempt by them; the attempts are kept for people.
 *
 * <p>Thread-safe.
 *
 * @param destination connections to the destination
 * @param task the task's name
 * @param direction {@code switchover} or {@code rollback}
 * @param dryRun whether the attempt is one that changes nothing: its steps are shown, and no start needs them
 */
public record SwitchoverSteps(DatabaseConnections destination, String task, String direction, boolean dryRun) {

    private static final int KEPT_ATTEMPTS = 100;

    private static final String ATTEMPT = """
            (SELECT max(id) FROM dts_sync.switch_attempt WHERE task = ? AND direction = ? AND (kind = 'dry-run') = ?)
            """;

    /** How applications are moved in one attempt. */
    public enum Kind {
        /** Only the preconditions are checked. */
        DRY_RUN("dry-run"),
        /** All steps up to the point of no return, then undone. */
        REHEARSAL("rehearsal"),
        /** They are moved. */
        MOVE("move"),
        /** They are moved back without everything written meanwhile. */
        ABANDON("abandon");

        private final String label;

        Kind(String label) {
            this.label = label;
        }
    }

    /**
     * An attempt as it is kept.
     *
     * @param id its number
     * @param kind dry-run, rehearsal, move or abandon
     * @param askedBy who asked for it, if that is known
     * @param begunAt ISO 8601 in UTC
     * @param endedAt the same; empty while it is under way, or if it was interrupted
     * @param result moved, not-moved or failed
     * @param report its report as JSON, or what it failed with
     * @param steps its steps in order
     */
    public record Attempt(
            long id,
            String kind,
            Optional<String> askedBy,
            String begunAt,
            Optional<String> endedAt,
            Optional<String> result,
            Optional<String> report,
            List<Step> steps) {}

    /**
     * A step of an attempt.
     *
     * @param name its name
     * @param begunAt ISO 8601 in UTC
     * @param doneAt the same; empty if it was not done
     */
    public record Step(String name, String begunAt, Optional<String> doneAt) {}

    /** The steps of attempts that move applications, or rehearse it. */
    public SwitchoverSteps(DatabaseConnections destination, String task, String direction) {
        this(destination, task, direction, false);
    }

    /** Returns the steps of an attempt that changes nothing. */
    public SwitchoverSteps ofDryRun() {
        return new SwitchoverSteps(destination, task, direction, true);
    }

    /** Records that an attempt begins; its steps replace those of an earlier one, except where it is a dry run. */
    public void start(Kind kind, Epoch epoch) {
        write(epoch, connection -> {
            if (!dryRun) {
                Statements.update(
                        connection,
                        "DELETE FROM dts_sync.switchover_step WHERE task = ? AND direction = ?",
                        task,
                        direction);
            }
            Statements.update(connection, """
                    INSERT INTO dts_sync.switch_attempt (task, direction, kind, asked_by)
                    VALUES (?, ?, ?, (SELECT posted_by FROM dts_sync.command
                                      WHERE task = ? AND command = ? AND state = 'running' ORDER BY id DESC LIMIT 1))
                    """, task, direction, kind.label, task, direction);
            trim(connection);
        });
    }

    private void trim(Connection connection) throws SQLException {
        Optional<Long> last = Statements.first(
                connection,
                "SELECT id FROM dts_sync.switch_attempt WHERE task = ? ORDER BY id DESC OFFSET ? LIMIT 1",
                row -> row.getLong(1),
                task,
                KEPT_ATTEMPTS);
        if (last.isPresent()) {
            Statements.update(
                    connection,
                    "DELETE FROM dts_sync.switch_attempt_step WHERE task = ? AND attempt <= ?",
                    task,
                    last.get());
            Statements.update(
                    connection, "DELETE FROM dts_sync.switch_attempt WHERE task = ? AND id <= ?", task, last.get());
        }
    }

    /** Records the outcome of the attempt. */
    public void end(SwitchReport report, Epoch epoch) {
        end(
                report.moved() ? "moved" : "not-moved",
                Math.round(report.stallSeconds() * 1_000),
                SwitchReportJson.write(report),
                epoch);
    }

    /** Records that the attempt failed, and was undone. */
    public void failed(SyncException fault, Epoch epoch) {
        end("failed", null, SwitchReportJson.failure(direction, fault), epoch);
    }

    private void end(String result, @Nullable Long stallMillis, String report, Epoch epoch) {
        write(
                epoch,
                connection -> Statements.update(
                        connection,
                        "UPDATE dts_sync.switch_attempt SET ended_at = clock_timestamp(), result = ?, stall_ms = ?,"
                                + " report = ?::json WHERE ended_at IS NULL AND id = " + ATTEMPT,
                        result,
                        stallMillis,
                        report,
                        task,
                        direction,
                        dryRun));
    }

    /** Records that a step begins. */
    public void begin(String step, Epoch epoch) {
        write(epoch, connection -> {
            if (!dryRun) {
                Statements.update(connection, """
                        INSERT INTO dts_sync.switchover_step (task, direction, step) VALUES (?, ?, ?)
                        ON CONFLICT (task, direction, step) DO UPDATE SET begun_at = clock_timestamp(), done_at = NULL
                        """, task, direction, step);
            }
            Statements.update(connection, """
                    INSERT INTO dts_sync.switch_attempt_step (task, attempt, number, step)
                    SELECT ?, a.id, 1 + coalesce((SELECT max(number) FROM dts_sync.switch_attempt_step s
                                                  WHERE s.attempt = a.id), 0), ?
                    FROM dts_sync.switch_attempt a WHERE a.id =\s""" + ATTEMPT, task, step, task, direction, dryRun);
            report(connection, step, "begun");
        });
    }

    /** Records that a step is done. */
    public void done(String step, Epoch epoch) {
        write(epoch, connection -> done(connection, step));
    }

    /** Records that a step is done. Joins the connection's transaction, which holds the epoch. */
    public void done(Connection connection, String step) throws SQLException {
        if (!dryRun) {
            Statements.update(connection, """
                    UPDATE dts_sync.switchover_step SET done_at = clock_timestamp()
                    WHERE task = ? AND direction = ? AND step = ?
                    """, task, direction, step);
        }
        Statements.update(
                connection,
                "UPDATE dts_sync.switch_attempt_step SET done_at = clock_timestamp()"
                        + " WHERE step = ? AND done_at IS NULL AND attempt = " + ATTEMPT,
                step,
                task,
                direction,
                dryRun);
        report(connection, step, "done");
    }

    private void report(Connection connection, String step, String state) throws SQLException {
        new EventLog(destination, task)
                .append(connection, Event.byRun("step", step, "direction", direction, "state", state));
        // Shown to the client that waits for the command: a step may take minutes, such as the verification.
        Statements.update(connection, """
                UPDATE dts_sync.command SET progress = jsonb_build_object('step', ?::text, 'state', ?::text)
                WHERE task = ? AND command = ? AND state = 'running'
                """, step, state, task, direction);
    }

    /** Returns whether a step was done. */
    public boolean isDone(String step) {
        return is(step, "done_at IS NOT NULL");
    }

    /** Returns whether a step was begun, done or not. */
    public boolean isBegun(String step) {
        return is(step, "true");
    }

    private boolean is(String step, String condition) {
        return transactions()
                .read(
                        failure(),
                        connection -> Statements.exists(
                                connection,
                                "SELECT 1 FROM dts_sync.switchover_step"
                                        + " WHERE task = ? AND direction = ? AND step = ? AND " + condition,
                                task,
                                direction,
                                step));
    }

    /**
     * Reads the last attempts in this direction, the newest first, dry runs too; none of a state from before they were kept.
     *
     * @param limit how many at most
     */
    public List<Attempt> attempts(int limit) {
        return transactions().read(failure(), connection -> {
            if (!Statements.isThere(connection, "dts_sync.switch_attempt")) {
                return List.of();
            }
            return Statements.list(
                    connection,
                    """
                    SELECT id, kind, asked_by, to_char(begun_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                           to_char(ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), result, report::text
                    FROM dts_sync.switch_attempt WHERE task = ? AND direction = ? ORDER BY id DESC LIMIT ?
                    """,
                    row -> new Attempt(
                            row.getLong(1),
                            row.getString(2),
                            Optional.ofNullable(row.getString(3)),
                            row.getString(4),
                            Optional.ofNullable(row.getString(5)),
                            Optional.ofNullable(row.getString(6)),
                            Optional.ofNullable(row.getString(7)),
                            steps(connection, row.getLong(1))),
                    task,
                    direction,
                    limit);
        });
    }

    private static List<Step> steps(Connection connection, long attempt) throws SQLException {
        return Statements.list(
                connection,
                """
                SELECT step, to_char(begun_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                       to_char(done_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
                FROM dts_sync.switch_attempt_step WHERE attempt = ? ORDER BY number
                """,
                row -> new Step(row.getString(1), row.getString(2), Optional.ofNullable(row.getString(3))),
                attempt);
    }

    private void write(Epoch epoch, StateTransactions.Writing writing) {
        transactions().write(failure(), epoch, writing);
    }

    private StateTransactions transactions() {
        return new StateTransactions(destination);
    }

    private String failure() {
        return "The steps of the " + direction + " of task " + task + " could not be recorded";
    }
}
