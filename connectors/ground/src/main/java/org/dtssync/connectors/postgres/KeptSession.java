package org.dtssync.connectors.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import org.dtssync.connectors.postgres.DatabaseConnections.Work;
import org.jspecify.annotations.Nullable;

/**
 * One session for frequent queries to the same database: a login each time would cost the server more than the queries. It is
 * opened when it is first needed, and reopened after a fault. Thread-safe; queries run one at a time.
 */
public final class KeptSession implements AutoCloseable {

    private final DatabaseConnections connections;
    private @Nullable Connection connection;

    /** Creates one; opens nothing yet. */
    public KeptSession(DatabaseConnections connections) {
        this.connections = connections;
    }

    /**
     * Runs work that is one transaction by itself.
     *
     * @param what the message if it fails, a sentence without its full stop that names the object
     * @return what the work returned
     * @throws org.dtssync.connectors.fault.SyncException if the session cannot be opened or a statement fails
     */
    public synchronized <T> T run(String what, Work<T> work) {
        Connection opened = connection;
        if (opened == null) {
            opened = connections.open();
            connection = opened;
        }
        try {
            return work.run(opened);
        } catch (SQLException e) {
            leave(opened, e);
            throw SqlFaults.explain(what, e);
        } catch (RuntimeException e) {
            leave(opened, e);
            throw e;
        }
    }

    private void leave(Connection opened, Exception cause) {
        try {
            opened.close();
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
