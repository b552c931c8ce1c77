package org.dtssync.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * The right of one instance to write to the destination: the task's epoch, which a successor raises.
 *
 * <p>Each of our transactions that writes there calls {@link #hold} first. The shared row lock lets workers write in
 * parallel, and makes a successor's raise wait for them (or end their backends), so no write of a predecessor can commit
 * after the raise.
 *
 * @param task the task's name
 * @param number this instance's epoch
 */
public record Epoch(String task, long number) {

    /**
     * Checks and holds the right to write until the connection's transaction ends.
     *
     * @param connection to the destination, in a transaction
     * @throws SyncException of kind FENCED if another instance has taken over or the task was released
     * @throws SQLException if the query fails
     */
    public void hold(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT epoch FROM dts_sync.fence WHERE task = ? AND epoch = ? FOR SHARE
                """)) {
            statement.setString(1, task);
            statement.setLong(2, number);
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) {
                    throw new SyncException(
                            FaultKind.FENCED,
                            "Another instance of task " + task + " has taken over, or the task was released.",
                            "Nothing was written. Use dts-sync status to see which instance is active.");
                }
            }
        }
    }

    /**
     * Returns a statement that does the same for a text of several statements, which are one question to the server: it fails if the right is lost,
     * so that none of the others runs. Call {@link #hold} after a failure to find out whether that was the reason.
     */
    public String guard() {
        return "SELECT 1 / count(*) FROM (SELECT FROM dts_sync.fence WHERE task = " + Identifiers.literal(task)
                + " AND epoch = " + number + " FOR SHARE) AS held";
    }
}
