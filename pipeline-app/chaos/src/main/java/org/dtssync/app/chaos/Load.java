package org.dtssync.app.chaos;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Applications that write to the source without a rest: small transactions over several tables, rolled back ones, key changes,
 * changes of rows with values too long to be sent, duplicate rows in a table without a key. They come back after a crash.
 *
 * <p>Thread-safe.
 */
final class Load implements AutoCloseable {

    private static final long PAUSE_MILLIS = 8;
    private static final long RECONNECT_MILLIS = 100;
    private static final long JOIN_MILLIS = 90_000;

    private final End source;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong committed = new AtomicLong();
    private final AtomicReference<SQLException> fault = new AtomicReference<>();
    private volatile boolean writing = true;

    private Load(End source) {
        this.source = source;
    }

    /** Begins to write; what is written depends on the seed and on the order the writers meet in. */
    static Load start(End source, long seed) {
        Load load = new Load(source);
        for (int writer = 1; writer <= Books.WRITERS; writer++) {
            int number = writer;
            Thread thread = new Thread(() -> load.write(number, new Random(seed + number)), "load-" + number);
            thread.setDaemon(true);
            thread.start();
            load.threads.add(thread);
        }
        return load;
    }

    /** Returns how many transactions were committed so far. */
    long committed() {
        return committed.get();
    }

    /** Ends the writing and waits for it. */
    void stop() throws InterruptedException {
        writing = false;
        for (Thread thread : threads) {
            thread.join(JOIN_MILLIS);
        }
        if (fault.get() != null) {
            throw new ChaosException("The load could not go on.", fault.get());
        }
    }

    @Override
    public void close() {
        writing = false;
        threads.forEach(Thread::interrupt);
    }

    private void write(int writer, Random random) {
        while (writing) {
            try (Connection connection = source.open();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                new Writer(writer, random, connection, statement).run();
            } catch (SQLException e) {
                if (!isOutage(e)) {
                    fault.set(e);
                    return;
                }
                pause(RECONNECT_MILLIS);
            }
        }
    }

    private static boolean isOutage(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        return state.startsWith("08") || state.startsWith("57P");
    }

    private static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One connection's worth of writing. */
    private final class Writer {

        private static final String DEADLOCK = "40P01";

        private final int number;
        private final Random random;
        private final Connection connection;
        private final Statement statement;

        Writer(int number, Random random, Connection connection, Statement statement) {
            this.number = number;
            this.random = random;
            this.connection = connection;
            this.statement = statement;
        }

        void run() throws SQLException {
            while (writing && !Thread.currentThread().isInterrupted()) {
                try {
                    transaction();
                    if (random.nextInt(15) == 0) {
                        connection.rollback();
                    } else {
                        connection.commit();
                        committed.incrementAndGet();
                    }
                } catch (SQLException e) {
                    if (!DEADLOCK.equals(e.getSQLState())) {
                        throw e;
                    }
                    connection.rollback();
                }
                pause(PAUSE_MILLIS);
            }
        }

        private void transaction() throws SQLException {
            transfer();
            note();
            switch (random.nextInt(10)) {
                case 0 -> changeKey();
                case 1 -> swapKeys();
                case 2 -> rewrite();
                case 3 -> replaceParent();
                case 4 -> undone();
                case 5 -> family();
                case 6, 7 -> addChild();
                default -> removeChild();
            }
        }

        /** Money goes from one table to the other; the account's long note is not sent. */
        private void transfer() throws SQLException {
            int amount = random.nextInt(50);
            int moved = update("UPDATE public.account SET balance = balance - " + amount + " WHERE id IN " + either());
            if (moved == 1) {
                update("UPDATE public.vault SET balance = balance + " + amount + " WHERE id = "
                        + (1 + random.nextInt(Books.VAULTS)));
            }
        }

        /** An account's number is n or -n. */
        private String either() {
            int id = 1 + random.nextInt(Books.ACCOUNTS);
            return "(" + id + ", " + -id + ")";
        }

        private void note() throws SQLException {
            int lines = 1 + random.nextInt(3);
            for (int i = 0; i < lines; i++) {
                update("INSERT INTO public.log VALUES (" + number + ", 'line " + random.nextInt(20) + "')");
            }
            int deleted =
                    update("DELETE FROM public.log WHERE ctid = ANY (ARRAY(SELECT ctid FROM public.log WHERE writer = "
                            + number + " LIMIT " + random.nextInt(4) + "))");
            update(
                    "UPDATE public.log SET line = line || '.' WHERE ctid = ANY (ARRAY(SELECT ctid FROM public.log WHERE writer = "
                            + number + " AND length(line) < 12 LIMIT 1))");
            update("UPDATE public.tally SET lines = lines + " + (lines - deleted) + " WHERE writer = " + number);
        }

        private void changeKey() throws SQLException {
            update("UPDATE public.account SET id = -id, balance = balance WHERE id IN " + either());
        }

        /** Two rows that only this writer swaps exchange their keys by way of a third. */
        private void swapKeys() throws SQLException {
            int low = Books.ACCOUNTS * 10 + number;
            int high = Books.ACCOUNTS * 20 + number;
            update("INSERT INTO public.account VALUES (" + low + ", 0, public.long_text(70), NULL), (" + high
                    + ", 0, NULL, '{}') ON CONFLICT DO NOTHING");
            update("UPDATE public.account SET id = -7 - " + number + " * 1000000 WHERE id = " + low);
            update("UPDATE public.account SET id = " + low + " WHERE id = " + high);
            update("UPDATE public.account SET id = " + high + " WHERE id = -7 - " + number + " * 1000000");
        }

        private void rewrite() throws SQLException {
            update("UPDATE public.account SET note = public.long_text(" + (1 + random.nextInt(120)) + ") WHERE id IN "
                    + either());
        }

        private void addChild() throws SQLException {
            int parent = parent();
            if (update("UPDATE public.parent SET children = children + 1 WHERE id = " + parent) == 1) {
                update("INSERT INTO public.child SELECT " + parent
                        + ", coalesce(max(number), 0) + 1, 'added' FROM public.child WHERE parent_id = " + parent);
            }
        }

        private void removeChild() throws SQLException {
            int parent = parent();
            update("UPDATE public.parent SET children = children WHERE id = " + parent);
            int deleted = update("DELETE FROM public.child WHERE parent_id = " + parent
                    + " AND number = (SELECT max(number) FROM public.child WHERE parent_id = " + parent + ")");
            update("UPDATE public.parent SET children = children - " + deleted + " WHERE id = " + parent);
        }

        private void replaceParent() throws SQLException {
            int parent = parent();
            update("DELETE FROM public.parent WHERE id = " + parent);
            update("INSERT INTO public.parent VALUES (" + parent
                    + ", 3, jsonb_build_object('text', public.long_text(90))) ON CONFLICT DO NOTHING");
            update("INSERT INTO public.child SELECT " + parent
                    + ", n, 'replaced' FROM generate_series(1, 3) n ON CONFLICT DO NOTHING");
        }

        /** What a savepoint takes back must not arrive. */
        private void undone() throws SQLException {
            Savepoint savepoint = connection.setSavepoint();
            update("DELETE FROM public.child WHERE parent_id = " + parent());
            update("UPDATE public.vault SET balance = balance + 1000000");
            connection.rollback(savepoint);
            addChild();
        }

        /** Many rows in one statement. */
        private void family() throws SQLException {
            int parent = parent();
            int children = 50 + random.nextInt(200);
            update("DELETE FROM public.parent WHERE id = " + parent);
            update("INSERT INTO public.parent VALUES (" + parent + ", " + children + ", '{}')");
            update("INSERT INTO public.child SELECT " + parent + ", n, 'family' FROM generate_series(1, " + children
                    + ") n");
        }

        /** Each writer has parents of its own, so that what it counted still holds when it writes. */
        private int parent() {
            return number + Books.WRITERS * random.nextInt(Books.PARENTS / Books.WRITERS);
        }

        private int update(String sql) throws SQLException {
            return statement.executeUpdate(sql);
        }
    }
}
