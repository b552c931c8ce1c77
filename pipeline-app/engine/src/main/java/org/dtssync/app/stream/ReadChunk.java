package org.dtssync.app.stream;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.dtssync.connectors.capture.ReadRequests;
import org.dtssync.connectors.postgres.TableName;

/**
 * Rows of a chunk, for the capture to write.
 *
 * @param table the chunk's table
 * @param session at the source
 * @param from what follows {@code FROM} in a query of the rows
 * @param opening begins the transaction in which they are read
 */
public record ReadChunk(TableName table, Connection session, String from, Opening opening)
        implements ReadRequests.Rows {

    /** Begins the transaction of a chunk. */
    @FunctionalInterface
    public interface Opening {
        /**
         * Begins it.
         *
         * @param briefly whether it hardly waits for locks
         */
        void run(boolean briefly) throws SQLException;
    }

    @Override
    public Connection begin() throws SQLException {
        opening.run(true);
        return session;
    }

    @Override
    public void abandon() throws SQLException {
        execute("ROLLBACK");
    }

    /** Planning a query takes the same locks as running it, those of indexes too. */
    @Override
    public void awaitLocks() throws SQLException {
        opening.run(false);
        execute("EXPLAIN SELECT FROM " + from);
        abandon();
    }

    /** The rest of the transaction is the worker's, for which nobody waits: it waits for locks as long as other loads do. */
    void waitAsUsual() throws SQLException {
        execute("SET LOCAL lock_timeout = '10s'");
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = session.createStatement()) {
            statement.execute(sql);
        }
    }
}
