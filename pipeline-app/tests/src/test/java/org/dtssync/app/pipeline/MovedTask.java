package org.dtssync.app.pipeline;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.Release;
import org.dtssync.app.testing.Servers;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;

/**
 * A task between two databases of its own, for tests that break something.
 *
 * @param task the task
 * @param source the source
 * @param destination the destination
 */
record MovedTask(TaskFile task, DatabaseSettings source, DatabaseSettings destination) {

    private static final String OBJECT_IN_USE = "55006";

    /** Makes the databases, the tables at the source and the task; nothing is moved yet. */
    static MovedTask of(Servers servers, int sourceMajor, String... structure) throws SQLException {
        DatabaseSettings source = servers.freshDatabase(sourceMajor);
        DatabaseSettings destination = servers.freshDatabase(18);
        MovedTask moved = new MovedTask(TaskFiles.of(servers, source, destination), source, destination);
        moved.atSource(structure);
        return moved;
    }

    /** Makes the same with a task that stops when the structure of the source changes. */
    static MovedTask stopping(Servers servers, int sourceMajor, String... structure) throws SQLException {
        DatabaseSettings source = servers.freshDatabase(sourceMajor);
        DatabaseSettings destination = servers.freshDatabase(18);
        MovedTask moved = new MovedTask(TaskFiles.stopping(servers, source, destination), source, destination);
        moved.atSource(structure);
        return moved;
    }

    /** Runs until what was written is at the destination. */
    MovedTask move() throws InterruptedException {
        run(RunGoal.CAUGHT_UP);
        return this;
    }

    void run(RunGoal goal) throws InterruptedException {
        new Pipeline(task, PipelineListener.NONE).run(RunOptions.to(goal));
    }

    /** Begins to run and waits until it streams. */
    LiveRun streaming() throws InterruptedException {
        return LiveRun.start(task).awaitStreaming();
    }

    /** Runs until it stops by itself, and returns what it stopped for. */
    SyncException stops() throws InterruptedException {
        try (LiveRun run = LiveRun.start(task)) {
            return run.awaitStop();
        }
    }

    /** Runs statements at the source, each a transaction of its own. */
    void atSource(String... statements) throws SQLException {
        new Scripts(source).execute(statements);
    }

    /** Runs statements at the destination as somebody else would, each a transaction of its own. */
    void atDestination(String... statements) throws SQLException {
        new Scripts(destination).execute(statements);
    }

    String valueAtDestination(String sql) throws SQLException {
        return value(destination, sql);
    }

    String valueAtSource(String sql) throws SQLException {
        return value(source, sql);
    }

    private static String value(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = new Scripts(database).connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    /** Does something to the slot that needs it free, although a running task takes it again and again. */
    void withFreeSlot(String... statements) throws SQLException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        try (Connection connection = new Scripts(source).connect();
                Statement statement = connection.createStatement()) {
            while (true) {
                statement.execute("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
                        + " WHERE active_pid IS NOT NULL AND slot_name = '" + task.slot() + "'");
                try {
                    for (String sql : statements) {
                        statement.execute(sql);
                    }
                    return;
                } catch (SQLException e) {
                    if (!OBJECT_IN_USE.equals(e.getSQLState()) || System.nanoTime() > deadline) {
                        throw e;
                    }
                }
            }
        }
    }

    DatabaseConnections connectionsToSource() {
        return new DatabaseConnections(End.SOURCE, source, "test");
    }

    void release() throws InterruptedException {
        new Release(task).run(true);
    }
}
