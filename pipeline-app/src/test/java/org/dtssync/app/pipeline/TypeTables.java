package org.dtssync.app.pipeline;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.dtssync.connectors.postgres.Identifiers;

/**
 * The tables of one type at the source, and what is done to them: its values in a table of their own with arrays, domains,
 * composites and ranges over them; as a key; in a table without a key. Not thread-safe.
 */
final class TypeTables {

    /** What indexes hold; longer values cannot be keys. */
    private static final int LONGEST_KEY = 1000;

    private final Connection connection;
    private final String type;
    private final String delimiter;
    private final String suffix;
    private final String values;
    private final List<String> tables = new ArrayList<>();
    private boolean isKey;
    private boolean isRange;

    TypeTables(Connection connection, MatrixType type) {
        this.connection = connection;
        this.type = type.sql();
        this.delimiter = Identifiers.literal(type.delimiter());
        this.suffix = type.name().replace('.', '_');
        this.values = name("v_");
    }

    /** Returns the quoted names of the tables, each with what to order by. */
    List<String> tables() {
        return tables;
    }

    /** Returns whether the type can be a key. */
    boolean isKey() {
        return isKey;
    }

    private String name(String prefix) {
        return "public." + Identifiers.quote(prefix + suffix);
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Makes the tables and what history has: every value but those that come later. */
    void create(List<String> expressions) throws SQLException {
        isKey = tryKey();
        isRange = isKey && tryRange();
        String array = type + "[]";
        execute("CREATE DOMAIN %s AS %s".formatted(name("d_"), type));
        execute("CREATE DOMAIN %s AS %s CHECK (array_ndims(VALUE) < 4)".formatted(name("e_"), array));
        execute("CREATE TYPE %s AS (\"x y\" %s, y %s, z %s)".formatted(name("c_"), type, array, name("d_")));
        execute(
                ("CREATE TABLE %s (id int PRIMARY KEY, touched int NOT NULL DEFAULT 0, v %s, a %s, d %s, e %s, c %s, f %s"
                                + (isRange ? ", r " + name("r_") + ", m " + name("m_") : "") + ")")
                        .formatted(values, type, array, name("d_"), name("e_"), name("c_"), name("c_") + "[]"));
        execute("INSERT INTO " + values + " (id, v) VALUES (0, NULL)");
        for (int i = 0; i < expressions.size(); i++) {
            execute("INSERT INTO %s (id, v) VALUES (%d, %s)".formatted(values, i + 1, expressions.get(i)));
        }
        arrays(array);
        execute(
                "UPDATE %s SET d = v, e = a, c = ROW(v, a, v)::%s, f = ARRAY[ROW(v, a, NULL)::%s, NULL, ROW(NULL, NULL, v)::%s]"
                        .formatted(values, name("c_"), name("c_"), name("c_")));
        if (isRange) {
            execute("UPDATE %s SET r = %s(v, NULL, '[)'), m = %s(%s(NULL, v, '()'))"
                    .formatted(values, name("r_"), name("m_"), name("r_")));
            execute("UPDATE %s SET r = 'empty', m = '{}' WHERE id = 0".formatted(values));
        }
        tables.add(values + " ORDER BY id");
        withoutKey();
        if (isKey) {
            asKey();
        }
    }

    private boolean tryKey() throws SQLException {
        try {
            execute("CREATE TABLE %s (k %s PRIMARY KEY, n int NOT NULL, t text)".formatted(name("k_"), type));
            return true;
        } catch (SQLException e) {
            if (e.getSQLState().equals("42704")) {
                return false;
            }
            throw e;
        }
    }

    private boolean tryRange() throws SQLException {
        try {
            execute("CREATE TYPE %s AS RANGE (subtype = %s, multirange_type_name = %s)"
                    .formatted(name("r_"), type, name("m_")));
            return true;
        } catch (SQLException e) {
            if (e.getSQLState().equals("42P17") || e.getSQLState().equals("42804")) {
                return false;
            }
            throw e;
        }
    }

    /** By text, which every type has: elements quoted, NULL among them, in one and two dimensions, with other bounds. */
    private void arrays(String array) throws SQLException {
        execute("""
                INSERT INTO %s (id, a)
                SELECT 1000 + n, (CASE n
                    WHEN 0 THEN '{}'
                    WHEN 1 THEN '{NULL}'
                    WHEN 2 THEN '{' || elements || '}'
                    WHEN 3 THEN '{{' || elements || '}' || %s || '{' || elements || '}}'
                    WHEN 4 THEN '[-3:' || count - 4 || ']={' || elements || '}'
                    WHEN 5 THEN '[7:7][0:' || count - 1 || ']={{' || elements || '}}'
                END)::%s
                FROM generate_series(0, 5) AS n, (
                    SELECT count(*), string_agg(coalesce('"' || replace(replace(text, '\\', '\\\\'), '"', '\\"') || '"', 'NULL'),
                                                %s ORDER BY id) AS elements
                    FROM (SELECT id, CASE WHEN v IS NULL AND id = 0 THEN NULL ELSE format('%%s', v) END AS text FROM %s) AS texts
                ) AS all_values
                """.formatted(values, delimiter, array, delimiter, values));
    }

    private void withoutKey() throws SQLException {
        String table = name("f_");
        execute("CREATE TABLE %s (v %s, a %s[], n int)".formatted(table, type, type));
        execute("ALTER TABLE %s REPLICA IDENTITY FULL".formatted(table));
        execute("INSERT INTO %s SELECT v, a, id FROM %s, generate_series(1, 2)".formatted(table, values));
        tables.add(table + " ORDER BY n, format('%s', v)");
    }

    private void asKey() throws SQLException {
        execute("""
                INSERT INTO %s SELECT v, id, repeat(md5(id::text), 200) FROM %s
                WHERE v IS NOT NULL AND octet_length(format('%%s', v)) < %d AND id %% 2 = 0 ON CONFLICT DO NOTHING
                """.formatted(name("k_"), values, LONGEST_KEY));
        tables.add(name("k_") + " ORDER BY n");
    }

    /** Every row a second time, and the keys that history has not. */
    void insert() throws SQLException {
        execute("""
                DO $$ DECLARE r %s; BEGIN
                    FOR r IN SELECT * FROM %s LOOP r.id := r.id + 10000; INSERT INTO %s SELECT r.*; END LOOP;
                END $$
                """.formatted(values, values, values));
        execute("INSERT INTO %s SELECT v, a, id FROM %s WHERE id < 10000".formatted(name("f_"), values));
        if (isKey) {
            execute("""
                    INSERT INTO %s SELECT v, id, repeat(md5(id::text), 200) FROM %s
                    WHERE v IS NOT NULL AND octet_length(format('%%s', v)) < %d AND id < 10000 ON CONFLICT DO NOTHING
                    """.formatted(name("k_"), values, LONGEST_KEY));
        }
    }

    /** Values change places; others stay as they are, large ones among them; keys move to keys that become free. */
    void update() throws SQLException {
        execute("UPDATE %s SET touched = 1 WHERE id < 10000".formatted(values));
        execute(
                "UPDATE %1$s AS t SET v = o.v, a = o.a, d = o.d, e = o.e, c = o.c, f = o.f FROM %1$s AS o WHERE o.id = t.id - 9999"
                        .formatted(values));
        execute("UPDATE %s SET n = -n WHERE n %% 3 = 0".formatted(name("f_")));
        if (isKey) {
            execute("UPDATE %s SET n = n + 1000".formatted(name("k_")));
            execute("""
                    CREATE TEMPORARY TABLE freed AS SELECT k, row_number() OVER (ORDER BY n) AS i, n FROM %1$s;
                    DELETE FROM %1$s WHERE n IN (SELECT n FROM freed WHERE i %% 2 = 0);
                    UPDATE %1$s AS t SET k = f.k FROM freed AS f, freed AS o WHERE o.n = t.n AND f.i = o.i + 1;
                    DROP TABLE freed
                    """.formatted(name("k_")));
        }
    }

    /** Half of the rows go; of equal ones a single one. */
    void delete() throws SQLException {
        execute("DELETE FROM %s WHERE id %% 2 = 0".formatted(values));
        execute("DELETE FROM %1$s WHERE ctid IN (SELECT min(ctid) FROM %1$s GROUP BY n)".formatted(name("f_")));
        if (isKey) {
            execute("DELETE FROM %s WHERE n %% 3 = 0".formatted(name("k_")));
        }
    }
}
