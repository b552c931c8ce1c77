package org.dtssync.app.progress;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.KeptSession;

/** Commands on their way to a running task and their results on the way back. Keeps a session. Thread-safe. */
public final class CommandStore implements AutoCloseable {

    private final KeptSession destination;
    private final String task;

    /** Creates a store of one task's commands; opens nothing yet. */
    public CommandStore(DatabaseConnections destination, String task) {
        this.destination = new KeptSession(destination);
        this.task = task;
    }

    /**
     * Posts a command and returns its number.
     *
     * @param options as on the command line, separated by spaces; may be empty
     */
    public long post(String command, String options) {
        return query("""
                INSERT INTO dts_sync.command (task, command, arguments, state)
                VALUES (?, ?, jsonb_build_object('options', ?::text), 'posted') RETURNING id
                """, rows -> rows.next() ? rows.getLong(1) : 0L, task, command, options);
    }

    /** Returns what came of a command so far. */
    public CommandResult result(long id) {
        return query(
                "SELECT state, result::text, error, exit_code FROM dts_sync.command WHERE id = ?",
                rows -> {
                    if (!rows.next()) {
                        throw new SyncException(
                                FaultKind.FENCED, "The command was removed: task " + task + " was released.", "");
                    }
                    String state = rows.getString(1);
                    return new CommandResult(
                            state.equals("done") || state.equals("failed"),
                            Optional.ofNullable(rows.getString(2)),
                            Optional.ofNullable(rows.getString(3)),
                            rows.getInt(4));
                },
                id);
    }

    /** Takes the oldest posted command that is not a cancellation; null if there is none. */
    public PostedCommand take() {
        return take("command <> 'cancel'");
    }

    /** Takes the oldest posted cancellation, which does not wait for other commands; null if there is none. */
    public PostedCommand takeCancellation() {
        return take("command = 'cancel'");
    }

    private PostedCommand take(String which) {
        return query(
                """
                UPDATE dts_sync.command SET state = 'running' WHERE id = (
                    SELECT id FROM dts_sync.command WHERE task = ? AND state = 'posted' AND %s ORDER BY id LIMIT 1)
                RETURNING id, command, coalesce(arguments ->> 'options', '')
                """.formatted(which),
                rows -> rows.next() ? new PostedCommand(rows.getLong(1), rows.getString(2), rows.getString(3)) : null,
                task);
    }

    /** Records a success. */
    public void finish(PostedCommand command, String json, int exitCode) {
        query("""
                UPDATE dts_sync.command
                SET state = 'done', result = ?::json, exit_code = ?, finished_at = clock_timestamp()
                WHERE id = ? RETURNING id
                """, ResultSet::next, json, exitCode, command.id());
    }

    /** Records a failure. */
    public void fail(PostedCommand command, String error, int exitCode) {
        query("""
                UPDATE dts_sync.command
                SET state = 'failed', error = ?, exit_code = ?, finished_at = clock_timestamp()
                WHERE id = ? RETURNING id
                """, ResultSet::next, error, exitCode, command.id());
    }

    /** Takes a command back that no run has begun; does nothing to another. */
    public void withdraw(long id) {
        query("""
                UPDATE dts_sync.command
                SET state = 'failed', error = 'Nobody waits for it any more.', exit_code = 1, finished_at = clock_timestamp()
                WHERE id = ? AND state = 'posted' RETURNING id
                """, ResultSet::next, id);
    }

    /** Fails what a predecessor was at when it ended. */
    public void failInterrupted() {
        query("""
                UPDATE dts_sync.command
                SET state = 'failed', error = 'The run that did it ended. Give the command again.', exit_code = 1,
                    finished_at = clock_timestamp()
                WHERE task = ? AND state = 'running' RETURNING id
                """, ResultSet::next, task);
    }

    private <T> T query(String sql, Reader<T> reader, Object... parameters) {
        return destination.run("The commands of task " + task + " could not be reached", connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int i = 0; i < parameters.length; i++) {
                    statement.setObject(i + 1, parameters[i]);
                }
                try (ResultSet rows = statement.executeQuery()) {
                    return reader.read(rows);
                }
            }
        });
    }

    /** Ends the session; whoever uses the store again opens another. */
    @Override
    public void close() {
        destination.close();
    }

    /** Reads what a query returns. */
    @FunctionalInterface
    private interface Reader<T> {
        T read(ResultSet rows) throws SQLException;
    }
}
