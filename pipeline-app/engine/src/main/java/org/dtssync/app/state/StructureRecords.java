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
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/**
 * The structures that the task's tables are captured with, as they were accepted one after the other, in the destination's
 * dts_sync schema. Thread-safe.
 */
public final class StructureRecords {

    private final StateTransactions transactions;
    private final EventLog events;
    private final String task;

    /** Creates a store of one task; opens nothing yet. */
    public StructureRecords(DatabaseConnections destination, String task) {
        this.transactions = new StateTransactions(destination);
        this.events = new EventLog(destination, task);
        this.task = task;
    }

    /** Reads what is recorded of every table that belongs to the task. */
    public Map<TableName, RecordedStructure> read() {
        return read("", (connection, statement) -> {});
    }

    /** Reads what is recorded of some tables; those that do not belong to the task are absent. */
    public Map<TableName, RecordedStructure> read(Collection<TableName> tables) {
        return read(
                " AND (schema_name, table_name) IN (SELECT * FROM unnest(?::text[], ?::text[]))",
                (connection, statement) -> {
                    Object[] schemas = tables.stream().map(TableName::schema).toArray();
                    Object[] names = tables.stream().map(TableName::table).toArray();
                    statement.setArray(2, connection.createArrayOf("text", schemas));
                    statement.setArray(3, connection.createArrayOf("text", names));
                });
    }

    private Map<TableName, RecordedStructure> read(String condition, Parameters parameters) {
        return transactions.read("The structures of task " + task + " could not be read", connection -> {
            Map<TableName, RecordedStructure> records = new TreeMap<>();
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
                                new RecordedStructure(
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

    private static Lsn lsn(String text) {
        return text == null ? Lsn.ZERO : Lsn.parse(text);
    }

    /**
     * Records a changed structure. As long as changes from before an earlier acceptance wait to be applied, the structure from
     * before that one stays the earlier one.
     *
     * @param changedAt a position behind everything that was written under the structure before
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
     * Records the structure of a table that is about to be loaded anew.
     *
     * @param applyAfter a position that every snapshot of the new load sees all commits up to
     * @param whole whether it is copied under one snapshot although it has a key
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

    /** Replaces a recorded structure by one that means the same to every row; does nothing if another one is recorded. */
    public void replace(TableName table, String recorded, String structure, Epoch epoch) {
        write(epoch, null, """
                UPDATE dts_sync.table_progress SET structure = ?
                WHERE structure = ? AND task = ? AND schema_name = ? AND table_name = ?
                """, connection -> new Object[] {structure, recorded}, table);
    }

    /** Records that a table does not belong to the task any more: none of its changes is applied. */
    public void remove(TableName table, Epoch epoch) {
        write(epoch, "removed", """
                UPDATE dts_sync.table_progress
                SET state = 'skipped', structure = NULL, earlier_structure = NULL, visible_snapshot = NULL
                WHERE task = ? AND schema_name = ? AND table_name = ?
                """, connection -> new Object[0], table);
    }

    private static Object array(Connection connection, Optional<List<String>> key) throws SQLException {
        return key.isEmpty() ? null : connection.createArrayOf("text", key.get().toArray());
    }

    private void write(Epoch epoch, String change, String sql, Values values, TableName table) {
        transactions.write("The structure of table " + table + " could not be recorded", epoch, connection -> {
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
