package org.dtssync.app.snapshot;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.SoleSession;
import org.jspecify.annotations.Nullable;

/**
 * The two connections of one worker, opened when first needed and kept for all its chunks.
 *
 * <p>Used by one thread, except {@link #abort}, which any thread may call to interrupt a running statement.
 */
final class Sessions implements AutoCloseable {

    /**
     * Ranges are read through the key's index whatever the statistics say (a table never analyzed would be read whole for
     * each chunk), and by no more processes at the source than there are workers. Waiting for a lock ends, so that a chunk
     * does not wait behind an ALTER TABLE forever.
     */
    private static final String SOURCE_SETTINGS = """
            SET enable_seqscan = off;
            SET enable_sort = off;
            SET max_parallel_workers_per_gather = 0;
            SET jit = off;
            SET lock_timeout = '10s'
            """;

    /**
     * A chunk and the mark that it is copied are one transaction: a crash of the destination loses both or none, and what it
     * loses is always the newest. So no commit waits for the disk; the end of the job does, once.
     */
    private static final String DESTINATION_SETTINGS = """
            SET synchronous_commit = off;
            SET lock_timeout = '10s'
            """;

    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private final SoleSession sourceConnections;
    private final SoleSession destinationConnections;
    private @Nullable Connection source;
    private @Nullable Connection destination;
    private boolean aborted;

    Sessions(DatabaseConnections sourceConnections, DatabaseConnections destinationConnections) {
        this.sourceConnections = new SoleSession(sourceConnections);
        this.destinationConnections = new SoleSession(destinationConnections);
    }

    /** Returns the connection to the source, in autocommit mode: SQL statements begin and end its transactions. */
    Connection source() throws SQLException {
        synchronized (this) {
            if (source != null) {
                return source;
            }
        }
        Connection opened = keep(sourceConnections.open(), true);
        execute(opened, SOURCE_SETTINGS);
        return opened;
    }

    /** Returns the connection to the destination, not in autocommit mode. */
    Connection destination() throws SQLException {
        synchronized (this) {
            if (destination != null) {
                return destination;
            }
        }
        Connection opened = keep(destinationConnections.open(), false);
        execute(opened, DESTINATION_SETTINGS);
        replicaWhereAllowed(opened);
        opened.setAutoCommit(false);
        return opened;
    }

    /** Ends both connections, whatever they are doing; the next call opens new ones. */
    synchronized void discard() {
        List<Connection> open = new ArrayList<>();
        if (source != null) {
            open.add(source);
        }
        if (destination != null) {
            open.add(destination);
        }
        source = null;
        destination = null;
        for (Connection connection : open) {
            try {
                // Unlike close(), this neither waits for a running COPY nor for the server.
                connection.abort(Runnable::run);
            } catch (SQLException e) {
                // The socket is closed, which is all that is needed.
            }
        }
    }

    /** Closes both connections for good: later ones are closed at once. */
    synchronized void abort() {
        aborted = true;
        discard();
    }

    @Override
    public void close() {
        rest();
    }

    /** Closes both connections, which must have no open transaction; the next call opens new ones. */
    synchronized void rest() {
        for (Connection connection : new Connection[] {source, destination}) {
            if (connection != null) {
                try {
                    connection.close();
                } catch (SQLException e) {
                    // It has no open transaction to save.
                }
            }
        }
        source = null;
        destination = null;
    }

    private synchronized Connection keep(Connection opened, boolean isSource) throws SQLException {
        if (isSource) {
            source = opened;
        } else {
            destination = opened;
        }
        if (aborted) {
            discard();
            throw new SQLException("The snapshot was stopped", "57014");
        }
        return opened;
    }

    /** Keeps triggers and foreign keys from firing for rows that were checked at the source, if the account may. */
    static void replicaWhereAllowed(Connection connection) throws SQLException {
        try {
            execute(connection, "SET session_replication_role = replica");
        } catch (SQLException e) {
            if (!INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
                throw e;
            }
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
