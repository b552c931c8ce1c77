package org.dtssync.app.pipeline;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dtssync.connectors.postgres.Identifiers;

/**
 * The tables of some types at the source, and what is done to them: their values side by side in one table with arrays, domains,
 * composites and ranges over them; in a table without a key; each as a key in a table of its own. Not thread-safe.
 */
final class TypeTables {

    /** What indexes hold; longer values cannot be keys. */
    private static final int LONGEST_KEY = 1000;

    private final Connection connection;
    private final String values;
    private final String bag;
    private final List<Member> members = new ArrayList<>();
    private final List<String> tables = new ArrayList<>();

    /** One of the types, with names of what is made of it. */
    private static final class Member {
        private final MatrixType type;
        private final List<String> expressions;
        private final String suffix;
        private boolean isKey;
        private boolean isRange;

        Member(MatrixType type, List<String> expressions) {
            this.type = type;
            this.expressions = expressions;
            this.suffix = type.name().replace('.', '_');
        }

        /** The type as it is, or something made of it in schema public. */
        String made(String prefix) {
            return "public." + column(prefix);
        }

        String column(String prefix) {
            return Identifiers.quote(prefix + suffix);
        }

        String array() {
            return type.sql() + "[]";
        }

        /** Its columns with their types. */
        List<String> columns() {
            List<String> columns = new ArrayList<>(List.of(
                    column("v_") + " " + type.sql(),
                    column("a_") + " " + array(),
                    column("d_") + " " + made("d_"),
                    column("e_") + " " + made("e_"),
                    column("c_") + " " + made("c_"),
                    column("f_") + " " + made("c_") + "[]"));
            if (isRange) {
                columns.add(column("r_") + " " + made("r_"));
                columns.add(column("m_") + " " + made("m_"));
            }
            return columns;
        }
    }

    /** Makes nothing yet; the number is that of no other group of types. */
    TypeTables(Connection connection, int number) {
        this.connection = connection;
        this.values = "public.v_" + number;
        this.bag = "public.f_" + number;
    }

    /** Adds a type with expressions of its values, and returns whether it can be a key. */
    boolean add(MatrixType type, List<String> expressions) throws SQLException {
        Member member = new Member(type, expressions);
        member.isKey = isMade(
                "CREATE TABLE %s (k %s PRIMARY KEY, n int NOT NULL, t text)".formatted(member.made("k_"), type.sql()));
        member.isRange = member.isKey
                && isMade("CREATE TYPE %s AS RANGE (subtype = %s, multirange_type_name = %s)"
                        .formatted(member.made("r_"), type.sql(), member.made("m_")));
        members.add(member);
        return member.isKey;
    }

    int size() {
        return members.size();
    }

    /** Returns the quoted names of the tables, each with what to order by. */
    List<String> tables() {
        return tables;
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** No operators to sort by, or no such range: the type is just none. */
    private boolean isMade(String sql) throws SQLException {
        try {
            execute(sql);
            return true;
        } catch (SQLException e) {
            if (List.of("42704", "42P17", "42804").contains(e.getSQLState())) {
                return false;
            }
            throw e;
        }
    }

    private String each(Function<Member, String> text) {
        return members.stream().map(text).collect(Collectors.joining(", "));
    }

    /** Makes the tables and what history has: every value but those that come later. */
    void create() throws SQLException {
        for (Member member : members) {
            execute("""
                    CREATE DOMAIN %2$s AS %1$s;
                    CREATE DOMAIN %3$s AS %1$s[] CHECK (array_ndims(VALUE) < 4);
                    CREATE TYPE %4$s AS ("x y" %1$s, y %1$s[], z %2$s)
                    """.formatted(member.type.sql(), member.made("d_"), member.made("e_"), member.made("c_")));
        }
        execute("CREATE TABLE %s (id int PRIMARY KEY, touched int NOT NULL DEFAULT 0, %s)"
                .formatted(values, each(member -> String.join(", ", member.columns()))));
        int most = members.stream()
                .mapToInt(member -> member.expressions.size())
                .max()
                .orElse(0);
        String rows = IntStream.rangeClosed(0, most)
                .mapToObj(i -> "(" + i + ", " + each(member -> value(member, i)) + ")")
                .collect(Collectors.joining(", "));
        execute("INSERT INTO " + values + " (id, " + each(member -> member.column("v_")) + ") VALUES " + rows);
        execute("INSERT INTO " + values + " (id) SELECT generate_series(1000, 1005)");
        for (Member member : members) {
            fill(member);
        }
        tables.add(values + " ORDER BY id");
        withoutKey();
        for (Member member : members) {
            if (member.isKey) {
                keys(member, "id % 2 = 0");
                tables.add(member.made("k_") + " ORDER BY n");
            }
        }
    }

    private static String value(Member member, int id) {
        return id == 0 || id > member.expressions.size()
                ? "NULL::" + member.type.sql()
                : member.expressions.get(id - 1);
    }

    private void fill(Member member) throws SQLException {
        arrays(member);
        execute(
                "UPDATE %1$s SET %2$s = %3$s, %4$s = %5$s, %6$s = ROW(%3$s, %5$s, %3$s)::%7$s, %8$s = ARRAY[ROW(%3$s, %5$s, NULL)::%7$s, NULL, ROW(NULL, NULL, %3$s)::%7$s]"
                        .formatted(
                                values,
                                member.column("d_"),
                                member.column("v_"),
                                member.column("e_"),
                                member.column("a_"),
                                member.column("c_"),
                                member.made("c_"),
                                member.column("f_")));
        if (member.isRange) {
            execute("UPDATE %1$s SET %2$s = %3$s(%4$s, NULL, '[)'), %5$s = %6$s(%3$s(NULL, %4$s, '()'))"
                    .formatted(
                            values,
                            member.column("r_"),
                            member.made("r_"),
                            member.column("v_"),
                            member.column("m_"),
                            member.made("m_")));
            execute("UPDATE %s SET %s = 'empty', %s = '{}' WHERE id = 0"
                    .formatted(values, member.column("r_"), member.column("m_")));
        }
    }

    /** By text, which every type has: elements quoted, NULL among them, in one and two dimensions, with other bounds. */
    private void arrays(Member member) throws SQLException {
        String delimiter = Identifiers.literal(member.type.delimiter());
        execute("""
                UPDATE %1$s SET %2$s = (CASE id - 1000
                    WHEN 0 THEN '{}'
                    WHEN 1 THEN '{NULL}'
                    WHEN 2 THEN '{' || elements || '}'
                    WHEN 3 THEN '{{' || elements || '}' || %3$s || '{' || elements || '}}'
                    WHEN 4 THEN '[-3:' || count - 4 || ']={' || elements || '}'
                    WHEN 5 THEN '[7:7][0:' || count - 1 || ']={{' || elements || '}}'
                END)::%4$s
                FROM (
                    SELECT count(*), string_agg(coalesce('"' || replace(replace(text, '\\', '\\\\'), '"', '\\"') || '"', 'NULL'),
                                                %3$s ORDER BY id) AS elements
                    FROM (SELECT id, CASE WHEN id = 0 THEN NULL ELSE format('%%s', %5$s) END AS text
                          FROM %1$s WHERE id <= %6$d) AS texts
                ) AS all_values
                WHERE id >= 1000
                """.formatted(
                        values,
                        member.column("a_"),
                        delimiter,
                        member.array(),
                        member.column("v_"),
                        member.expressions.size()));
    }

    private void withoutKey() throws SQLException {
        execute("CREATE TABLE %s (n int, %s)"
                .formatted(
                        bag,
                        each(member -> member.column("v_") + " " + member.type.sql() + ", " + member.column("a_") + " "
                                + member.array())));
        execute("ALTER TABLE %s REPLICA IDENTITY FULL".formatted(bag));
        execute("INSERT INTO %s SELECT id, %s FROM %s, generate_series(1, 2)".formatted(bag, pairs(), values));
        tables.add(bag + " ORDER BY n, format('%s', " + bag.substring("public.".length()) + ")");
    }

    private String pairs() {
        return each(member -> member.column("v_") + ", " + member.column("a_"));
    }

    private void keys(Member member, String condition) throws SQLException {
        execute("""
                INSERT INTO %1$s SELECT %2$s, id, repeat(md5(id::text), 200) FROM %3$s
                WHERE %2$s IS NOT NULL AND octet_length(format('%%s', %2$s)) < %4$d AND %5$s ON CONFLICT DO NOTHING
                """.formatted(member.made("k_"), member.column("v_"), values, LONGEST_KEY, condition));
    }

    /** Every row a second time, and the keys that history has not. */
    void insert() throws SQLException {
        execute("""
                DO $$ DECLARE r %1$s; BEGIN
                    FOR r IN SELECT * FROM %1$s LOOP r.id := r.id + 10000; INSERT INTO %1$s SELECT r.*; END LOOP;
                END $$
                """.formatted(values));
        execute("INSERT INTO %s SELECT id, %s FROM %s WHERE id < 10000".formatted(bag, pairs(), values));
        for (Member member : members) {
            if (member.isKey) {
                keys(member, "id < 10000");
            }
        }
    }

    /** Values change places; others stay as they are, large ones among them; keys move to keys that become free. */
    void update() throws SQLException {
        execute("UPDATE %s SET touched = 1 WHERE id < 10000".formatted(values));
        String assignments = members.stream()
                .flatMap(member -> member.columns().stream())
                .map(column -> column.substring(0, column.indexOf('"', 1) + 1))
                .map(column -> column + " = o." + column)
                .collect(Collectors.joining(", "));
        execute("UPDATE %1$s AS t SET %2$s FROM %1$s AS o WHERE o.id = t.id - 9999".formatted(values, assignments));
        execute("UPDATE %s SET n = -n WHERE n %% 3 = 0".formatted(bag));
        for (Member member : members) {
            if (member.isKey) {
                execute("""
                        UPDATE %1$s SET n = n + 1000;
                        CREATE TEMPORARY TABLE freed AS SELECT k, row_number() OVER (ORDER BY n) AS i, n FROM %1$s;
                        DELETE FROM %1$s WHERE n IN (SELECT n FROM freed WHERE i %% 2 = 0);
                        UPDATE %1$s AS t SET k = f.k FROM freed AS f, freed AS o WHERE o.n = t.n AND f.i = o.i + 1;
                        DROP TABLE freed
                        """.formatted(member.made("k_")));
            }
        }
    }

    /** Half of the rows go; of equal ones a single one. */
    void delete() throws SQLException {
        execute("DELETE FROM %s WHERE id %% 2 = 0".formatted(values));
        execute("DELETE FROM %1$s WHERE ctid IN (SELECT min(ctid) FROM %1$s GROUP BY n)".formatted(bag));
        for (Member member : members) {
            if (member.isKey) {
                execute("DELETE FROM %s WHERE n %% 3 = 0".formatted(member.made("k_")));
            }
        }
    }
}
