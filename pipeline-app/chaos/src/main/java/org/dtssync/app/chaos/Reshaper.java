package org.dtssync.app.chaos;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

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
    static final String INVARIANT = "SELECT (columns, tables) = (" + COLUMNS_AND_TABLES + ") FROM public.reshaped WHERE id = 1";

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
                FROM pg_constraint WHERE connamespace = 2200 AND contype <> 'n'
                UNION ALL SELECT concat_ws(' ', 'label', enumtypid::regtype, enumlabel,
                                           row_number() OVER (PARTITION BY enumtypid ORDER BY enumsortorder))
                FROM pg_enum
                UNION ALL SELECT concat_ws(' ', 'function', oid::regprocedure, md5(prosrc)) FROM pg_proc WHERE pronamespace = 2200
                UNION ALL SELECT concat_ws(' ', 'trigger', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger
                WHERE NOT tgisinternal AND tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 2200)
                UNION ALL SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                WHERE c.relnamespace = 2200
                UNION ALL SELECT concat_ws(' ', 'comment', objoid::regclass, description) FROM pg_description
                WHERE classoid = 'pg_class'::regclass AND objoid IN (SELECT oid FROM pg_class WHERE relnamespace = 2200)
            ) l
            """;

    private static final List<String> KEYED_BY_ID = List.of("account", "vault", "parent");
    private static final List<String> LOADED = List.of("account", "vault", "parent", "tally");
    private static final long PAUSE_MILLIS = 40;

    /** A load reads the structure between two commands; without a rest it would wait for one. */
    private static final int BURST = 12;

    private static final int LONGEST_REST_MILLIS = 12_000;
    private static final long RECONNECT_MILLIS = 100;
    private static final long JOIN_MILLIS = 90_000;

    private final End source;
    private final Random random;
    private final Thread thread;
    private final AtomicLong committed = new AtomicLong();
    private final AtomicReference<SQLException> fault = new AtomicReference<>();
    private int made;
    private volatile boolean changing = true;

    private Reshaper(End source, long seed) {
        this.source = source;
        this.random = new Random(seed);
        this.thread = new Thread(this::change, "reshaper");
        thread.setDaemon(true);
    }

    /** Begins to change the structure; the seed determines the commands as far as what they meet does not. */
    static Reshaper start(End source, long seed) {
        Reshaper reshaper = new Reshaper(source, seed);
        reshaper.thread.start();
        return reshaper;
    }

    /** Returns how many transactions with commands were committed so far. */
    long committed() {
        return committed.get();
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
                            random.nextInt(BURST) == 0 ? random.nextLong(LONGEST_REST_MILLIS) : PAUSE_MILLIS);
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
        int steps = 1 + random.nextInt(4);
        for (int i = 0; i < steps; i++) {
            if (random.nextInt(4) == 0) {
                Savepoint savepoint = connection.setSavepoint();
                attempt(connection, statement);
                connection.rollback(savepoint);
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
            String made = one(statement, "SELECT oid::regclass FROM pg_class WHERE relnamespace = 2200 AND relname ~ '^ci[0-9]'");
            if (made != null && random.nextInt(3) == 0) {
                run(statement, "DROP INDEX CONCURRENTLY " + made);
            } else {
                run(statement, "CREATE INDEX CONCURRENTLY ci%d ON public.%s (id)".formatted(next(), keyed()));
            }
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

    private String keyed() {
        return KEYED_BY_ID.get(random.nextInt(KEYED_BY_ID.size()));
    }

    /** What PostgreSQL refuses, for example since a view needs a column, is taken back. */
    private void attempt(Connection connection, Statement statement) throws SQLException {
        Savepoint savepoint = connection.setSavepoint();
        try {
            step(statement);
        } catch (SQLException e) {
            if (isExpected(e) || isOfReplication(e)) {
                throw e;
            }
            connection.rollback(savepoint);
        }
    }

    /** No command of an application fails since its tables are captured. */
    private static boolean isOfReplication(SQLException e) {
        return String.valueOf(e.getMessage()).matches("(?s).*(replica identity|publi(c|sh)at|dts_sync).*");
    }

    private void step(Statement statement) throws SQLException {
        String own = one(statement, """
                SELECT oid::regclass FROM pg_class WHERE relnamespace = 2200 AND relkind IN ('r', 'p') AND relname ~ '^made[0-9]'
                  AND NOT relispartition""");
        if (own == null || random.nextInt(3) == 0) {
            changeAnything(statement, "public." + LOADED.get(random.nextInt(LOADED.size())));
        } else {
            changeOwn(statement, own);
        }
    }

    private void changeAnything(Statement statement, String loaded) throws SQLException {
        switch (random.nextInt(11)) {
            case 0 -> addColumn(statement, loaded);
            case 1 -> dropColumn(statement);
            case 2 -> renameColumn(statement);
            case 3 -> makeIndex(statement, loaded);
            case 4 -> dropIndex(statement);
            case 5 -> comment(statement, loaded);
            case 6 -> run(statement, "ALTER TABLE %s ADD CONSTRAINT k%d CHECK (%d > 0) NOT VALID".formatted(loaded, next(), next()));
            case 7 -> change(
                    statement,
                    "SELECT conrelid::regclass || ' VALIDATE CONSTRAINT ' || conname FROM pg_constraint"
                            + " WHERE connamespace = 2200 AND NOT convalidated");
            case 8 -> change(
                    statement,
                    "SELECT conrelid::regclass || ' DROP CONSTRAINT ' || conname FROM pg_constraint"
                            + " WHERE connamespace = 2200 AND conname ~ '^k[0-9]'");
            case 9 -> trigger(statement, loaded);
            default -> makeTable(statement);
        }
    }

    /** Runs one of the changes that a query lists. */
    private void change(Statement statement, String changes) throws SQLException {
        String change = one(statement, changes);
        if (change != null) {
            run(statement, "ALTER TABLE " + change);
        }
    }

    /** Changes a table of its own, which may be rewritten. */
    private void changeOwn(Statement statement, String own) throws SQLException {
        switch (random.nextInt(22)) {
            case 0 -> run(statement, "DROP TABLE %s CASCADE".formatted(own));
            case 1, 2 -> run(statement, "INSERT INTO %1$s (id) SELECT coalesce(max(id), 0) + 1 FROM %1$s".formatted(own));
            case 3 -> run(statement, "UPDATE %s SET v = v || '+' WHERE id %% 2 = 0".formatted(own));
            case 4 -> run(statement, "DELETE FROM %1$s WHERE id = (SELECT min(id) FROM %1$s)".formatted(own));
            case 5 -> run(
                    statement,
                    "ALTER TABLE %s ALTER n TYPE %s USING NULL".formatted(own, random.nextBoolean() ? "bigint" : "text"));
            case 6 -> run(statement, "ALTER TABLE %s ADD x%d double precision DEFAULT random()".formatted(own, next()));
            case 7 -> run(statement, "ALTER TABLE %s ADD x%d timestamptz DEFAULT now()".formatted(own, next()));
            case 8 -> run(statement, "ALTER TABLE %s RENAME TO made%d".formatted(own, next()));
            case 9 -> copy(statement, own);
            case 10 -> key(statement, own);
            case 11 -> partition(statement, own);
            case 12 -> run(statement, "TRUNCATE %s".formatted(own));
            case 13 -> computed(statement, own);
            case 14 -> label(statement, own);
            case 15 -> run(statement, "ALTER TABLE %s ALTER v SET NOT NULL, ALTER v SET DEFAULT 'd%d'".formatted(own, next()));
            case 16 -> run(statement, "ALTER TABLE %s ALTER v DROP NOT NULL; UPDATE %1$s SET v = NULL WHERE id = 2".formatted(own));
            case 17 -> refer(statement, own);
            case 18 -> block(statement, own);
            case 19 -> run(statement, "ALTER TABLE %s ADD x%d bigint GENERATED BY DEFAULT AS IDENTITY".formatted(own, next()));
            case 20 -> trigger(statement, own);
            default -> run(statement, "CREATE VIEW public.v%d AS SELECT id, v FROM %s".formatted(next(), own));
        }
    }

    private void addColumn(Statement statement, String table) throws SQLException {
        int number = next();
        run(statement, "ALTER TABLE %s ADD x%d int DEFAULT %d".formatted(table, number, random.nextInt(9)));
        run(
                statement,
                "UPDATE %1$s SET x%2$d = %2$d WHERE ctid IN (SELECT ctid FROM %1$s LIMIT 3)".formatted(table, number));
    }

    private void dropColumn(Statement statement) throws SQLException {
        String column = column(statement);
        if (column != null) {
            run(statement, "ALTER TABLE " + column.replace(" ", " DROP ") + " CASCADE");
        }
    }

    private void renameColumn(Statement statement) throws SQLException {
        String column = column(statement);
        if (column != null) {
            run(statement, "ALTER TABLE " + column.replace(" ", " RENAME ") + " TO x" + next());
        }
    }

    private @Nullable String column(Statement statement) throws SQLException {
        return one(statement, """
                SELECT c.oid::regclass || ' ' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                WHERE c.relnamespace = 2200 AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attname ~ '^x[0-9]'
                  AND NOT a.attisdropped""");
    }

    private void makeIndex(Statement statement, String table) throws SQLException {
        String column = table.endsWith("tally") ? "writer" : "id";
        run(statement, "CREATE INDEX ri%d ON %s (%s)".formatted(next(), table, column));
    }

    private void dropIndex(Statement statement) throws SQLException {
        String index =
                one(statement, "SELECT oid::regclass FROM pg_class WHERE relnamespace = 2200 AND relname ~ '^ri[0-9]'");
        if (index != null) {
            run(statement, "DROP INDEX " + index);
        }
    }

    private void makeTable(Statement statement) throws SQLException {
        int number = next();
        String sql = switch (random.nextInt(4)) {
            case 0 -> "CREATE TABLE public.made%1$d (id int PRIMARY KEY, v text, n int)";
            case 1 -> "CREATE TABLE public.made%1$d (id int, v text, n int)";
            case 2 -> "CREATE TABLE public.made%1$d (id int PRIMARY KEY, v text DEFAULT 'it''s; new', n numeric, s serial)";
            default -> """
                CREATE TABLE public.made%1$d (id int, v text, n int, PRIMARY KEY (id)) PARTITION BY RANGE (id);
                CREATE TABLE public.made%1$d_low PARTITION OF public.made%1$d FOR VALUES FROM (MINVALUE) TO (50);
                CREATE TABLE public.made%1$d_rest PARTITION OF public.made%1$d DEFAULT
                """;
        };
        run(statement, sql.formatted(number));
        run(
                statement,
                "INSERT INTO public.made%d (id, v) SELECT n, 'row ' || n FROM generate_series(1, %d) n"
                        .formatted(number, 1 + random.nextInt(120)));
    }

    private void comment(Statement statement, String table) throws SQLException {
        run(statement, "COMMENT ON TABLE %s IS 'it''s; number %d'".formatted(table, next()));
    }

    private void copy(Statement statement, String table) throws SQLException {
        int number = next();
        run(statement, "CREATE TABLE public.made%d AS SELECT id, v, n FROM %s".formatted(number, table));
        run(statement, "UPDATE public.made%d SET v = 'copied' WHERE id = 1".formatted(number));
    }

    /** A partition leaves its root, or one that left returns. */
    private void partition(Statement statement, String root) throws SQLException {
        change(
                statement,
                random.nextBoolean()
                        ? "SELECT inhparent::regclass || ' DETACH PARTITION ' || inhrelid::regclass FROM pg_inherits i"
                                + " JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relispartition AND c.relkind = 'r'"
                                + " AND c.relnamespace = 2200"
                        : "SELECT r.oid::regclass || ' ATTACH PARTITION ' || p.oid::regclass || CASE WHEN p.relname ~ '_low$'"
                                + " THEN ' FOR VALUES FROM (MINVALUE) TO (50)' ELSE ' DEFAULT' END FROM pg_class r, pg_class p"
                                + " WHERE r.relnamespace = 2200 AND p.relnamespace = 2200 AND r.relkind = 'p'"
                                + " AND p.relname ~ '^made[0-9]+_' AND NOT p.relispartition");
        run(statement, "UPDATE %s SET v = 'parted' WHERE id %% 7 = 0".formatted(root));
    }

    /** From 18 on a table with such a column is not published without a key. */
    private void computed(Statement statement, String own) throws SQLException {
        if (keyOf(statement, own) != null) {
            run(
                    statement,
                    "ALTER TABLE %s ADD x%d int GENERATED ALWAYS AS (id * 2) STORED; UPDATE %1$s SET v = 'computed' WHERE id = 3"
                            .formatted(own, next()));
        }
    }

    /** A column of a new enum, or a new label of one. */
    private void label(Statement statement, String own) throws SQLException {
        String type = one(statement, "SELECT oid::regtype FROM pg_type WHERE typnamespace = 2200 AND typtype = 'e'");
        if (type == null || random.nextInt(3) == 0) {
            int number = next();
            run(
                    statement,
                    "CREATE TYPE public.e%1$d AS ENUM ('a', 'b'); ALTER TABLE %2$s ADD x%1$d public.e%1$d DEFAULT 'b'; UPDATE %2$s SET x%1$d = 'a' WHERE id < 5"
                            .formatted(number, own));
        } else if (random.nextBoolean()) {
            run(statement, "ALTER TYPE %s ADD VALUE 'l%d'".formatted(type, next()));
        } else {
            run(statement, "ALTER TYPE %s RENAME VALUE 'b' TO 'l%d'".formatted(type, next()));
        }
    }

    /** A key of another table is referred to; those that hold are validated later. */
    private void refer(Statement statement, String own) throws SQLException {
        String other = one(statement, """
                SELECT conrelid::regclass FROM pg_constraint c JOIN pg_class r ON r.oid = conrelid
                WHERE connamespace = 2200 AND contype = 'p' AND r.relname ~ '^made[0-9]+$'""");
        if (other != null) {
            run(
                    statement,
                    "ALTER TABLE %1$s ADD x%2$d int; ALTER TABLE %1$s ADD CONSTRAINT k%2$d FOREIGN KEY (x%2$d) REFERENCES %3$s (id) NOT VALID"
                            .formatted(own, next(), other));
        }
    }

    /** Several commands and rows in one block, some of which are taken back. */
    private void block(Statement statement, String own) throws SQLException {
        run(statement, """
                DO $block$ BEGIN
                    FOR i IN 1..2 LOOP
                        EXECUTE format('ALTER TABLE %1$s ADD x%2$d_%%s int DEFAULT %%s', i, i);
                        UPDATE %1$s SET v = v || i WHERE id %% 3 = i;
                        BEGIN
                            EXECUTE 'ALTER TABLE %1$s ADD x%2$d_gone int';
                            RAISE EXCEPTION 'no';
                        EXCEPTION WHEN raise_exception THEN
                            EXECUTE format('COMMENT ON TABLE %1$s IS %%L', 'block ' || i);
                        END;
                    END LOOP;
                END $block$""".formatted(own, next()));
    }

    private void trigger(Statement statement, String table) throws SQLException {
        run(statement, """
                CREATE OR REPLACE FUNCTION public.touched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN /* %1$d */ RETURN NEW; END';
                DROP TRIGGER IF EXISTS touched ON %2$s;
                CREATE TRIGGER touched BEFORE UPDATE ON %2$s FOR EACH ROW EXECUTE FUNCTION public.touched()
                """.formatted(next(), table));
    }

    private @Nullable String keyOf(Statement statement, String table) throws SQLException {
        return one(
                statement,
                "SELECT conname FROM pg_constraint WHERE contype = 'p' AND conrelid = '" + table + "'::regclass");
    }

    /** A table loses its key, or gets one. */
    private void key(Statement statement, String table) throws SQLException {
        String key = keyOf(statement, table);
        if (key != null
                && one(
                                statement,
                                "SELECT 1 FROM pg_attribute WHERE attgenerated <> '' AND attrelid = '" + table
                                        + "'::regclass")
                        != null) {
            return;
        }
        run(
                statement,
                key != null
                        ? "ALTER TABLE %s DROP CONSTRAINT \"%s\"; UPDATE %1$s SET v = 'no key' WHERE id = 1".formatted(table, key)
                        : "TRUNCATE %1$s; ALTER TABLE %1$s ADD PRIMARY KEY (id); INSERT INTO %1$s (id) VALUES (1)"
                                .formatted(table));
    }

    private int next() {
        return ++made;
    }

    private static void run(Statement statement, String sql) throws SQLException {
        statement.execute(sql);
    }

    /** Returns one row of a query by chance, null if it has none. */
    private @Nullable String one(Statement statement, String sql) throws SQLException {
        List<String> found = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(sql + " ORDER BY 1")) {
            while (rows.next()) {
                found.add(rows.getString(1));
            }
        }
        return found.isEmpty() ? null : found.get(random.nextInt(found.size()));
    }
}
