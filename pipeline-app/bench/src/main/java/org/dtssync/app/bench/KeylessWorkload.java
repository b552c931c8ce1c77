package org.dtssync.app.bench;

import java.util.List;

/**
 * A table without a key and without an index: each transaction inserts one row, updates one and deletes one.
 *
 * @param changes row changes of the backlog
 * @param rows that the table holds before
 */
record KeylessWorkload(long changes, int rows) implements Workload {

    private static final int CHANGES_OF_TRANSACTION = 3;

    @Override
    public KeylessWorkload withChanges(long number) {
        return new KeylessWorkload(number, rows);
    }

    @Override
    public void createTables(Database database) {
        database.execute(
                """
                CREATE TABLE public.journal (number bigint NOT NULL, account integer, amount numeric(12,2), entry json,
                    written timestamptz NOT NULL, note text)
                """,
                "ALTER TABLE public.journal REPLICA IDENTITY FULL",
                "CREATE TABLE public.marker (id integer PRIMARY KEY, number bigint)");
    }

    @Override
    public void prepareSource(Database source) {
        createTables(source);
        source.execute(
                "CREATE SCHEMA bench",
                """
                CREATE FUNCTION bench.row(number bigint) RETURNS public.journal LANGUAGE sql AS $$
                    SELECT number, (number % 1000)::integer, (number % 7919) / 100.0,
                        json_build_object('number', number, 'paid', number % 2 = 0),
                        timestamptz '2024-01-01' + number * interval '7 seconds', repeat('entry ', 1 + (number % 9)::integer)
                $$
                """,
                """
                CREATE PROCEDURE bench.write(transactions bigint) LANGUAGE plpgsql AS $$
                DECLARE
                    places tid[] := ARRAY(SELECT ctid FROM public.journal ORDER BY number LIMIT 2 * transactions);
                    present bigint := (SELECT max(number) FROM public.journal);
                BEGIN
                    FOR n IN 1 .. transactions LOOP
                        INSERT INTO public.journal SELECT (bench.row(present + n)).*;
                        UPDATE public.journal SET amount = amount + 1 WHERE ctid = places[2 * n - 1];
                        DELETE FROM public.journal WHERE ctid = places[2 * n];
                        COMMIT;
                    END LOOP;
                END $$
                """,
                "INSERT INTO public.journal SELECT (bench.row(n)).* FROM generate_series(1, " + rows + "::bigint) n",
                "INSERT INTO public.marker VALUES (1, 0)",
                "ANALYZE");
    }

    @Override
    public double write(Database source) {
        return Backlog.write(
                source,
                "CALL bench.write(" + changes / CHANGES_OF_TRANSACTION + ")",
                "UPDATE public.marker SET number = (SELECT max(number) FROM public.journal)");
    }

    @Override
    public String progressQuery() {
        return "SELECT max(number) FROM public.journal";
    }

    @Override
    public String endQuery() {
        return "SELECT number FROM public.marker";
    }

    @Override
    public List<String> tableNames() {
        return List.of("public.journal", "public.marker");
    }
}
