package org.dtssync.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;

/**
 * Opens the sessions of a part that has one at a time. If the network lost a connection without notifying the server, its
 * session lives on there for hours, with its locks and its open transaction, and the part would wait for itself: so opening
 * the next one ends it.
 *
 * <p>Thread-safe.
 */
public final class SoleSession {

    /** How long the server may take to end a session, in milliseconds. */
    private static final int END_TIMEOUT_MILLIS = 5_000;

    private final DatabaseConnections connections;
    private int lastProcess;
    private @Nullable String lastBegun;

    /** Creates one; opens nothing yet. */
    public SoleSession(DatabaseConnections connections) {
        this.connections = connections;
    }

    /** Returns which database it is of. */
    public End role() {
        return connections.role();
    }

    /**
     * Opens a connection in autocommit mode, and ends the session of the previous one if it still exists.
     *
     * @throws SyncException if it cannot be opened, or the server could not be queried
     */
    public synchronized Connection open() {
        Connection connection = connections.open();
        try {
            endLast(connection);
            remember(connection);
            return connection;
        } catch (SQLException e) {
            SyncException fault =
                    SqlFaults.explain("The " + connections.role() + " could not be queried for an earlier session", e);
            try {
                connection.close();
            } catch (SQLException suppressed) {
                fault.addSuppressed(suppressed);
            }
            throw fault;
        }
    }

    /** By its start time too: the operating system reuses process ids. */
    private void endLast(Connection connection) throws SQLException {
        if (lastBegun == null) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT pg_terminate_backend(pid, ?) FROM pg_stat_activity
                WHERE pid = ? AND backend_start = ?::timestamptz AND pid <> pg_backend_pid()
                """)) {
            statement.setInt(1, END_TIMEOUT_MILLIS);
            statement.setInt(2, lastProcess);
            statement.setString(3, lastBegun);
            statement.execute();
        }
    }

    private void remember(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                        "SELECT pid, backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid()");
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            lastProcess = rows.getInt(1);
            lastBegun = rows.getString(2);
        }
    }
}
