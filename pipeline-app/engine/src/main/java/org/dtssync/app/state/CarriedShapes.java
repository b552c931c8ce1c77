package org.dtssync.app.state;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.dtssync.connectors.apply.ApplySettings.AppliedTable;
import org.dtssync.connectors.apply.VisibleSnapshot;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * The tables of a task and their shapes as commands that are carried change them. Every method joins the connection's transaction, which
 * holds the epoch and runs the command. Stateless.
 *
 * @param events of the task
 * @param task the task's name
 */
public record CarriedShapes(EventLog events, String task) {

    private static final String COLUMNS = """
            SELECT schema_name, table_name, structure, changed_at::text, apply_after::text, visible_snapshot
            FROM dts_sync.table_progress WHERE task = ? AND structure IS NOT NULL
            """;

    private static final String ONE = " WHERE task = ? AND schema_name = ? AND table_name = ?";

    /**
     * A table of the task.
     *
     * @param table its name
     * @param structure its recorded shape
     * @param newerThan commits up to here were made before its shape was last read from the source
     * @param applyAfter commits up to here are in its last copy already
     * @param visible the snapshot it was copied with, if it was copied under a single one and has not caught up
     */
    public record Known(
            TableName table, String structure, Lsn newerThan, Lsn applyAfter, Optional<VisibleSnapshot> visible) {

        /** Returns whether it is empty, and waits until it is loaded again. */
        public boolean isSetAside() {
            return applyAfter.equals(AppliedTable.NEVER);
        }
    }

    /** Returns the table of a name; empty if the task does not have it, or not any more. */
    public Optional<Known> named(Connection connection, TableName table) throws SQLException {
        return Statements.first(
                connection,
                COLUMNS + " AND schema_name = ? AND table_name = ?",
                CarriedShapes::known,
                task,
                table.schema(),
                table.table());
    }

    /** Returns whether a table was the task's, and is not any more. */
    public boolean hasLeft(Connection connection, TableName table) throws SQLException {
        return Statements.first(
                        connection,
                        "SELECT FROM dts_sync.table_progress" + ONE + " AND structure IS NULL",
                        row -> true,
                        task,
                        table.schema(),
                        table.table())
                .isPresent();
    }

    /** Returns the table whose recorded shape contains a text. */
    public Optional<Known> holding(Connection connection, String text) throws SQLException {
        return Statements.first(
                connection, COLUMNS + " AND strpos(structure, ?) > 0", CarriedShapes::known, task, text);
    }

    /** Returns the table whose recorded shape contains a text, and that has another name. */
    public Optional<Known> holdingUnderAnotherName(Connection connection, String text, TableName name)
            throws SQLException {
        return Statements.first(
                connection,
                COLUMNS + " AND strpos(structure, ?) > 0 AND (schema_name, table_name) <> (?, ?)",
                CarriedShapes::known,
                task,
                text,
                name.schema(),
                name.table());
    }

    private static Known known(java.sql.ResultSet row) throws SQLException {
        return new Known(
                new TableName(row.getString(1), row.getString(2)),
                row.getString(3),
                lsn(row.getString(4)),
                lsn(row.getString(5)),
                Optional.ofNullable(row.getString(6)).map(VisibleSnapshot::parse));
    }

    private static Lsn lsn(@Nullable String text) {
        return text == null ? Lsn.ZERO : Lsn.parse(text);
    }

    /** Records another shape of a table. */
    public void change(Connection connection, TableName table, String structure, Optional<List<String>> key)
            throws SQLException {
        update(
                connection,
                "structure = ?, key_columns = ?, earlier_structure = NULL",
                table,
                structure,
                Statements.array(connection, key.orElse(null)));
        note(connection, table, "carried");
    }

    /** Records another shape of a table whose key stays. */
    public void change(Connection connection, TableName table, String structure) throws SQLException {
        update(connection, "structure = ?", table, structure);
        note(connection, table, "carried");
    }

    /** Records another name of a table; what the task once had under that name is forgotten. */
    public void rename(Connection connection, TableName was, TableName now) throws SQLException {
        Statements.update(connection, "DELETE FROM dts_sync.table_progress" + ONE, task, now.schema(), now.table());
        update(connection, "schema_name = ?, table_name = ?", was, now.schema(), now.table());
        note(connection, now, "renamed");
    }

    /**
     * Adds a table whose rows have all been in the stream.
     *
     * @param publication its entry in the task's publication
     */
    public void add(
            Connection connection, TableName table, String structure, Optional<List<String>> key, String publication)
            throws SQLException {
        Statements.update(
                connection,
                """
                INSERT INTO dts_sync.table_progress (task, schema_name, table_name, state, key_columns, structure, publication)
                VALUES (?, ?, ?, 'streaming', ?, ?, ?)
                ON CONFLICT (task, schema_name, table_name) DO UPDATE
                SET state = 'streaming', key_columns = excluded.key_columns, structure = excluded.structure,
                    publication = excluded.publication, earlier_structure = NULL, visible_snapshot = NULL, changed_at = NULL,
                    apply_after = NULL
                """,
                task,
                table.schema(),
                table.table(),
                Statements.array(connection, key.orElse(null)),
                structure,
                publication);
        note(connection, table, "added");
    }

    /** Notes a table that was the task's only before its schema objects were read: nothing of it is applied. */
    public void pass(Connection connection, TableName table) throws SQLException {
        Statements.update(connection, """
                INSERT INTO dts_sync.table_progress (task, schema_name, table_name, state) VALUES (?, ?, ?, 'skipped')
                ON CONFLICT DO NOTHING
                """, task, table.schema(), table.table());
    }

    /** Records that a table does not belong to the task any more: nothing that follows is applied to it. */
    public void remove(Connection connection, TableName table) throws SQLException {
        update(
                connection,
                "state = 'skipped', structure = NULL, earlier_structure = NULL, visible_snapshot = NULL",
                table);
        note(connection, table, "removed");
    }

    /**
     * Sets a table aside, whose rows the caller removes: it is loaded once the destination has the shape it has at the source, and no change
     * is applied to it until then.
     */
    public void setAside(Connection connection, TableName table) throws SQLException {
        setAside(connection, task, table);
        note(connection, table, "set aside");
    }

    /** Does the same, for a load. The chunks first, since a worker that copies one has locked it before the table's row. */
    static void setAside(Connection connection, String task, TableName table) throws SQLException {
        Statements.update(connection, "DELETE FROM dts_sync.chunk" + ONE, task, table.schema(), table.table());
        Statements.update(
                connection,
                """
                UPDATE dts_sync.table_progress
                SET state = 'pending', snapshot_rows = 0, snapshot_bytes = 0, visible_snapshot = NULL, earlier_structure = NULL,
                    apply_after = ?::pg_lsn
                """ + ONE + " AND state <> 'skipped'",
                AppliedTable.NEVER.toString(),
                task,
                table.schema(),
                table.table());
    }

    private void update(Connection connection, String assignments, TableName table, @Nullable Object... values)
            throws SQLException {
        @Nullable Object[] parameters = new @Nullable Object[values.length + 3];
        System.arraycopy(values, 0, parameters, 0, values.length);
        parameters[values.length] = task;
        parameters[values.length + 1] = table.schema();
        parameters[values.length + 2] = table.table();
        Statements.update(connection, "UPDATE dts_sync.table_progress SET " + assignments + ONE, parameters);
    }

    private void note(Connection connection, TableName table, String change) throws SQLException {
        events.append(connection, Event.byRun("structure", table.toString(), "change", change));
    }
}
