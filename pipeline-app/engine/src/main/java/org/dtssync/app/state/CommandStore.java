package org.dtssync.app.state;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.KeptSession;
import org.jspecify.annotations.Nullable;

/** Commands for a running task and their results. Keeps a session. Thread-safe. */
public final class CommandStore implements AutoCloseable {

    private final DatabaseConnections database;
    private final KeptSession destination;
    private final EventLog events;
    private final String task;

    /** Creates a store of one task's commands; opens nothing yet. */
    public CommandStore(DatabaseConnections destination, String task) {
        this.database = destination;
        this.destination = new KeptSession(destination);
        this.events = new EventLog(destination, task);
        this.task = task;
    }

    /** Posts a command with the account of the command line as author, and returns its number. */
    public long post(String command, String options) {
        return post(command, options, Posting.by(Author.ofCommandLine()));
    }

    /**
     * Posts a command and returns its number; a posting whose key was used before posts nothing, and has the number of that command.
     *
     * @param options as on the command line, separated by spaces; may be empty
     * @throws SyncException of kind USAGE if the key was used for another command
     */
    public long post(String command, String options, Posting posting) {
        // A run of the previous release may have created the state, and may carry out the command.
        new StateSchema(database).install();
        return database.inTransaction(failure(), connection -> {
            Optional<Long> posted = Statements.first(
                    connection,
                    """
                    INSERT INTO dts_sync.command
                        (task, command, arguments, state, posted_by, posted_via, idempotency_key, options)
                    VALUES (?, ?, jsonb_build_object('options', ?::text), 'posted', ?, ?, ?, ?::jsonb)
                    ON CONFLICT (task, idempotency_key) DO NOTHING RETURNING id
                    """,
                    row -> row.getLong(1),
                    task,
                    command,
                    options,
                    posting.author().name(),
                    posting.author().origin(),
                    posting.key().orElse(null),
                    posting.options().orElse(null));
            if (posted.isEmpty()) {
                return earlier(connection, command, options, posting.key().orElseThrow());
            }
            events.append(
                    connection, Event.by(posting.author(), "command", command, "state", "posted", "options", options));
            return posted.get();
        });
    }

    private long earlier(Connection connection, String command, String options, String key) throws SQLException {
        return Statements.first(connection, """
                        SELECT id FROM dts_sync.command
                        WHERE task = ? AND idempotency_key = ? AND command = ? AND arguments ->> 'options' = ?
                        """, row -> row.getLong(1), task, key, command, options)
                .orElseThrow(() -> new SyncException(
                        FaultKind.USAGE,
                        "The idempotency key " + key + " was used for another command.",
                        "Use a new key."));
    }

    /** Returns the result of a command so far. */
    public CommandResult result(long id) {
        return query(connection -> Statements.first(
                        connection,
                        "SELECT state, result::text, error, exit_code, progress::text FROM dts_sync.command WHERE id = ?",
                        row -> {
                            String state = row.getString(1);
                            return new CommandResult(
                                    state.equals("done") || state.equals("failed") || state.equals("withdrawn"),
                                    Optional.ofNullable(row.getString(2)),
                                    Optional.ofNullable(row.getString(3)),
                                    row.getInt(4),
                                    Optional.ofNullable(row.getString(5)));
                        },
                        id)
                .orElseThrow(() -> new SyncException(
                        FaultKind.FENCED, "The command was removed: task " + task + " was released.", "")));
    }

    /** Takes the oldest posted command that is not a cancellation; null if there is none. */
    public @Nullable PostedCommand take() {
        return take("command <> 'cancel'");
    }

    /** Takes the oldest posted cancellation, which does not wait for other commands; null if there is none. */
    public @Nullable PostedCommand takeCancellation() {
        return take("command = 'cancel'");
    }

    private @Nullable PostedCommand take(String which) {
        return query(connection -> Statements.first(
                        connection,
                        """
                        UPDATE dts_sync.command SET state = 'running', started_at = clock_timestamp() WHERE id = (
                            SELECT id FROM dts_sync.command WHERE task = ? AND state = 'posted' AND %s ORDER BY id LIMIT 1)
                        RETURNING id, command, coalesce(arguments ->> 'options', ''), posted_by, posted_via
                        """.formatted(which),
                        row -> new PostedCommand(
                                row.getLong(1),
                                row.getString(2),
                                row.getString(3),
                                author(row.getString(4), row.getString(5))),
                        task))
                .orElse(null);
    }

    private static Optional<Author> author(@Nullable String name, @Nullable String origin) {
        return name == null || origin == null ? Optional.empty() : Optional.of(new Author(name, origin));
    }

    /** Records a success. */
    public void finish(PostedCommand command, String json, int exitCode) {
        ended(command.name(), "done", null, exitCode, """
                UPDATE dts_sync.command
                SET state = 'done', result = ?::json, exit_code = ?, finished_at = clock_timestamp()
                WHERE id = ?
                """, json, exitCode, command.id());
    }

    /** Records a failure. */
    public void fail(PostedCommand command, String error, int exitCode) {
        ended(command.name(), "failed", error, exitCode, """
                UPDATE dts_sync.command
                SET state = 'failed', error = ?, exit_code = ?, finished_at = clock_timestamp()
                WHERE id = ?
                """, error, exitCode, command.id());
    }

    private void ended(
            String name, String state, @Nullable String error, int exitCode, String sql, Object... parameters) {
        database.doInTransaction(failure(), connection -> {
            if (Statements.update(connection, sql, parameters) == 1) {
                events.append(
                        connection,
                        Event.byRun("command", name, "state", state, "error", error, "exit_code", exitCode));
            }
        });
    }

    /** Withdraws a command that no run has picked up; does nothing otherwise. */
    public void withdraw(long id) {
        query(connection -> Statements.update(connection, """
                UPDATE dts_sync.command
                SET state = 'withdrawn', error = 'Nobody waits for it any more.', exit_code = 1,
                    finished_at = clock_timestamp()
                WHERE id = ? AND state = 'posted'
                """, id));
    }

    /** Fails the command that a predecessor was running when it ended. */
    public void failInterrupted() {
        query(connection -> Statements.update(connection, """
                UPDATE dts_sync.command
                SET state = 'failed', error = 'The run that did it ended. Give the command again.', exit_code = 1,
                    finished_at = clock_timestamp()
                WHERE task = ? AND state = 'running'
                """, task));
    }

    private <T> T query(DatabaseConnections.Work<T> work) {
        return destination.run(failure(), work);
    }

    private String failure() {
        return "The commands of task " + task + " could not be read or written";
    }

    /** Ends the session; the next use opens another. */
    @Override
    public void close() {
        destination.close();
    }
}
