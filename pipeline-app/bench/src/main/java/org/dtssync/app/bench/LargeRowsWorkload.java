package org.dtssync.app.bench;

import java.util.List;

/**
 * Updates of rows with one large value each, whose table sends the whole old row: every second update replaces the value, the others leave it
 * as it is. Every update is a transaction.
 *
 * @param changes updates of the backlog
 * @param valueBytes size of each value, which does not compress
 */
record LargeRowsWorkload(long changes, int valueBytes) implements Workload {

    private static final int ROWS = 20;
    private static final int DIGEST_BYTES = 32;

    @Override
    public LargeRowsWorkload withChanges(long number) {
        return new LargeRowsWorkload(number, valueBytes);
    }

    @Override
    public void createTables(Database database) {
        database.execute(
                "CREATE TABLE public.large_rows (id bigint PRIMARY KEY, number bigint NOT NULL, body text NOT NULL)",
                "ALTER TABLE public.large_rows ALTER body SET STORAGE EXTERNAL",
                "ALTER TABLE public.large_rows REPLICA IDENTITY FULL");
    }

    @Override
    public void prepareSource(Database source) {
        createTables(source);
        source.execute(
                "CREATE SCHEMA bench",
                """
                CREATE FUNCTION bench.body(seed bigint) RETURNS text LANGUAGE sql AS $$
                    SELECT string_agg(md5(seed || ' ' || n), '') FROM generate_series(1, %d) n
                $$
                """.formatted(valueBytes / DIGEST_BYTES),
                """
                CREATE PROCEDURE bench.write(changes bigint) LANGUAGE plpgsql AS $$
                BEGIN
                    FOR n IN 1 .. changes LOOP
                        UPDATE public.large_rows
                        SET number = n, body = CASE n %% 2 WHEN 0 THEN body ELSE bench.body(n) END
                        WHERE id = 1 + n %% %d;
                        COMMIT;
                    END LOOP;
                END $$
                """.formatted(ROWS),
                "INSERT INTO public.large_rows SELECT id, 0, bench.body(-id) FROM generate_series(1, " + ROWS
                        + "::bigint) id",
                "ANALYZE");
    }

    @Override
    public double write(Database source) {
        return Backlog.write(source, "CALL bench.write(" + changes + ")");
    }

    @Override
    public String progressQuery() {
        return "SELECT max(number) FROM public.large_rows";
    }

    @Override
    public String endQuery() {
        return progressQuery();
    }

    @Override
    public List<String> tableNames() {
        return List.of("public.large_rows");
    }
}
