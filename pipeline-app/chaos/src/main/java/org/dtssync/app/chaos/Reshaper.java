package org.dtssync.app.chaos;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

/**
 * A session that changes the structure of the source without a rest, mixed with rows, in transactions with savepoints, some of which
 * are rolled back: columns of the tables that the load writes to, and tables of its own that come, change and go. Each
 * transaction writes down what it leaves.
 *
 * <p>Tables of the load are not rewritten: a snapshot that is older than a rewrite sees no rows, at either end.
 *
 * <p>Thread-safe.
 */
final class Reshaper implements AutoCloseable {

    /** What is written down. */
    static final String STRUCTURE =
            "CREATE TABLE public.reshaped (id int PRIMARY KEY, steps bigint, columns bigint, tables bigint, indexes bigint);"
                    + " INSERT INTO public.reshaped VALUES (1, 0, 0, 0, 0)";

    private static final String COLUMNS_AND_TABLES = """
            (SELECT count(*) FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
             WHERE c.relnamespace = 2200 AND c.relkind IN ('r', 'p') AND a.attname ~ '^x[0-9]' AND NOT a.attisdropped),
            (SELECT count(*) FROM pg_catalog.pg_class c WHERE c.relnamespace = 2200 AND c.relkind IN ('r', 'p') AND c.relname ~ '^made[0-9]')
            """;

    /** Those that are made concurrently have a commit of their own, and are not counted. */
    private static final String INDEXES = """
            (SELECT count(*) FROM pg_catalog.pg_class c WHERE c.relnamespace = 2200 AND c.relkind IN ('i', 'I') AND c.relname ~ '^ri[0-9]')
            """;

    /** What holds at every commit. */
    static final String INVARIANT =
            "SELECT (columns, tables) = (" + COLUMNS_AND_TABLES + ") FROM public.reshaped WHERE id = 1";

    /** What holds at every commit once the objects that come after the rows are made. */
    static final String INVARIANT_OF_INDEXES = "SELECT indexes = " + INDEXES + " OR phase <> 'incremental'"
            + " FROM public.reshaped, dts_sync.task WHERE id = 1";

    /** What must be equal at both ends, one line per part. */
    static final String SHAPES = """
            SELECT string_agg(line, chr(10) ORDER BY line COLLATE "C") FROM (
                SELECT concat_ws(' ', 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                                 row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum), d.adbin IS NOT NULL) AS line
                FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
                WHERE c.relnamespace = 2200 AND c.relkind IN ('r', 'p', 'v') AND a.attnum > 0 AND NOT a.attisdropped
                UNION ALL SELECT concat_ws(' ', 'relation', c.relname, c.relkind, c.relpersistence, i.inhparent::regclass,
                                           pg_get_expr(c.relpartbound, c.oid))
                FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid WHERE c.relnamespace = 2200
                UNION ALL SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, contype, convalidated)
                FROM pg_constraint WHERE connamespace = 2200 AND contype <> 'n' AND NOT (contype = 'f' AND conparentid <> 0)
                UNION ALL SELECT concat_ws(' ', 'label', enumtypid::regtype, enumlabel,
                                           row_number() OVER (PARTITION BY enumtypid ORDER BY enumsortorder))
                FROM pg_enum
                UNION ALL SELECT concat_ws(' ', 'function', oid::regprocedure, md5(prosrc)) FROM pg_proc WHERE pronamespace = 2200
                UNION ALL SELECT concat_ws(' ', 'trigger', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger
                WHERE NOT tgisinternal AND tgparentid = 0 AND tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 2200)
                UNION ALL SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                WHERE c.relnamespace = 2200
                UNION ALL SELECT concat_ws(' ', 'comment', objoid::regclass, description) FROM pg_description
                WHERE classoid = 'pg_class'::regclass AND objoid IN (SELECT oid FROM pg_class WHERE relnamespace = 2200)
            ) l
            """;

    /** The tables that no other session writes to. */
    static final Pattern OWN = Pattern.compile("made\\d.*");

    /** Removes what a seed has left, in one transaction. */
    static final String CLEARANCE = """
            DO $clearance$ DECLARE command text; BEGIN
                FOR command IN
                    SELECT 'DROP TABLE public.' || relname || ' CASCADE' FROM pg_class
                    WHERE relnamespace = 2200 AND relkind IN ('r', 'p') AND NOT relispartition AND relname ~ '^made[0-9]'
                    UNION ALL SELECT format('ALTER TABLE %%s DROP %%I CASCADE', attrelid::regclass, attname)
                    FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
                    WHERE relnamespace = 2200 AND relkind IN ('r', 'p') AND relname !~ '^made[0-9]' AND attname ~ '^x[0-9]'
                      AND NOT attisdropped
                    UNION ALL SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname)
                    FROM pg_constraint c JOIN pg_class r ON r.oid = conrelid
                    WHERE connamespace = 2200 AND conname ~ '^k[0-9]' AND relname !~ '^made[0-9]'
                    UNION ALL SELECT 'DROP INDEX public.' || relname FROM pg_class
                    WHERE relnamespace = 2200 AND relname ~ '^(ri|ci)[0-9]'
                    UNION ALL SELECT 'DROP TYPE ' || oid::regtype || ' CASCADE' FROM pg_type
                    WHERE typnamespace = 2200 AND typtype = 'e'
                LOOP
                    EXECUTE command;
                END LOOP;
                UPDATE public.reshaped SET steps = steps + 1, (columns, tables, indexes) = (SELECT %s, %s) WHERE id = 1;
            END $clearance$""".formatted(COLUMNS_AND_TABLES, INDEXES);

    private static final long PAUSE_MILLIS = 40;

    /** A load reads the structure between two commands; without a rest it would wait for one. */
    static final int REST_OF_A_LOAD_MILLIS = 12_000;

    private static final int BURST = 12;
    private static final long RECONNECT_MILLIS = 100;
    private static final long JOIN_MILLIS = 90_000;

    private final End source;
    private final Random random;
    private final int longestRestMillis;
    private final RandomChanges changes;
    private final Thread thread;
    private final AtomicLong committed = new AtomicLong();
    private final AtomicReference<SQLException> fault = new AtomicReference<>();
    private volatile boolean changing = true;

    private Reshaper(End source, long seed, boolean renames, int longestRestMillis) {
        this.source = source;
        this.longestRestMillis = longestRestMillis;
        this.random = new Random(seed);
        this.changes = new RandomChanges(random, renames);
        this.thread = new Thread(this::change, "reshaper");
        thread.setDaemon(true);
    }

    /**
     * Begins to change the structure; the seed determines the commands as far as what they meet does not.
     *
     * @param renames whether names are changed in every way too
     * @param longestRestMillis for how long it does nothing at times
     */
    static Reshaper start(End source, long seed, boolean renames, int longestRestMillis) {
        Reshaper reshaper = new Reshaper(source, seed, renames, longestRestMillis);
        reshaper.thread.start();
        return reshaper;
    }

    /** Returns how many transactions with commands were committed so far. */
    long committed() {
        return committed.get();
    }

    /** Waits until so many transactions with commands were committed. */
    void awaitCommitted(int transactions, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (committed.get() < transactions && fault.get() == null) {
            if (System.nanoTime() > deadline) {
                throw new ChaosException("Only " + committed.get() + " transactions with commands were committed.");
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
    }

    /** Ends the changes and waits for it. */
    void stop() throws InterruptedException {
        changing = false;
        thread.join(JOIN_MILLIS);
        if (fault.get() != null) {
            throw new ChaosException("The structure could not be changed.", fault.get());
        }
    }

    @Override
    public void close() {
        changing = false;
        thread.interrupt();
    }

    private void change() {
        while (changing && !Thread.currentThread().isInterrupted()) {
            try (Connection connection = source.open();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                while (changing) {
                    transaction(connection, statement);
                    TimeUnit.MILLISECONDS.sleep(
                            random.nextInt(BURST) == 0 ? random.nextInt(longestRestMillis) : PAUSE_MILLIS);
                }
            } catch (SQLException e) {
                if (!isExpected(e)) {
                    fault.set(e);
                    return;
                }
                pause();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** The server is away, or two sessions waited for each other. */
    private static boolean isExpected(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.startsWith("08") || state.startsWith("57P") || state.equals("40P01") || state.equals("55P03");
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(RECONNECT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void transaction(Connection connection, Statement statement) throws SQLException {
        if (random.nextInt(12) == 0) {
            alone(connection, statement);
        }
        changes.rewriting(true);
        int steps = 1 + random.nextInt(4);
        for (int i = 0; i < steps; i++) {
            if (random.nextInt(4) == 0) {
                Savepoint savepoint = connection.setSavepoint();
                attempt(connection, statement);
                rollBack(connection, savepoint);
            }
            attempt(connection, statement);
        }
        statement.execute("UPDATE public.reshaped SET steps = steps + 1, (columns, tables, indexes) = (SELECT "
                + COLUMNS_AND_TABLES + ", " + INDEXES + ") WHERE id = 1");
        if (random.nextInt(10) == 0) {
            connection.rollback();
        } else {
            connection.commit();
            committed.incrementAndGet();
        }
    }

    /** What PostgreSQL runs in no transaction block. */
    private void alone(Connection connection, Statement statement) throws SQLException {
        connection.setAutoCommit(true);
        try {
            changes.alone(statement);
        } catch (SQLException e) {
            if (isExpected(e) || isOfReplication(e)) {
                throw e;
            }
        } finally {
            if (!connection.isClosed()) {
                connection.setAutoCommit(false);
            }
        }
    }

    /** What PostgreSQL refuses, for example since a view needs a column, is taken back. */
    private void attempt(Connection connection, Statement statement) throws SQLException {
        Savepoint savepoint = connection.setSavepoint();
        try {
            changes.step(statement);
        } catch (SQLException e) {
            if (isExpected(e) || isOfReplication(e)) {
                throw e;
            }
            rollBack(connection, savepoint);
        }
    }

    private void rollBack(Connection connection, Savepoint savepoint) throws SQLException {
        connection.rollback(savepoint);
        changes.rewriting(false);
    }

    /** No command of an application fails since its tables are captured. */
    private static boolean isOfReplication(SQLException e) {
        return String.valueOf(e.getMessage()).matches("(?s).*(replica identity|publi(c|sh)at|dts_sync).*");
    }
}
