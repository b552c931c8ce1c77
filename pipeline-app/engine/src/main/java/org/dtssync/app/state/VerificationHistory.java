package org.dtssync.app.state;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/**
 * The last verifications of one task with what they found. Thread-safe.
 *
 * @param destination connections to the destination
 * @param task the task's name
 */
public record VerificationHistory(DatabaseConnections destination, String task) {

    /** How many verifications of a task are kept. */
    static final int KEPT = 20;

    /** How many differing rows of one table are kept. */
    static final int KEPT_DIFFERENCES = 1_000;

    /**
     * A verification as it is kept.
     *
     * @param id its number
     * @param beganAt ISO 8601 in UTC; empty if that is not known
     * @param endedAt the same
     * @param askedBy who asked for it, if that is known
     * @param outcome what it found; without differences where only the list was asked for
     */
    public record Kept(
            long id, Optional<String> beganAt, String endedAt, Optional<String> askedBy, VerificationOutcome outcome) {}

    /** Adds one and removes the oldest. Joins the connection's transaction. */
    void add(Connection connection, VerificationOutcome outcome, Optional<String> began) throws SQLException {
        long id = Statements.first(
                        connection,
                        """
                        INSERT INTO dts_sync.verification_run (task, began_at, lsn, equal, rows, asked_by)
                        VALUES (?, ?::timestamptz, ?::pg_lsn, ?, ?,
                                (SELECT posted_by FROM dts_sync.command
                                 WHERE task = ? AND command = 'verify' AND state = 'running' ORDER BY id DESC LIMIT 1))
                        RETURNING id
                        """,
                        row -> row.getLong(1),
                        task,
                        began.orElse(null),
                        String.valueOf(outcome.lsn()),
                        outcome.equal(),
                        outcome.rows(),
                        task)
                .orElseThrow();
        addTables(connection, id, outcome.tables());
        addDifferences(connection, id, outcome.differences());
        new EventLog(destination, task)
                .append(
                        connection,
                        Event.byRun(
                                "verification",
                                outcome.equal() ? "equal" : "different",
                                "id",
                                id,
                                "rows",
                                outcome.rows()));
        trim(connection);
    }

    private void addTables(Connection connection, long id, List<VerificationOutcome.Table> tables) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                INSERT INTO dts_sync.verification_table
                    (task, verification, schema_name, table_name, rows, chunks, missing, extra, changed)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)) {
            for (VerificationOutcome.Table table : tables) {
                statement.setString(1, task);
                statement.setLong(2, id);
                statement.setString(3, table.table().schema());
                statement.setString(4, table.table().table());
                statement.setLong(5, table.rows());
                statement.setInt(6, table.chunks());
                statement.setLong(7, table.missing());
                statement.setLong(8, table.extra());
                statement.setLong(9, table.changed());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    private void addDifferences(Connection connection, long id, List<VerificationOutcome.Row> rows)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                INSERT INTO dts_sync.verification_difference
                    (task, verification, schema_name, table_name, number, key, kind, columns)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """)) {
            TableName table = null;
            int number = 0;
            for (VerificationOutcome.Row row : rows) {
                number = row.table().equals(table) ? number + 1 : 1;
                table = row.table();
                if (number > KEPT_DIFFERENCES) {
                    continue;
                }
                statement.setString(1, task);
                statement.setLong(2, id);
                statement.setString(3, table.schema());
                statement.setString(4, table.table());
                statement.setInt(5, number);
                statement.setArray(6, Statements.array(connection, row.key()));
                statement.setString(7, row.kind());
                statement.setArray(8, Statements.array(connection, row.columns()));
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    private void trim(Connection connection) throws SQLException {
        Optional<Long> last = Statements.first(
                connection,
                "SELECT id FROM dts_sync.verification_run WHERE task = ? ORDER BY id DESC OFFSET ? LIMIT 1",
                row -> row.getLong(1),
                task,
                KEPT);
        if (last.isEmpty()) {
            return;
        }
        for (String table : List.of("verification_difference", "verification_table")) {
            Statements.update(
                    connection,
                    "DELETE FROM dts_sync." + table + " WHERE task = ? AND verification <= ?",
                    task,
                    last.get());
        }
        Statements.update(
                connection, "DELETE FROM dts_sync.verification_run WHERE task = ? AND id <= ?", task, last.get());
    }

    /** Reads the kept verifications with their tables, the newest first; none of a state from before they were kept. */
    public List<Kept> list() {
        return read("true", 0, false);
    }

    /** Reads one with its differences. */
    public Optional<Kept> show(long id) {
        return read("id = ?", id, true).stream().findFirst();
    }

    private List<Kept> read(String condition, long id, boolean withDifferences) {
        return destination.inTransaction("The verifications of task " + task + " could not be read", connection -> {
            if (!Statements.isThere(connection, "dts_sync.verification_run")) {
                return List.of();
            }
            return Statements.list(
                    connection,
                    """
                    SELECT id, to_char(began_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                           to_char(ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), asked_by, lsn::text,
                           equal
                    FROM dts_sync.verification_run WHERE task = ? AND (%s) ORDER BY id DESC
                    """.formatted(condition),
                    row -> new Kept(
                            row.getLong(1),
                            Optional.ofNullable(row.getString(2)),
                            row.getString(3),
                            Optional.ofNullable(row.getString(4)),
                            new VerificationOutcome(
                                    Lsn.parse(row.getString(5)),
                                    row.getBoolean(6),
                                    tables(connection, row.getLong(1)),
                                    withDifferences ? differences(connection, row.getLong(1)) : List.of())),
                    id == 0 ? new Object[] {task} : new Object[] {task, id});
        });
    }

    private static List<VerificationOutcome.Table> tables(Connection connection, long id) throws SQLException {
        return Statements.list(
                connection,
                """
                SELECT schema_name, table_name, rows, chunks, missing, extra, changed
                FROM dts_sync.verification_table WHERE verification = ? ORDER BY 1, 2
                """,
                row -> new VerificationOutcome.Table(
                        new TableName(row.getString(1), row.getString(2)),
                        row.getLong(3),
                        row.getInt(4),
                        row.getLong(5),
                        row.getLong(6),
                        row.getLong(7)),
                id);
    }

    private static List<VerificationOutcome.Row> differences(Connection connection, long id) throws SQLException {
        return Statements.list(
                connection,
                """
                SELECT schema_name, table_name, key, kind, columns
                FROM dts_sync.verification_difference WHERE verification = ? ORDER BY 1, 2, number
                """,
                row -> new VerificationOutcome.Row(
                        new TableName(row.getString(1), row.getString(2)),
                        Statements.texts(row.getArray(3)).orElseThrow(),
                        row.getString(4),
                        Statements.texts(row.getArray(5)).orElseThrow()),
                id);
    }
}
