package org.dtssync.app.state;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.schemas.DdlMode;
import org.jspecify.annotations.Nullable;

/**
 * The commands that change the structure and have arrived at the destination, kept in {@code dts_sync.ddl_command}, so that a
 * person can see, correct, allow and skip them.
 *
 * <p>{@link #set}, {@link #allow} and {@link #skip} are for people and take no epoch: they only change what a run does next. The
 * applier locks a command's row in the transaction that runs it ({@link #decide}), so that a correction either counts or is
 * refused. Thread-safe.
 */
public final class DdlCommandStore {

    private static final String COLUMNS = """
            SELECT commit_lsn::text, ordinal, tag, statement, role, objects, state, allowed, corrected, executed, error, reason,
                   arrived_at, started_at, finished_at
            FROM dts_sync.ddl_command WHERE task = ?
            """;

    private static final String LATER = "made from the list of schema objects";

    private static final String ONE = " AND commit_lsn = ?::pg_lsn AND ordinal = ?";

    /** The command that a person has asked about may be running for long. */
    private static final String LOCK_LIMIT = "SET LOCAL lock_timeout = '5s'";

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private final DatabaseConnections destination;
    private final StateTransactions transactions;
    private final EventLog events;
    private final String task;

    /** Creates a store of one task; opens nothing yet. */
    public DdlCommandStore(DatabaseConnections destination, String task) {
        this.destination = destination;
        this.transactions = new StateTransactions(destination);
        this.events = new EventLog(destination, task);
        this.task = task;
    }

    /** Reads a task's mode; through JSON, since a state of an earlier release has none. */
    static DdlMode mode(Connection connection, String task) throws SQLException {
        return Statements.first(
                        connection,
                        "SELECT to_jsonb(t) ->> 'ddl_mode' FROM dts_sync.task t WHERE task = ?",
                        row -> row.getString(1),
                        task)
                .map(mode -> DdlMode.valueOf(mode.toUpperCase(Locale.ROOT)))
                .orElse(DdlMode.STOP);
    }

    /** Records that a command waits until a person allows it, in a transaction of its own; what people have decided stays. */
    public void waiting(DdlCommand command, Epoch epoch) {
        transactions.write(failure(), epoch, connection -> {
            if (enter(connection, command, false)) {
                events.append(
                        connection,
                        Event.byRun(
                                "structure",
                                command.number().toString(),
                                "command",
                                command.tag(),
                                "state",
                                "waiting"));
            }
        });
    }

    /** Records that a command is about to run, in a transaction of its own, so that others see it while it runs. */
    public void started(DdlCommand command, Epoch epoch) {
        transactions.write(failure(), epoch, connection -> {
            enter(connection, command, true);
            update(
                    connection,
                    "state = 'running', error = NULL, started_at = clock_timestamp()",
                    " AND state IN ('waiting', 'running', 'failed')",
                    command.number());
        });
    }

    /** Reads what people have decided about a command. */
    public DdlDecision decision(DdlNumber number) {
        return transactions.read(failure(), connection -> decision(connection, number, ""));
    }

    /**
     * Reads the same, and lets nobody decide otherwise until the transaction ends. Joins the connection's transaction, which holds the
     * epoch; the one that runs the command.
     */
    public DdlDecision decide(Connection connection, DdlNumber number) throws SQLException {
        return decision(connection, number, " FOR NO KEY UPDATE");
    }

    private DdlDecision decision(Connection connection, DdlNumber number, String lock) throws SQLException {
        return first(connection, number, lock)
                .map(stored ->
                        new DdlDecision(stored.allowed(), stored.state() == DdlState.SKIPPED, stored.corrected()))
                .orElse(DdlDecision.NONE);
    }

    /**
     * Records that a command was run. Joins the connection's transaction, which holds the epoch.
     *
     * @param executed the statements that were run; empty if it touches nothing that belongs to the task
     */
    public void done(Connection connection, DdlCommand command, String executed) throws SQLException {
        enter(connection, command, true);
        update(connection, """
                state = 'done', error = NULL, finished_at = clock_timestamp(), started_at = coalesce(started_at, now()),
                executed = nullif(?, '')""", "", command.number(), executed);
    }

    /**
     * Records that what a command makes or changes is made with the objects of the list that is read once the rows are there. Joins the
     * connection's transaction, which holds the epoch.
     */
    public void later(Connection connection, DdlCommand command) throws SQLException {
        done(connection, command, "");
        update(connection, "reason = ?", "", command.number(), LATER);
    }

    /**
     * Returns whether commands have passed that the list of schema objects does not have.
     *
     * @param lsn those that committed up to here are in the list
     * @param left whether only those count that were left to the list
     */
    public boolean hasPassed(Lsn lsn, boolean left) {
        return transactions.read(
                failure(),
                connection -> Statements.first(
                                connection,
                                "SELECT FROM dts_sync.ddl_command WHERE task = ? AND commit_lsn > ?::pg_lsn"
                                        + (left ? " AND reason = '" + LATER + "'" : "") + " LIMIT 1",
                                row -> true,
                                task,
                                lsn.toString())
                        .isPresent());
    }

    /** Records that the stream has passed a command that a person skipped. Joins the connection's transaction, which holds the epoch. */
    public void passed(Connection connection, DdlNumber number) throws SQLException {
        update(connection, "finished_at = clock_timestamp()", " AND state = 'skipped'", number);
    }

    /**
     * Records that the stream has passed a command which nothing has to be done for any more, if it ever arrived: it may have failed before.
     * Joins the connection's transaction, which holds the epoch.
     */
    public void leftOut(Connection connection, DdlNumber number, String reason) throws SQLException {
        update(
                connection,
                "state = 'skipped', error = NULL, reason = coalesce(reason, ?), finished_at = clock_timestamp()",
                " AND state <> 'done'",
                number,
                reason);
    }

    /** Records that the stream has passed a command which was not repeated. Joins the connection's transaction, which holds the epoch. */
    public void missed(Connection connection, DdlCommand command, String reason) throws SQLException {
        enter(connection, command, true);
        leftOut(connection, command.number(), reason);
    }

    /** Records that the commands of a source transaction have not run after all, in a transaction of its own: theirs was rolled back. */
    public void rolledBack(Lsn commit, Epoch epoch) {
        transactions.write(failure(), epoch, connection -> Statements.update(connection, """
                UPDATE dts_sync.ddl_command SET state = 'waiting'
                WHERE task = ? AND commit_lsn = ?::pg_lsn AND state = 'running'
                """, task, commit.toString()));
    }

    /**
     * Records why a command failed, in a transaction of its own, after its own was rolled back. One that was skipped meanwhile has not
     * failed.
     */
    public void failed(DdlCommand command, String error, Epoch epoch) {
        transactions.write(failure(), epoch, connection -> {
            enter(connection, command, true);
            int changed = update(
                    connection,
                    "state = 'failed', error = ?",
                    " AND state IN ('waiting', 'running', 'failed')",
                    command.number(),
                    error);
            if (changed == 1) {
                events.append(
                        connection,
                        Event.byRun(
                                "structure", command.number().toString(), "command", command.tag(), "state", "failed"));
            }
        });
    }

    /** Returns whether the command is new. */
    private boolean enter(Connection connection, DdlCommand command, boolean allowed) throws SQLException {
        return Statements.update(
                        connection,
                        """
                        INSERT INTO dts_sync.ddl_command
                            (task, commit_lsn, ordinal, tag, statement, role, objects, state, allowed)
                        VALUES (?, ?::pg_lsn, ?, ?, ?, ?, ?, 'waiting', ?)
                        ON CONFLICT (task, commit_lsn, ordinal) DO NOTHING
                        """,
                        task,
                        command.number().commit().toString(),
                        command.number().ordinal(),
                        command.tag(),
                        command.statement(),
                        command.role().orElse(null),
                        Statements.array(connection, command.objects()),
                        allowed)
                == 1;
    }

    /** Sets what is named of one command, and returns how many rows that changed. */
    private int update(
            Connection connection, String assignments, String condition, DdlNumber number, @Nullable Object... values)
            throws SQLException {
        @Nullable Object[] parameters = new @Nullable Object[values.length + 3];
        System.arraycopy(values, 0, parameters, 0, values.length);
        parameters[values.length] = task;
        parameters[values.length + 1] = number.commit().toString();
        parameters[values.length + 2] = number.ordinal();
        return Statements.update(
                connection,
                "UPDATE dts_sync.ddl_command SET " + assignments + " WHERE task = ?" + ONE + condition,
                parameters);
    }

    /** Returns all commands in their order; none if the state is from before there were any. */
    public List<StoredDdl> list() {
        return transactions.read(
                failure(),
                connection -> isThere(connection)
                        ? Statements.list(
                                connection, COLUMNS + " ORDER BY commit_lsn, ordinal", DdlCommandStore::stored, task)
                        : List.of());
    }

    /** Returns how far the task is with them; none if the state is from before there were any. Joins the connection's transaction. */
    public DdlFigures figures(Connection connection) throws SQLException {
        DdlMode mode = Statements.isThere(connection, "dts_sync.task") ? mode(connection, task) : DdlMode.STOP;
        if (!mode.carries() || !isThere(connection)) {
            return DdlFigures.none(mode);
        }
        Optional<StoredDdl> current = Statements.first(
                connection,
                COLUMNS + " AND state IN ('waiting', 'running', 'failed')"
                        + " ORDER BY state = 'waiting' AND allowed, commit_lsn, ordinal LIMIT 1",
                DdlCommandStore::stored,
                task);
        List<DeferredIndex> indexes = new DeferredIndexStore(destination, task).list(connection);
        return Statements.first(
                        connection,
                        """
                        SELECT count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE state = 'skipped'),
                               count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE state = 'waiting'),
                               coalesce(max(extract(epoch FROM clock_timestamp() - started_at))
                                            FILTER (WHERE state = 'running'), 0)::float8
                        FROM dts_sync.ddl_command WHERE task = ?
                        """,
                        row -> new DdlFigures(
                                mode,
                                row.getLong(1),
                                row.getLong(2),
                                row.getLong(3),
                                row.getLong(4),
                                current,
                                row.getDouble(5),
                                indexes,
                                List.of()),
                        task)
                .orElseThrow();
    }

    /** Returns the commands of one transaction about which a person has decided that something else is run, or nothing. */
    public List<StoredDdl> decided(Lsn commit) {
        return transactions.read(
                failure(),
                connection -> isThere(connection)
                        ? Statements.list(
                                connection,
                                COLUMNS + " AND commit_lsn = ?::pg_lsn AND changed_by IS NOT NULL"
                                        + " AND (corrected IS NOT NULL OR state = 'skipped') ORDER BY ordinal",
                                DdlCommandStore::stored,
                                task,
                                commit.toString())
                        : List.of());
    }

    /** Returns whether a command was run that committed behind a position. */
    public boolean hasRunSince(Lsn position) {
        return transactions.read(
                failure(),
                connection -> isThere(connection)
                        && Statements.exists(
                                connection,
                                "SELECT FROM dts_sync.ddl_command WHERE task = ? AND commit_lsn > ?::pg_lsn AND finished_at IS NOT NULL"
                                        + " LIMIT 1",
                                task,
                                position.toString()));
    }

    /** Takes over what a person has decided about a command at another database that has the same history. */
    public void adopt(StoredDdl decided, Epoch epoch) {
        DdlCommand command = decided.command();
        transactions.write(failure(), epoch, connection -> {
            enter(connection, command, true);
            update(
                    connection,
                    "state = ?, corrected = ?, reason = ?, allowed = true",
                    " AND state <> 'done'",
                    command.number(),
                    decided.state() == DdlState.SKIPPED ? "skipped" : "waiting",
                    decided.corrected().orElse(null),
                    decided.reason().orElse(null));
        });
    }

    /**
     * Returns one command.
     *
     * @param number as text
     * @throws SyncException of kind USAGE if there is none, or if the task carries no commands
     */
    public StoredDdl show(String number) {
        return transactions.read(failure(), connection -> show(connection, DdlNumber.parse(number), ""));
    }

    private StoredDdl show(Connection connection, DdlNumber number, String lock) throws SQLException {
        Optional<StoredDdl> found = isThere(connection) ? first(connection, number, lock) : Optional.empty();
        if (found.isPresent()) {
            return found.get();
        }
        if (!isThere(connection) || !mode(connection, task).carries()) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "Task " + task + " carries no commands: its ddl.mode is stop.",
                    "A task keeps the mode it began with; see docs/ddl.md.");
        }
        throw new SyncException(
                FaultKind.USAGE,
                "Task " + task + " has no command " + number + ".",
                "See dts-sync ddl list TASK.yaml --all.");
    }

    /** Stores a statement that is run instead of a command, and allows it; the command itself is kept too. */
    public void set(String number, String sql, Author author) {
        change(number, "corrected", author, """
                corrected = ?, allowed = true, state = 'waiting', error = NULL, reason = NULL""", sql);
    }

    /** Lets a command run, one that was skipped too. */
    public void allow(String number, Author author) {
        change(number, "allowed", author, """
                allowed = true, state = CASE state WHEN 'skipped' THEN 'waiting' ELSE state END, reason = NULL""");
    }

    /**
     * Leaves a command out: it is never run. An index that it has left to be built is not built.
     *
     * @param reason why; may be null
     */
    public void skip(String number, Author author, @Nullable String reason) {
        change(number, "skipped", author, "state = 'skipped', error = NULL, reason = ?", reason);
    }

    private void change(String number, String what, Author author, String assignments, @Nullable String... values) {
        DdlNumber wanted = DdlNumber.parse(number);
        destination.doInTransaction(
                "The commands of task " + task + " that change the structure could not be changed", connection -> {
                    Statements.execute(connection, LOCK_LIMIT);
                    StoredDdl stored = lock(connection, wanted);
                    if (!what.equals("skipped")
                            || !new DeferredIndexStore(destination, task).remove(connection, wanted)) {
                        refuseIfPassed(stored);
                    }
                    @Nullable Object[] parameters = new @Nullable Object[values.length + 1];
                    System.arraycopy(values, 0, parameters, 0, values.length);
                    parameters[values.length] = author.name();
                    update(
                            connection,
                            assignments + ", changed_by = ?, changed_at = clock_timestamp()",
                            "",
                            wanted,
                            parameters);
                    events.append(connection, Event.by(author, "correction", wanted.toString(), "change", what));
                });
    }

    private StoredDdl lock(Connection connection, DdlNumber number) throws SQLException {
        try {
            return show(connection, number, " FOR NO KEY UPDATE");
        } catch (SQLException e) {
            if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                throw new SyncException(
                        FaultKind.USAGE,
                        "Command " + number + " of task " + task + " is running.",
                        "Wait until it is done or has failed. If it waits for a lock, dts-sync status names the session that"
                                + " holds it.",
                        e);
            }
            throw e;
        }
    }

    private void refuseIfPassed(StoredDdl stored) {
        if (stored.state() == DdlState.DONE) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "Command " + stored.number() + " of task " + task + " has already run at the destination.",
                    "Change the structure directly at the destination.");
        }
        if (stored.state() == DdlState.SKIPPED && stored.finishedAt().isPresent()) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "Command " + stored.number() + " of task " + task
                            + " was skipped, and later changes are applied already.",
                    "Change the structure directly at the destination.");
        }
    }

    private Optional<StoredDdl> first(Connection connection, DdlNumber number, String lock) throws SQLException {
        return Statements.first(
                connection,
                COLUMNS + ONE + lock,
                DdlCommandStore::stored,
                task,
                number.commit().toString(),
                number.ordinal());
    }

    private static boolean isThere(Connection connection) throws SQLException {
        return Statements.isThere(connection, "dts_sync.ddl_command");
    }

    private static StoredDdl stored(ResultSet row) throws SQLException {
        return new StoredDdl(
                new DdlCommand(
                        new DdlNumber(Lsn.parse(row.getString(1)), row.getInt(2)),
                        row.getString(3),
                        row.getString(4),
                        Optional.ofNullable(row.getString(5)),
                        Statements.texts(row.getArray(6)).orElse(List.of())),
                DdlState.of(row.getString(7)),
                row.getBoolean(8),
                Optional.ofNullable(row.getString(9)),
                Optional.ofNullable(row.getString(10)),
                Optional.ofNullable(row.getString(11)),
                Optional.ofNullable(row.getString(12)),
                time(row, 13).orElseThrow(),
                time(row, 14),
                time(row, 15));
    }

    private static Optional<Instant> time(ResultSet row, int column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }

    private String failure() {
        return "The commands of task " + task + " that change the structure could not be read or recorded";
    }
}
