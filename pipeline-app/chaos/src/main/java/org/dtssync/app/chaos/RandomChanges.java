package org.dtssync.app.chaos;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Commands by chance, with rows among them: columns, indexes, constraints and triggers of the tables that the load writes to, and tables of
 * their own, which come, change in every way and go. Not thread-safe.
 */
final class RandomChanges {

    private static final List<String> KEYED_BY_ID = List.of("account", "vault", "parent");
    private static final List<String> LOADED = List.of("account", "vault", "parent", "tally");

    private final Random random;
    private int made;

    RandomChanges(Random random) {
        this.random = random;
    }

    /** Runs a command that PostgreSQL allows in no transaction block. */
    void alone(Statement statement) throws SQLException {
        String index =
                one(statement, "SELECT oid::regclass FROM pg_class WHERE relnamespace = 2200 AND relname ~ '^ci[0-9]'");
        if (index != null && random.nextInt(3) == 0) {
            run(statement, "DROP INDEX CONCURRENTLY " + index);
        } else {
            String table = KEYED_BY_ID.get(random.nextInt(KEYED_BY_ID.size()));
            run(statement, "CREATE INDEX CONCURRENTLY ci%d ON public.%s (id)".formatted(next(), table));
        }
    }

    /** Runs one or a few commands, perhaps with rows. */
    void step(Statement statement) throws SQLException {
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
            case 6 ->
                run(
                        statement,
                        "ALTER TABLE %s ADD CONSTRAINT k%d CHECK (%d > 0) NOT VALID".formatted(loaded, next(), next()));
            case 7 ->
                change(
                        statement,
                        "SELECT conrelid::regclass || ' VALIDATE CONSTRAINT ' || conname FROM pg_constraint"
                                + " WHERE connamespace = 2200 AND NOT convalidated");
            case 8 ->
                change(
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
            case 1, 2 ->
                run(statement, "INSERT INTO %1$s (id) SELECT coalesce(max(id), 0) + 1 FROM %1$s".formatted(own));
            case 3 -> run(statement, "UPDATE %s SET v = v || '+' WHERE id %% 2 = 0".formatted(own));
            case 4 -> run(statement, "DELETE FROM %1$s WHERE id = (SELECT min(id) FROM %1$s)".formatted(own));
            case 5 ->
                run(
                        statement,
                        "ALTER TABLE %s ALTER n TYPE %s USING NULL"
                                .formatted(own, random.nextBoolean() ? "bigint" : "text"));
            case 6 -> run(statement, "ALTER TABLE %s ADD x%d double precision DEFAULT random()".formatted(own, next()));
            case 7 -> run(statement, "ALTER TABLE %s ADD x%d timestamptz DEFAULT now()".formatted(own, next()));
            case 8 -> run(statement, "ALTER TABLE %s RENAME TO made%d".formatted(own, next()));
            case 9 -> copy(statement, own);
            case 10 -> key(statement, own);
            case 11 -> partition(statement, own);
            case 12 -> run(statement, "TRUNCATE %s".formatted(own));
            case 13 -> computed(statement, own);
            case 14 -> label(statement, own);
            case 15 ->
                run(statement, "ALTER TABLE %s ALTER v SET NOT NULL, ALTER v SET DEFAULT 'd%d'".formatted(own, next()));
            case 16 ->
                run(
                        statement,
                        "ALTER TABLE %s ALTER v DROP NOT NULL; UPDATE %1$s SET v = NULL WHERE id = 2".formatted(own));
            case 17 -> refer(statement, own);
            case 18 -> block(statement, own);
            case 19 ->
                run(statement, "ALTER TABLE %s ADD x%d bigint GENERATED BY DEFAULT AS IDENTITY".formatted(own, next()));
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
            case 2 ->
                "CREATE TABLE public.made%1$d (id int PRIMARY KEY, v text DEFAULT 'it''s; new', n numeric, s serial)";
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
                        ? "ALTER TABLE %s DROP CONSTRAINT \"%s\"; UPDATE %1$s SET v = 'no key' WHERE id = 1"
                                .formatted(table, key)
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
