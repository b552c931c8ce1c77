package org.dtssync.app.ddl;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.dtssync.connectors.postgres.EventTriggers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of what {@link DdlRecorder} has installed, while applications may have commands open. Stateless. */
public final class RecorderRemoval {

    private static final Logger LOG = LoggerFactory.getLogger(RecorderRemoval.class);

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private static final int WAIT_MILLIS = 300;

    private static final int TRIES = 5;

    private RecorderRemoval() {}

    /** What became of the recorder of a task that ends. */
    public enum Result {
        /** It is gone, as far as nobody else needs it. */
        DONE,
        /** It records nothing for the task any more, if the account may say so, but an open transaction keeps something of it. */
        HELD
    }

    /**
     * Removes a task; with the last one go the triggers, their functions and everything they recorded. Of a recorder that a superuser has
     * installed the triggers stay, and record nothing; of one that another account keeps to itself nothing is
     * removed. Triggers stay as well while a transaction that has run a command is open: other commands must not wait behind their removal.
     *
     * @param connection to a source, in autocommit mode
     */
    public static Result remove(Connection connection, String task) throws SQLException {
        for (int left = TRIES; left >= 0; left--) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                // What a transaction has noted of its commands is locked until it ends, and others queue behind who
                // waits for it.
                statement.execute("SET LOCAL lock_timeout = '" + WAIT_MILLIS + "'");
                if (left > 0) {
                    removeAtOnce(connection, task);
                } else {
                    silence(connection, task);
                }
                connection.commit();
                return left > 0 ? Result.DONE : Result.HELD;
            } catch (SQLException e) {
                connection.rollback();
                if (left == 0 || !LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                    throw e;
                }
            } finally {
                connection.setAutoCommit(true);
            }
        }
        throw new IllegalStateException("the last try returns or throws");
    }

    /**
     * Removes the same, in the caller's transaction, which limits how long it waits for commands that are open.
     *
     * @throws SQLException also if one of them lasts longer
     */
    public static void removeAtOnce(Connection connection, String task) throws SQLException {
        if (!DdlRecorder.yes(
                connection,
                "SELECT coalesce(has_function_privilege(to_regprocedure('dts_sync.ddl_leave(text)'), 'EXECUTE'), false)")) {
            return;
        }
        EventTriggers.silence(connection);
        leave(connection, task);
        try (Statement statement = connection.createStatement()) {
            dropIfUnused(connection, statement);
        }
    }

    private static void leave(Connection connection, String task) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT dts_sync.ddl_leave(?)")) {
            statement.setString(1, task);
            statement.execute();
        }
    }

    /** Without the task's row the triggers record nothing for it; the marks of tables stay until a recorder is installed again. */
    private static void silence(Connection connection, String task) throws SQLException {
        if (!DdlRecorder.yes(connection, "SELECT has_table_privilege('dts_sync.ddl_task', 'DELETE')")) {
            LOG.warn("The recorder of structure changes could not be ended: commands are open. task={}", task);
            return;
        }
        try (PreparedStatement statement =
                connection.prepareStatement("DELETE FROM dts_sync.ddl_task WHERE task = ?")) {
            statement.setString(1, task);
            statement.executeUpdate();
        }
    }

    private static void dropIfUnused(Connection connection, Statement statement) throws SQLException {
        if (DdlRecorder.yes(connection, """
                SELECT NOT EXISTS (SELECT FROM dts_sync.ddl_task)
                       AND (SELECT pg_has_role(proowner, 'USAGE') FROM pg_proc WHERE oid = to_regproc('dts_sync.on_ddl'))
                """)) {
            statement.execute(DdlRecorder.REMOVAL_OF_FUNCTIONS + DdlRecorder.REMOVAL_OF_TABLES);
        }
    }
}
