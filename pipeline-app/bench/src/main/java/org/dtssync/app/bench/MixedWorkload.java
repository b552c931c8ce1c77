package org.dtssync.app.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * What is written at the source: about half inserts, two fifths updates and one tenth deletes, the same for all contenders.
 *
 * <p>Three tables (narrow, with jsonb, wide) or any number of narrow ones. Updates go to any row that is there, deletes to the
 * oldest, so that each statement changes exactly one row.
 *
 * @param changes row changes of the backlog
 * @param rowsPerTransaction row changes of one transaction
 * @param tables 3 for the three kinds, else so many narrow ones
 * @param seedRows rows that each table holds before
 */
record MixedWorkload(long changes, int rowsPerTransaction, int tables, int seedRows) implements Workload {

    private static final String THREE_TABLES = """
            CREATE TABLE public.t0 (id bigint PRIMARY KEY, account integer NOT NULL, amount numeric(12,2) NOT NULL,
                changed timestamptz NOT NULL);
            CREATE TABLE public.t1 (id bigint PRIMARY KEY, body jsonb NOT NULL, note text);
            CREATE TABLE public.t2 (id bigint PRIMARY KEY, a integer, b bigint, c text, d boolean, e double precision,
                f timestamptz, g date, h uuid, i text, j text, k numeric(20,4), l smallint, m text, n integer, o text)
            """;

    private static final String NARROW_TABLE = """
            CREATE TABLE public.t%d (id bigint PRIMARY KEY, account integer NOT NULL, amount numeric(12,2) NOT NULL,
                changed timestamptz NOT NULL)
            """;

    private static final String MARKER = "CREATE TABLE public.marker (id integer PRIMARY KEY, written timestamptz)";

    private static final String NARROW_ROW =
            "target, (target * 7919) % 100000, ((target * 31) % 1000000) / 100.0, now()";

    private static final String DOCUMENT_ROW = """
            target, jsonb_build_object('customer', target % 5000, 'items', jsonb_build_array(target % 17, target % 19, 'shoe'),
                'address', jsonb_build_object('city', 'Ghent', 'street', 'Kouter ' || target % 300), 'paid', target % 2 = 0),
                repeat('note ', 1 + (target % 12)::integer)""";

    private static final String WIDE_ROW = """
            target, (target % 1000)::integer, target * 3, 'customer number ' || target, target % 3 = 0, target / 7.0, now(),
                date '2024-01-01' + (target % 700)::integer, md5(target::text)::uuid, md5((target + 1)::text),
                md5((target + 2)::text), target / 3.0, (target % 300)::smallint, repeat('wide ', 8), 42, NULL""";

    /** The three kinds with a statement of their own each, since a plan that is kept writes three times as fast. */
    private static final String WRITE_THREE = """
            CREATE PROCEDURE bench.write(changes bigint, per_transaction integer) LANGUAGE plpgsql AS $write$
            DECLARE
                lowest bigint[]; highest bigint[]; done bigint := 0; t integer; kind double precision; target bigint;
            BEGIN
                SELECT ARRAY[(SELECT min(id) FROM t0), (SELECT min(id) FROM t1), (SELECT min(id) FROM t2)],
                       ARRAY[(SELECT max(id) FROM t0), (SELECT max(id) FROM t1), (SELECT max(id) FROM t2)]
                INTO lowest, highest;
                PERFORM setseed(0.5);
                WHILE done < changes LOOP
                    FOR i IN 1 .. least(per_transaction, changes - done) LOOP
                        t := 1 + (random() * 3 - 0.5)::integer;
                        t := least(t, 3);
                        kind := random();
                        IF kind < 0.5 THEN
                            highest[t] := highest[t] + 1;
                            target := highest[t];
                            IF t = 1 THEN INSERT INTO t0 VALUES (NARROW_ROW);
                            ELSIF t = 2 THEN INSERT INTO t1 VALUES (DOCUMENT_ROW);
                            ELSE INSERT INTO t2 VALUES (WIDE_ROW); END IF;
                        ELSIF kind < 0.9 OR lowest[t] >= highest[t] THEN
                            target := lowest[t] + floor(random() * (highest[t] - lowest[t] + 1))::bigint;
                            IF t = 1 THEN UPDATE t0 SET amount = amount + 1, changed = now() WHERE id = target;
                            ELSIF t = 2 THEN UPDATE t1 SET body = body || '{"seen": true}', note = 'seen ' || done WHERE id = target;
                            ELSE UPDATE t2 SET a = a + 1, c = 'changed ' || done, f = now() WHERE id = target; END IF;
                        ELSE
                            target := lowest[t];
                            lowest[t] := lowest[t] + 1;
                            IF t = 1 THEN DELETE FROM t0 WHERE id = target;
                            ELSIF t = 2 THEN DELETE FROM t1 WHERE id = target;
                            ELSE DELETE FROM t2 WHERE id = target; END IF;
                        END IF;
                    END LOOP;
                    done := done + least(per_transaction, changes - done);
                    COMMIT;
                END LOOP;
            END $write$
            """;

    private static final String WRITE_MANY = """
            CREATE PROCEDURE bench.write(changes bigint, per_transaction integer) LANGUAGE plpgsql AS $write$
            DECLARE
                tables integer := (SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename ~ '^t[0-9]+$');
                lowest bigint[]; highest bigint[]; low bigint; high bigint; done bigint := 0; t integer; kind double precision; target bigint;
            BEGIN
                FOR i IN 1 .. tables LOOP
                    EXECUTE format('SELECT min(id), max(id) FROM t%s', i - 1) INTO low, high;
                    lowest[i] := low;
                    highest[i] := high;
                END LOOP;
                PERFORM setseed(0.5);
                WHILE done < changes LOOP
                    FOR i IN 1 .. least(per_transaction, changes - done) LOOP
                        t := least(1 + floor(random() * tables)::integer, tables);
                        kind := random();
                        IF kind < 0.5 THEN
                            highest[t] := highest[t] + 1;
                            EXECUTE 'INSERT INTO t' || t - 1 || ' SELECT NARROW_ROW FROM (SELECT $1 AS target) given'
                            USING highest[t];
                        ELSIF kind < 0.9 OR lowest[t] >= highest[t] THEN
                            target := lowest[t] + floor(random() * (highest[t] - lowest[t] + 1))::bigint;
                            EXECUTE format('UPDATE t%s SET amount = amount + 1 WHERE id = $1', t - 1) USING target;
                        ELSE
                            EXECUTE format('DELETE FROM t%s WHERE id = $1', t - 1) USING lowest[t];
                            lowest[t] := lowest[t] + 1;
                        END IF;
                    END LOOP;
                    done := done + least(per_transaction, changes - done);
                    COMMIT;
                END LOOP;
            END $write$
            """;

    @Override
    public void createTables(Database database) {
        List<String> statements = new ArrayList<>();
        if (tables == 3) {
            statements.add(THREE_TABLES);
        } else {
            for (int i = 0; i < tables; i++) {
                statements.add(NARROW_TABLE.formatted(i));
            }
        }
        statements.add(MARKER);
        database.execute(statements.toArray(String[]::new));
    }

    @Override
    public void prepareSource(Database source) {
        createTables(source);
        source.execute("CREATE SCHEMA bench", filled(tables == 3 ? WRITE_THREE : WRITE_MANY));
        for (int table = 0; table < tables; table++) {
            source.execute(insert(table, "generate_series(1, " + seedRows + "::bigint) target"));
        }
        source.execute("ANALYZE");
    }

    private static String filled(String procedure) {
        return procedure
                .replace("NARROW_ROW", NARROW_ROW)
                .replace("DOCUMENT_ROW", DOCUMENT_ROW)
                .replace("WIDE_ROW", WIDE_ROW);
    }

    private String insert(int table, String from) {
        String row = table == 1 && tables == 3 ? DOCUMENT_ROW : table == 2 && tables == 3 ? WIDE_ROW : NARROW_ROW;
        return "INSERT INTO public.t" + table + " SELECT " + row + " FROM " + from;
    }

    @Override
    public double write(Database source) {
        List<String> statements = new ArrayList<>();
        statements.add("CALL bench.write(" + changes + ", " + rowsPerTransaction + ")");
        statements.add("BEGIN");
        for (int table = 0; table < Math.min(3, tables); table++) {
            statements.add(insert(table, "(SELECT max(id) + 1 AS target FROM public.t" + table + ") next"));
        }
        statements.add("INSERT INTO public.marker VALUES (1, now())");
        statements.add("COMMIT");
        return Backlog.write(source, statements.toArray(String[]::new));
    }

    @Override
    public String progressQuery() {
        return "SELECT max(id) FROM public.t0";
    }

    @Override
    public String endQuery() {
        StringBuilder sql = new StringBuilder("SELECT (SELECT count(*) FROM public.marker)::text");
        for (int table = 0; table < Math.min(3, tables); table++) {
            sql.append(" || ' ' || (SELECT max(id) FROM public.t").append(table).append(')');
        }
        return sql.toString();
    }

    @Override
    public List<String> tableNames() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < tables; i++) {
            names.add("public.t" + i);
        }
        names.add("public.marker");
        return names;
    }

    @Override
    public MixedWorkload withChanges(long number) {
        return new MixedWorkload(number, rowsPerTransaction, tables, seedRows);
    }
}
