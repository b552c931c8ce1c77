package org.dtssync.app.state;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Indexes that a task's sessions are building in a database, as the server reports them. Stateless.
 *
 * @param applicationName of the task's sessions there
 */
public record IndexBuilds(String applicationName) {

    /** Returns a phrase for each: the table, what the server does and how much of that is done. Joins the connection's transaction. */
    public List<String> list(Connection connection) throws SQLException {
        return Statements.list(connection, """
                SELECT p.relid::regclass::text || ': ' || p.phase
                       || CASE WHEN p.blocks_total > 0 THEN ', ' || 100 * p.blocks_done / p.blocks_total || ' % of the blocks'
                               WHEN p.tuples_total > 0 THEN ', ' || 100 * p.tuples_done / p.tuples_total || ' % of the rows'
                               ELSE '' END
                FROM pg_stat_progress_create_index p JOIN pg_stat_activity a ON a.pid = p.pid
                WHERE p.datname = current_database() AND a.application_name = ?
                ORDER BY p.pid
                """, row -> row.getString(1), applicationName);
    }
}
