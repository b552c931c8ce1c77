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
    private final boolean renames;
    private int made;
    private boolean rewriting = true;

    /** @param renames whether tables and columns also change names with each other and make room for others of their name */
    RandomChanges(Random random, boolean renames) {
        this.random = random;
        this.renames = renames;
    }

    /**
     * Says whether a table may be rewritten from here on. A server cannot decode a transaction that rewrites one behind commands that it has
     * rolled back to a savepoint, if their rows of the catalog have made room for those of the rewrite: <i>unexpected duplicate for tablespace</i>.
     */
    void rewriting(boolean allowed) {
        rewriting = allowed;
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
        if (rewriting && random.nextInt(6) == 0) {
            rewrite(statement, own);
            return;
        }
        if (renames && random.nextInt(6) == 0) {
            rename(statement, own);
            return;
        }
        switch (random.nextInt(18)) {
            case 0 -> run(statement, "DROP TABLE %s CASCADE".formatted(own));
            case 1, 2 ->
                run(statement, "INSERT INTO %1$s (id) SELECT coalesce(max(id), 0) + 1 FROM %1$s".formatted(own));
            case 3 -> run(statement, "UPDATE %s SET v = v || '+' WHERE id %% 2 = 0".formatted(own));
            case 4 -> run(statement, "DELETE FROM %1$s WHERE id = (SELECT min(id) FROM %1$s)".formatted(own));
            case 5 -> run(statement, "ALTER TABLE %s ADD x%d timestamptz DEFAULT now()".formatted(own, next()));
            case 6 -> run(statement, "ALTER TABLE %s RENAME TO made%d".formatted(own, next()));
            case 7 -> copy(statement, own);
            case 8 -> key(statement, own);
            case 9 -> partition(statement, own);
            case 10 -> run(statement, "TRUNCATE %s".formatted(own));
            case 11 -> label(statement, own);
            case 12 ->
                run(statement, "ALTER TABLE %s ALTER v SET NOT NULL, ALTER v SET DEFAULT 'd%d'".formatted(own, next()));
            case 13 ->
                run(
                        statement,
                        "ALTER TABLE %s ALTER v DROP NOT NULL; UPDATE %1$s SET v = NULL WHERE id = 2".formatted(own));
            case 14 -> refer(statement, own);
            case 15 -> block(statement, own);
            case 16 -> trigger(statement, own);
            default -> run(statement, "CREATE VIEW public.v%d AS SELECT id, v FROM %s".formatted(next(), own));
        }
    }

    private void rename(Statement statement, String own) throws SQLException {
        switch (random.nextInt(3)) {
            case 0 -> exchange(statement, own);
            case 1 -> replace(statement, own);
            default -> leaveAndReturn(statement, own);
        }
    }

    private void rewrite(Statement statement, String own) throws SQLException {
        switch (random.nextInt(renames ? 5 : 4)) {
            case 0 ->
                run(
                        statement,
                        "ALTER TABLE %s ALTER n TYPE %s USING NULL"
                                .formatted(own, random.nextBoolean() ? "bigint" : "text"));
            case 1 -> run(statement, "ALTER TABLE %s ADD x%d double precision DEFAULT random()".formatted(own, next()));
            case 2 ->
                run(statement, "ALTER TABLE %s ADD x%d bigint GENERATED BY DEFAULT AS IDENTITY".formatted(own, next()));
            case 3 -> computed(statement, own);
            default -> exchangeColumns(statement, own);
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
        rewriting = false;
    }

    private void trigger(Statement statement, String table) throws SQLException {
        run(statement, """
                CREATE OR REPLACE FUNCTION public.touched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN /* %1$d */ RETURN NEW; END';
                DROP TRIGGER IF EXISTS touched ON %2$s;
                CREATE TRIGGER touched BEFORE UPDATE ON %2$s FOR EACH ROW EXECUTE FUNCTION public.touched()
                """.formatted(next(), table));
    }

    /** Two tables change names, with rows of each on the way. */
    private void exchange(Statement statement, String own) throws SQLException {
        String other = one(
                statement,
                "SELECT relname FROM pg_class WHERE relnamespace = 2200 AND relkind IN ('r', 'p') AND NOT relispartition"
                        + " AND relname ~ '^made[0-9]' AND oid <> '" + own + "'::regclass");
        if (other != null) {
            run(statement, """
                    UPDATE %1$s SET v = 'before' WHERE id = 1; ALTER TABLE %1$s RENAME TO made_between;
                    UPDATE made_between SET v = 'between' WHERE id = 2; ALTER TABLE %2$s RENAME TO %1$s;
                    UPDATE %1$s SET v = 'other' WHERE id = 3; ALTER TABLE made_between RENAME TO %2$s;
                    DELETE FROM %2$s WHERE id = 4; UPDATE %1$s SET v = v || id WHERE id %% 5 = 0
                    """.formatted(own, other));
        }
    }

    /** Another table takes the name. */
    private void replace(Statement statement, String own) throws SQLException {
        run(statement, """
                ALTER TABLE %1$s RENAME TO made%2$d; CREATE TABLE %1$s (v text, n bigint, id int PRIMARY KEY);
                INSERT INTO %1$s (id, v) SELECT id, v FROM made%2$d WHERE id %% 2 = 1; UPDATE made%2$d SET v = 'aside' WHERE id < 3;
                UPDATE %1$s SET v = 'in its place' WHERE id = 1
                """.formatted(own, next()));
    }

    /** Two columns change names: values stay under what they were called. */
    private void exchangeColumns(Statement statement, String own) throws SQLException {
        run(statement, """
                UPDATE %1$s SET n = NULL WHERE id = 1; ALTER TABLE %1$s RENAME v TO x; ALTER TABLE %1$s RENAME n TO v;
                ALTER TABLE %1$s RENAME x TO n; UPDATE %1$s SET v = NULL WHERE id = 2; DELETE FROM %1$s WHERE id = 5;
                ALTER TABLE %1$s ALTER v TYPE text USING v::text, ALTER n TYPE text USING n::text
                """.formatted(own));
    }

    /** A table has another name for a moment, which another table has afterwards. */
    private void leaveAndReturn(Statement statement, String own) throws SQLException {
        run(statement, """
                ALTER TABLE %1$s RENAME TO made%2$d; INSERT INTO made%2$d (id) SELECT coalesce(max(id), 0) + 1 FROM made%2$d;
                ALTER TABLE made%2$d RENAME TO %1$s; CREATE TABLE made%2$d (id int PRIMARY KEY, v text, n int);
                INSERT INTO made%2$d VALUES (1, 'second of its name'); DELETE FROM %1$s WHERE id = 6
                """.formatted(own, next()));
    }

    private @Nullable String keyOf(Statement statement, String table) throws SQLException {
        return one(
                statement,
                "SELECT conname FROM pg_constraint WHERE contype = 'p' AND conrelid = '" + table + "'::regclass");
    }

    /**
     * A table loses its key, or gets one. Before version 15 a server sends NULL in the row before a change of a partition without a key, where
     * the row has the value that was given to all when the column was added.
     */
    private void key(Statement statement, String table) throws SQLException {
        if (one(
                        statement,
                        "SELECT 1 FROM pg_class WHERE relkind = 'p' AND current_setting('server_version_num')::int < 150000"
                                + " AND oid = '" + table + "'::regclass")
                != null) {
            return;
        }
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
