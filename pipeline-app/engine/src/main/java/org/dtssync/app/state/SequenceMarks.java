package org.dtssync.app.state;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.dtssync.connectors.postgres.TableName;

/**
 * The values to which a task last set sequences ahead of those of the other database, kept where it set them: one that is still at
 * its mark has handed out nothing since. Every method joins the connection's transaction. Thread-safe.
 *
 * @param task the name of the direction
 */
public record SequenceMarks(String task) {

    /** Returns all marks; none where the state is of a release that kept none. */
    public Map<TableName, Long> read(Connection connection) throws SQLException {
        Map<TableName, Long> marks = new HashMap<>();
        if (Statements.isThere(connection, "dts_sync.sequence_mark")) {
            Statements.list(
                    connection,
                    "SELECT schema_name, sequence_name, last_value FROM dts_sync.sequence_mark WHERE task = ?",
                    row -> marks.put(new TableName(row.getString(1), row.getString(2)), row.getLong(3)),
                    task);
        }
        return marks;
    }

    /** Sets some marks. */
    public void set(Connection connection, Map<TableName, Long> marks) throws SQLException {
        for (Map.Entry<TableName, Long> mark : marks.entrySet()) {
            Statements.update(
                    connection, """
                    INSERT INTO dts_sync.sequence_mark (task, schema_name, sequence_name, last_value) VALUES (?, ?, ?, ?)
                    ON CONFLICT (task, schema_name, sequence_name) DO UPDATE SET last_value = excluded.last_value
                    """, task, mark.getKey().schema(), mark.getKey().table(), mark.getValue());
        }
    }

    /** Removes all marks. */
    public void clear(Connection connection) throws SQLException {
        if (Statements.isThere(connection, "dts_sync.sequence_mark")) {
            Statements.update(connection, "DELETE FROM dts_sync.sequence_mark WHERE task = ?", task);
        }
    }
}
