package org.dtssync.app.state;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.dtssync.connectors.postgres.EventTriggers;

/**
 * Removes the state of one task from the dts_sync schema of a database. Joins the connection's transaction. Thread-safe.
 *
 * @param task the task's name
 */
public record StateRemoval(String task) {

    /**
     * Every table that has rows of tasks, the epoch last: its holder must find it as long as anything is left. The settings with which a closed database
     * has to be opened are not removed here, nor the tasks whose commands are recorded in the same database.
     */
    private static final String TABLES = """
            SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace = to_regnamespace('dts_sync') AND c.relkind = 'r' AND a.attname = 'task'
              AND NOT a.attisdropped AND c.relname NOT IN ('write_fence', 'ddl_task')
            ORDER BY c.relname = 'fence', c.relname
            """;

    /** Removes every row of the task. */
    public void run(Connection connection) throws SQLException {
        for (String table : Statements.list(connection, TABLES, row -> row.getString(1))) {
            Statements.update(connection, "DELETE FROM dts_sync." + table + " WHERE task = ?", task);
        }
    }

    /**
     * Drops the whole schema unless another task of the same databases needs it, or this one in the opposite direction.
     *
     * @return whether it was dropped
     */
    public static boolean dropIfUnused(Connection connection) throws SQLException {
        for (String table : List.of("heartbeat", "fence")) {
            if (Statements.isThere(connection, "dts_sync." + table)
                    && Statements.exists(connection, "SELECT 1 FROM dts_sync." + table)) {
                return false;
            }
        }
        // It may be a superuser's, who has installed the recorder of structure changes there.
        if (!Statements.exists(
                connection,
                "SELECT 1 FROM pg_namespace WHERE nspname = 'dts_sync' AND pg_has_role(nspowner, 'USAGE')")) {
            return false;
        }
        EventTriggers.silence(connection);
        Statements.execute(connection, "DROP SCHEMA dts_sync CASCADE");
        return true;
    }
}
