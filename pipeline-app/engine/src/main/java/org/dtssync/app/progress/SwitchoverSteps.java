package org.dtssync.app.progress;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Fence;

/**
 * The steps of one switchover or rollback, kept at the destination: written before a step begins and again when it is done.
 *
 * <p>Thread-safe.
 *
 * @param destination connections to the destination
 * @param task the task's name
 * @param direction {@code switchover} or {@code rollback}
 */
public record SwitchoverSteps(DatabaseConnections destination, String task, String direction) {

    private static final String DONE = """
            UPDATE dts_sync.switchover_step SET done_at = clock_timestamp()
            WHERE task = ? AND direction = ? AND step = ?
            """;

    /** Forgets the steps of an earlier attempt. */
    public void clear(Fence fence) {
        write(fence, "DELETE FROM dts_sync.switchover_step WHERE task = ? AND direction = ?", task, direction);
    }

    /** Records that a step begins. */
    public void begin(String step, Fence fence) {
        write(fence, """
                INSERT INTO dts_sync.switchover_step (task, direction, step) VALUES (?, ?, ?)
                ON CONFLICT (task, direction, step) DO UPDATE SET begun_at = clock_timestamp(), done_at = NULL
                """, task, direction, step);
    }

    /** Records that a step is done. */
    public void done(String step, Fence fence) {
        write(fence, DONE, task, direction, step);
    }

    /** Records that a step is done. Joins the connection's transaction. */
    public void done(Connection connection, String step) throws SQLException {
        execute(connection, DONE, task, direction, step);
    }

    /** Returns whether a step was done. */
    public boolean isDone(String step) {
        return is(step, "done_at IS NOT NULL");
    }

    /** Returns whether a step was begun, be it done or not. */
    public boolean isBegun(String step) {
        return is(step, "true");
    }

    private boolean is(String step, String condition) {
        return destination.inTransaction(failure(), connection -> {
            try (PreparedStatement statement = connection.prepareStatement("SELECT 1 FROM dts_sync.switchover_step"
                    + " WHERE task = ? AND direction = ? AND step = ? AND " + condition)) {
                statement.setString(1, task);
                statement.setString(2, direction);
                statement.setString(3, step);
                try (ResultSet rows = statement.executeQuery()) {
                    return rows.next();
                }
            }
        });
    }

    private void write(Fence fence, String sql, String... parameters) {
        destination.inTransaction(failure(), connection -> {
            fence.hold(connection);
            execute(connection, sql, parameters);
            return null;
        });
    }

    private static void execute(Connection connection, String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            statement.executeUpdate();
        }
    }

    private String failure() {
        return "The steps of the " + direction + " of task " + task + " could not be recorded";
    }
}
