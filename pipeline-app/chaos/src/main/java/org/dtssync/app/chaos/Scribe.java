package org.dtssync.app.chaos;

import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Writes to two tables, one transaction after the other, and keeps a list of every committed change in order: rows of one
 * statement and of one COPY that share an LSN, logical messages, transactions and savepoints that are rolled back.
 *
 * <p>Thread-safe.
 */
final class Scribe implements AutoCloseable {

    private static final long PAUSE_MILLIS = 10;
    private static final long JOIN_MILLIS = 60_000;

    private final String url;
    private final String user;
    private final Random random;
    private final Thread thread;
    private final List<String> committed = new ArrayList<>();
    private final AtomicReference<Exception> fault = new AtomicReference<>();
    private volatile boolean writing = true;

    /** The changes of the transaction that is open. */
    private List<String> open = new ArrayList<>();

    private long lastId;
    private long oldestId = 1;

    private Scribe(String url, String user, long seed) {
        this.url = url;
        this.user = user;
        this.random = new Random(seed);
        this.thread = new Thread(this::write, "scribe");
        thread.setDaemon(true);
    }

    /** Begins to write to the tables {@code public.entry} and {@code public.remark}. */
    static Scribe start(String url, String user, long seed) {
        Scribe scribe = new Scribe(url, user, seed);
        scribe.thread.start();
        return scribe;
    }

    /** Ends the writing; returns every committed change in order. */
    List<String> stop() throws InterruptedException {
        writing = false;
        thread.join(JOIN_MILLIS);
        if (thread.isAlive()) {
            throw new ChaosException("The writer did not end.");
        }
        if (fault.get() != null) {
            throw new ChaosException("The writer failed.", fault.get());
        }
        return List.copyOf(committed);
    }

    @Override
    public void close() {
        writing = false;
        thread.interrupt();
    }

    /** Returns how a change is written down. */
    static String line(String operation, String table, Object id, @Nullable Object note) {
        return operation + " " + table + " " + id + " " + note;
    }

    private void write() {
        try (Connection connection = DriverManager.getConnection(url, user, "");
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (writing) {
                open = new ArrayList<>();
                transaction(connection, statement);
                if (random.nextInt(6) == 0) {
                    connection.rollback();
                } else {
                    connection.commit();
                    committed.addAll(open);
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        } catch (SQLException | IOException e) {
            fault.set(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void transaction(Connection connection, Statement statement) throws SQLException, IOException {
        int parts = 1 + random.nextInt(4);
        for (int part = 0; part < parts; part++) {
            switch (random.nextInt(8)) {
                case 0 -> message(statement);
                case 1 -> copy(connection, "entry", 1 + random.nextInt(30));
                case 2 -> copy(connection, "remark", random.nextInt(20) == 0 ? 700 : 5);
                case 3 -> undone(connection, statement);
                case 4 -> update(statement);
                case 5 -> delete(statement);
                default -> insert(statement, random.nextBoolean() ? "entry" : "remark", 1 + random.nextInt(8));
            }
        }
    }

    private void message(Statement statement) throws SQLException {
        statement.execute("SELECT pg_logical_emit_message(true, 'scribe', 'within')");
        if (random.nextBoolean()) {
            statement.execute("SELECT pg_logical_emit_message(false, 'scribe', 'at once')");
        }
    }

    private void insert(Statement statement, String table, int rows) throws SQLException {
        StringBuilder values = new StringBuilder();
        for (int row = 0; row < rows; row++) {
            long id = ++lastId;
            values.append(row == 0 ? "" : ", ")
                    .append("(")
                    .append(id)
                    .append(", 'n")
                    .append(id)
                    .append("')");
            open.add(line("c", table, id, "n" + id));
        }
        statement.executeUpdate("INSERT INTO public." + table + " VALUES " + values);
    }

    private void copy(Connection connection, String table, int rows) throws SQLException, IOException {
        StringBuilder text = new StringBuilder();
        for (int row = 0; row < rows; row++) {
            long id = ++lastId;
            text.append(id).append("\tcopied\n");
            open.add(line("c", table, id, "copied"));
        }
        connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY public." + table + " FROM STDIN", new StringReader(text.toString()));
    }

    private void undone(Connection connection, Statement statement) throws SQLException {
        List<String> before = new ArrayList<>(open);
        Savepoint savepoint = connection.setSavepoint();
        insert(statement, "entry", 3);
        connection.rollback(savepoint);
        open = before;
    }

    private void update(Statement statement) throws SQLException {
        long id = existing();
        if (statement.executeUpdate("UPDATE public.entry SET note = 'u" + id + "' WHERE id = " + id) == 1) {
            open.add(line("u", "entry", id, "u" + id));
        }
    }

    private void delete(Statement statement) throws SQLException {
        long id = existing();
        if (statement.executeUpdate("DELETE FROM public.entry WHERE id = " + id) == 1) {
            open.add(line("d", "entry", id, null));
        }
    }

    private long existing() {
        oldestId = Math.max(oldestId, lastId - 2_000);
        return oldestId + random.nextInt((int) (lastId - oldestId) + 2);
    }
}
