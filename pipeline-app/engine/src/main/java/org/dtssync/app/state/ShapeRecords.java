package org.dtssync.app.state;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.dtssync.connectors.apply.ApplySettings.AppliedTable;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * The shapes that the task's tables are captured with, as accepted one after the other, in the destination's
 * dts_sync schema. Thread-safe.
 */
public final class ShapeRecords {

    private final StateTransactions transactions;
    private final EventLog events;
    private final String task;

    /** Creates a store of one task; opens nothing yet. */
    public ShapeRecords(DatabaseConnections destination, String task) {
        this.transactions = new StateTransactions(destination);
        this.events = new EventLog(destination, task);
        this.task = task;
    }

    /** Reads the records of every table that belongs to the task. */
    public Map<TableName, RecordedShape> read() {
        return read("", (connection, statement) -> {});
    }

    /** Reads the records of some tables; those that do not belong to the task are absent. */
    public Map<TableName, RecordedShape> read(Collection<TableName> tables) {
        return read(
                " AND (schema_name, table_name) IN (SELECT * FROM unnest(?::text[], ?::text[]))",
                (connection, statement) -> {
                    Object[] schemas = tables.stream().map(TableName::schema).toArray();
                    Object[] names = tables.stream().map(TableName::table).toArray();
                    statement.setArray(2, connection.createArrayOf("text", schemas));
                    statement.setArray(3, connection.createArrayOf("text", names));
                });
    }

    private Map<TableName, RecordedShape> read(String condition, Parameters parameters) {
        return transactions.read("The shapes of task " + task + " could not be read", connection -> {
            Map<TableName, RecordedShape> records = new TreeMap<>();
            try (PreparedStatement statement = connection.prepareStatement("""
                    SELECT schema_name, table_name, structure, earlier_structure, changed_at::text, apply_after::text
                    FROM dts_sync.table_progress WHERE task = ? AND structure IS NOT NULL
                    """ + condition)) {
                statement.setString(1, task);
                parameters.set(connection, statement);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        records.put(
                                new TableName(rows.getString(1), rows.getString(2)),
                                new RecordedShape(
                                        rows.getString(3),
                                        Optional.ofNullable(rows.getString(4)),
                                        lsn(rows.getString(5)),
                                        lsn(rows.getString(6))));
                    }
                }
            }
            return records;
        });
    }

    private static Lsn lsn(@Nullable String text) {
        return text == null ? Lsn.ZERO : Lsn.parse(text);
    }

    /**
     * Records a changed shape. As long as changes from before an earlier acceptance wait to be applied, the shape from
     * before that one stays the earlier one.
     *
     * @param changedAt a position after everything that was written with the previous shape
     */
    public void accept(TableName table, String structure, Optional<List<String>> key, Lsn changedAt, Epoch epoch) {
        write(
                epoch,
                "accepted",
                """
                UPDATE dts_sync.table_progress t
                SET earlier_structure = CASE WHEN changed_at > (SELECT cut_lsn FROM dts_sync.apply_position p WHERE p.task = t.task)
                                             THEN earlier_structure ELSE structure END,
                    structure = ?, key_columns = ?::text[], changed_at = ?::pg_lsn
                WHERE task = ? AND schema_name = ? AND table_name = ?
                """,
                connection -> new Object[] {structure, array(connection, key), changedAt.toString()},
                table);
    }

    /**
     * Records the shape of a table that is about to be reloaded.
     *
     * @param applyAfter a position that every snapshot of the new load sees all commits up to
     * @param whole whether it is copied in one snapshot although it has a key
     */
    public void reload(
            TableName table, String structure, Optional<List<String>> key, Lsn applyAfter, boolean whole, Epoch epoch) {
        write(
                epoch,
                "reloaded",
                """
                UPDATE dts_sync.table_progress
                SET earlier_structure = NULL, structure = ?, key_columns = ?::text[], changed_at = ?::pg_lsn,
                    apply_after = ?::pg_lsn, copied_whole = ?
                WHERE task = ? AND schema_name = ? AND table_name = ?
                """,
                connection -> new Object[] {
                    structure, array(connection, key), applyAfter.toString(), applyAfter.toString(), whole
                },
                table);
    }

    /**
     * Records a position for all tables before any of them is copied. A table may have been changed and changed back since the task was
     * prepared: rows from in between have columns that it has not.
     *
     * @param applyAfter a position that every snapshot of the load sees all commits up to
     */
    public void copiedBehind(Lsn applyAfter, Epoch epoch) {
        transactions.write(
                "The tables of task " + task + " could not be recorded",
                epoch,
                connection -> Statements.update(
                        connection,
                        "UPDATE dts_sync.table_progress SET apply_after = ?::pg_lsn WHERE task = ? AND state = 'pending'",
                        applyAfter.toString(),
                        task));
    }

    /** Reads the tables that are set aside until the destination has the shape they have at the source. */
    public List<TableName> setAside() {
        return transactions.read(
                "The shapes of task " + task + " could not be read",
                connection -> Statements.list(
                        connection,
                        """
                SELECT schema_name, table_name FROM dts_sync.table_progress
                WHERE task = ? AND state IN ('pending', 'copying') AND structure IS NOT NULL AND apply_after = ?::pg_lsn
                ORDER BY schema_name, table_name
                """,
                        row -> new TableName(row.getString(1), row.getString(2)),
                        task,
                        AppliedTable.NEVER.toString()));
    }

    /**
     * Records the shape of a table that was set aside: it can be loaded now.
     *
     * @param applyAfter a position that every snapshot of the load sees all commits up to
     * @param whole whether it is copied in one snapshot although it has a key
     */
    public void takeUp(
            TableName table, String structure, Optional<List<String>> key, Lsn applyAfter, boolean whole, Epoch epoch) {
        write(
                epoch,
                "taken up",
                """
                UPDATE dts_sync.table_progress
                SET structure = ?, key_columns = ?, apply_after = ?::pg_lsn, copied_whole = ?
                WHERE task = ? AND schema_name = ? AND table_name = ?
                """,
                connection -> new Object[] {structure, array(connection, key), applyAfter.toString(), whole},
                table);
    }

    /**
     * Records a table that was loaded as a whole, of a task that follows it from here on. Joins the connection's transaction, which holds
     * the epoch and contains the rows.
     *
     * @param rows how many
     * @param applyAfter a position that every earlier commit to the table is before, and every later one behind
     */
    public void loaded(Connection connection, TableProgress table, String structure, long rows, Lsn applyAfter)
            throws SQLException {
        TableName name = table.table();
        Statements.update(
                connection,
                """
                INSERT INTO dts_sync.table_progress AS t
                    (task, schema_name, table_name, state, key_columns, estimated_rows, estimated_bytes, snapshot_rows,
                     structure, changed_at, apply_after)
                VALUES (?, ?, ?, 'streaming', ?::text[], ?, ?, ?, ?, ?::pg_lsn, ?::pg_lsn)
                ON CONFLICT (task, schema_name, table_name) DO UPDATE
                SET state = 'streaming', key_columns = excluded.key_columns, snapshot_rows = excluded.snapshot_rows,
                    structure = excluded.structure, earlier_structure = NULL, changed_at = excluded.changed_at,
                    apply_after = excluded.apply_after, visible_snapshot = NULL
                """,
                task,
                name.schema(),
                name.table(),
                array(connection, table.keyColumns()),
                table.estimatedRows(),
                table.estimatedBytes(),
                rows,
                structure,
                applyAfter.toString(),
                applyAfter.toString());
        events.append(connection, Event.byRun("structure", name.toString(), "change", "reloaded"));
    }

    /** Replaces a recorded shape by an equivalent one; does nothing if another one is recorded. */
    public void replace(TableName table, String recorded, String structure, Epoch epoch) {
        write(epoch, null, """
                UPDATE dts_sync.table_progress SET structure = ?
                WHERE structure = ? AND task = ? AND schema_name = ? AND table_name = ?
                """, connection -> new Object[] {structure, recorded}, table);
    }

    /** Records that a table no longer belongs to the task: none of its changes is applied. */
    public void remove(TableName table, Epoch epoch) {
        write(epoch, "removed", """
                UPDATE dts_sync.table_progress
                SET state = 'skipped', structure = NULL, earlier_structure = NULL, visible_snapshot = NULL
                WHERE task = ? AND schema_name = ? AND table_name = ?
                """, connection -> new Object[0], table);
    }

    private static @Nullable Object array(Connection connection, Optional<List<String>> key) throws SQLException {
        return key.isEmpty() ? null : connection.createArrayOf("text", key.get().toArray());
    }

    private void write(Epoch epoch, @Nullable String change, String sql, Values values, TableName table) {
        transactions.write("The shape of table " + table + " could not be recorded", epoch, connection -> {
            List<Object> parameters = new ArrayList<>(Arrays.asList(values.of(connection)));
            parameters.addAll(List.of(task, table.schema(), table.table()));
            int changed = Statements.update(connection, sql, parameters.toArray());
            if (changed == 1 && change != null) {
                events.append(connection, Event.byRun("structure", table.toString(), "change", change));
            }
        });
    }

    /** The parameters behind the one that names the task. */
    @FunctionalInterface
    private interface Parameters {
        void set(Connection connection, PreparedStatement statement) throws SQLException;
    }

    /** The parameters before those that name the table. */
    @FunctionalInterface
    private interface Values {
        Object[] of(Connection connection) throws SQLException;
    }
}
