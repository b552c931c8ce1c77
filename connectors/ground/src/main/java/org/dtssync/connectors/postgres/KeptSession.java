package org.dtssync.connectors.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import org.dtssync.connectors.postgres.DatabaseConnections.Work;

/**
 * One session for whoever asks the same database every second: a login each time would cost the server more than the answers. It is
 * opened when it is first needed, and anew after a fault. Thread-safe; one asks at a time.
 */
public final class KeptSession implements AutoCloseable {

    private final DatabaseConnections connections;
    private Connection connection;

    /** Creates one; opens nothing yet. */
    public KeptSession(DatabaseConnections connections) {
        this.connections = connections;
    }

    /**
     * Does something that is one transaction by itself.
     *
     * @param what what fails if it fails, a sentence without its full stop that names the object
     * @return what the work returned
     * @throws org.dtssync.connectors.fault.SyncException if the session cannot be opened or a statement fails
     */
    public synchronized <T> T run(String what, Work<T> work) {
        if (connection == null) {
            connection = connections.open();
        }
        try {
            return work.run(connection);
        } catch (SQLException e) {
            leave(e);
            throw SqlFaults.explain(what, e);
        } catch (RuntimeException e) {
            leave(e);
            throw e;
        }
    }

    private void leave(Exception cause) {
        try {
            connection.close();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
        connection = null;
    }

    /** Ends the session; the next use opens another. */
    @Override
    public synchronized void close() {
        if (connection == null) {
            return;
        }
        try {
            connection.close();
        } catch (SQLException e) {
            throw SqlFaults.explain("A session at the " + connections.role() + " could not be closed", e);
        } finally {
            connection = null;
        }
    }
}
