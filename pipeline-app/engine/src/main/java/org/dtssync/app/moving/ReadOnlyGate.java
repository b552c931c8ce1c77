package org.dtssync.app.moving;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * Keeps applications from writing to one database: new transactions are read-only by default, sessions are ended, and the
 * selected tables are locked against writers until every write in progress has ended.
 *
 * <p>It is a default, so a session that sets {@code default_transaction_read_only = off} or {@code BEGIN READ WRITE} by itself
 * is kept out only by the locks, that is, until they are released. Stateless except for its settings.
 *
 * @param database the database, reached with the task's account
 * @param tables the selected tables
 * @param applicationRoles the applications' login roles
 * @param task the task's name
 * @param ownSessions beginning of the application names of our own sessions
 */
public record ReadOnlyGate(
        DatabaseConnections database,
        List<TableName> tables,
        List<String> applicationRoles,
        String task,
        String ownSessions) {

    private static final Duration LOCK_LIMIT = Duration.ofSeconds(20);
    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final String DEADLOCK = "40P01";

    /** Copies the lists. */
    public ReadOnlyGate {
        tables = List.copyOf(tables);
        applicationRoles = List.copyOf(applicationRoles);
    }

    /** Returns the same gate, which locks some more tables. */
    ReadOnlyGate lockingAlso(List<TableName> others) {
        List<TableName> all = new ArrayList<>(tables);
        all.addAll(others);
        return new ReadOnlyGate(database, all, applicationRoles, task, ownSessions);
    }

    /**
     * The locks; closing releases them, while the read-only default stays.
     *
     * @param connection holds them
     */
    public record Locks(Connection connection) implements AutoCloseable {

        /**
         * Checks that the session that holds them is alive.
         *
         * @throws SyncException of kind TRANSIENT if it was ended, so that other clients may have written since
         */
        public void requireHeld() {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SELECT 1");
            } catch (SQLException e) {
                throw new SyncException(
                        FaultKind.TRANSIENT,
                        "The session that locks the tables against writes was ended.",
                        "Find out what ended it, and try again.",
                        e);
            }
        }

        @Override
        public void close() {
            try {
                connection.rollback();
                connection.close();
            } catch (SQLException e) {
                throw SqlFaults.explain("The locks of the read-only gate could not be released", e);
            }
        }
    }

    /**
     * A session for one {@link #raise}, opened before applications wait.
     *
     * @param connection in autocommit mode
     */
    record Session(Connection connection) implements AutoCloseable {

        /** Closes the session, unless the locks that it held did. */
        @Override
        public void close() {
            try {
                connection.close();
            } catch (SQLException e) {
                throw SqlFaults.explain("The session of the read-only gate could not be closed", e);
            }
        }
    }

    /** Opens the session that proves that writes are refused, and then holds the locks. */
    Session open() {
        return new Session(database.open());
    }

    /**
     * Makes the database read-only and proves it.
     *
     * @param epoch held by the transaction that sets the defaults, a right to write to this database: an instance that was
     *     frozen must not close any database when it wakes
     * @return the locks, to be closed once the other side is open
     * @throws SyncException if a writer cannot be waited out, or a write is not refused
     */
    public Locks raise(Epoch epoch) throws InterruptedException {
        return raise(epoch, open());
    }

    /** Does the same in a session that is open already, and which the locks close. */
    Locks raise(Epoch epoch, Session session) throws InterruptedException {
        Connection connection = session.connection();
        try {
            defaults().switchOn(epoch);
            Failpoint.SWITCH_READ_ONLY.reached();
            // Before the locks, which a refused statement would wait for as well.
            new ReadOnlyProof(database, tables, applicationRoles).run(connection);
            connection.setAutoCommit(false);
            lock(connection);
            return new Locks(connection);
        } catch (SQLException e) {
            close(connection, e);
            throw SqlFaults.explain("The " + database.role() + " could not be made read-only", e);
        } catch (SyncException | InterruptedException e) {
            close(connection, e);
            throw e;
        }
    }

    /**
     * Restores the defaults exactly as before the read-only gate; does nothing if there is none.
     *
     * @param epoch held by the transaction that does it, a right to write to this database; null if the caller holds the task
     *     by other means
     * @return whether there was a read-only gate
     */
    public boolean lift(@Nullable Epoch epoch) {
        return defaults().putBack(epoch);
    }

    /** Returns the statements that remove it, for a person; empty if there is none. */
    public List<String> liftingStatements() {
        return defaults().statements();
    }

    /** Deletes the previous defaults, and leaves the current ones unchanged. */
    public void forget() {
        defaults().forget();
    }

    private ReadOnlyDefaults defaults() {
        return new ReadOnlyDefaults(database, task);
    }

    private static void close(Connection connection, Exception cause) {
        try {
            connection.close();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    /** Ending a session returns before its commit does; the lock waits for every writer. */
    private void lock(Connection connection) throws SQLException, InterruptedException {
        String names = tables.stream().map(TableName::sql).collect(Collectors.joining(", "));
        long deadline = System.nanoTime() + LOCK_LIMIT.toNanos();
        while (true) {
            endSessions(connection);
            connection.commit();
            if (names.isEmpty()) {
                return;
            }
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET LOCAL lock_timeout = '1s'");
                statement.execute("LOCK TABLE " + names + " IN SHARE MODE");
                return;
            } catch (SQLException e) {
                connection.rollback();
                boolean passing = LOCK_NOT_AVAILABLE.equals(e.getSQLState()) || DEADLOCK.equals(e.getSQLState());
                if (!passing || System.nanoTime() > deadline) {
                    throw e;
                }
            }
            Thread.sleep(20);
        }
    }

    private void endSessions(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid
                WHERE a.datname = current_database() AND a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()
                  AND NOT starts_with(a.application_name, ?)
                  AND NOT (a.usename = current_user AND starts_with(a.application_name, 'Debezium'))
                  AND (NOT r.rolsuper OR current_setting('is_superuser') = 'on')
                """)) {
            statement.setString(1, ownSessions);
            statement.execute();
        }
    }
}
