package org.dtssync.app.pipeline;

import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.Release;
import org.dtssync.app.tasks.RunRequest;
import org.dtssync.app.tasks.RunningTask;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskCommand;
import org.dtssync.app.tasks.TaskListener;
import org.dtssync.app.tasks.TaskOutcome;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;

/** A task that runs in a thread of this process, and what a person and the applications do to its two databases. */
final class RunningPair implements AutoCloseable {

    private final TaskFile task;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread;

    private RunningPair(TaskFile task, RunRequest request) {
        this.task = task;
        this.thread = new Thread(() -> run(request), "run-" + task.name());
    }

    /** Starts it and waits until it follows. */
    static RunningPair start(TaskFile task) {
        RunningPair pair = begin(task);
        pair.awaitPhase("incremental");
        return pair;
    }

    /** Starts it. */
    static RunningPair begin(TaskFile task) {
        return begin(task, RunRequest.endless());
    }

    /** Starts it with options. */
    static RunningPair begin(TaskFile task, RunRequest request) {
        RunningPair pair = new RunningPair(task, request);
        pair.thread.start();
        return pair;
    }

    private void run(RunRequest request) {
        try {
            new SyncTask(task).run(request, TaskListener.NONE);
            ended.complete(null);
        } catch (InterruptedException e) {
            ended.complete(null);
        } catch (RuntimeException e) {
            ended.completeExceptionally(e);
        }
    }

    TaskFile task() {
        return task;
    }

    DatabaseSettings source() {
        return task.source().database();
    }

    DatabaseSettings destination() {
        return task.destination().database();
    }

    /** Gives the task up; returns whether the run did it. */
    boolean cancel() throws InterruptedException {
        return RunningTask.find(task).orElseThrow().cancel();
    }

    /** Gives a command to the run, which after a crash may not be known to live for a moment, and waits for its end. */
    TaskOutcome perform(TaskCommand command) throws InterruptedException {
        await().atMost(Duration.ofMinutes(1)).until(() -> {
            if (ended.isCompletedExceptionally()) {
                ended.join();
            }
            return RunningTask.find(task).isPresent();
        });
        try {
            return RunningTask.find(task).orElseThrow().perform(command);
        } catch (SyncException e) {
            // Why the run ended says more than that it did.
            ended.exceptionally(fault -> {
                e.addSuppressed(fault);
                return null;
            });
            throw e;
        }
    }

    /** Gives a command to the run and does not wait. */
    CompletableFuture<TaskOutcome> begin(TaskCommand command) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return perform(command);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    void awaitPhase(String phase) {
        await().atMost(Duration.ofMinutes(2)).until(() -> {
            if (ended.isCompletedExceptionally()) {
                ended.join();
            }
            return phase.equals(phase());
        });
    }

    String phase() throws SQLException {
        if (own("SELECT to_regclass('dts_sync.task') IS NULL").equals("t")) {
            return "none";
        }
        return own("SELECT max(phase) FROM dts_sync.task WHERE task = '" + task.name() + "'");
    }

    /** Queries as the task does, whatever the database is set to. */
    private String own(String sql) throws SQLException {
        try (Connection connection = new DatabaseConnections(End.DESTINATION, destination(), "test").open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    /** Waits until a step of a switch has begun. */
    void awaitStep(String step) {
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> query(
                                destination(),
                                "SELECT count(*) FROM dts_sync.switchover_step WHERE step = '" + step + "' AND task = '"
                                        + task.name() + "'")
                        .equals("1"));
    }

    /** Returns whether the run has not ended yet, by itself or by a fault. */
    boolean isRunning() {
        return !ended.isDone();
    }

    /** Waits for the end of the run. */
    void awaitEnd() throws Exception {
        ended.get(2, TimeUnit.MINUTES);
    }

    /** Opens a session that the fence takes for one of the task's own and does not end. */
    Connection spared(DatabaseSettings database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", database.user());
        properties.setProperty("password", "unused");
        properties.setProperty("ApplicationName", task.applicationName() + "_test");
        Connection connection = DriverManager.getConnection(database.url(), properties);
        execute(connection, "SET default_transaction_read_only = off");
        return connection;
    }

    static void execute(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), "unused")) {
            execute(connection, sql);
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static String query(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), "unused")) {
            return query(connection, sql);
        }
    }

    static String query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    /** Stops the run, as SIGTERM does. */
    void stop() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }

    @Override
    public void close() throws InterruptedException {
        stop();
        new Release(task).run(true);
    }
}
