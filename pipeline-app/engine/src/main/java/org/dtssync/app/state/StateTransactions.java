package org.dtssync.app.state;

import java.sql.Connection;
import java.sql.SQLException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;

/**
 * Transactions on the state in one database. Writing ones check the task's epoch first, so that an instance that was replaced
 * commits nothing. Thread-safe.
 *
 * @param database the database that has the state
 */
record StateTransactions(DatabaseConnections database) {

    /** What is written inside one transaction. */
    @FunctionalInterface
    interface Writing {
        void run(Connection connection) throws SQLException;
    }

    /**
     * Reads in one transaction.
     *
     * @param what the message if it fails, a sentence without its full stop
     */
    <T> T read(String what, DatabaseConnections.Work<T> work) {
        return database.inTransaction(what, work);
    }

    /** Does the same for what returns nothing. */
    void visit(String what, DatabaseConnections.Action visit) {
        database.doInTransaction(what, visit);
    }

    /**
     * Writes in one transaction that holds the epoch.
     *
     * @param what the message if it fails, a sentence without its full stop
     * @throws org.dtssync.connectors.fault.SyncException of kind FENCED if another instance has taken over
     */
    void write(String what, Epoch epoch, Writing writing) {
        database.doInTransaction(what, connection -> {
            epoch.hold(connection);
            writing.run(connection);
        });
    }

    /** Does the same and returns what the work returned. */
    <T> T change(String what, Epoch epoch, DatabaseConnections.Work<T> work) {
        return database.inTransaction(what, connection -> {
            epoch.hold(connection);
            return work.run(connection);
        });
    }
}
