package org.dtssync.app.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * What the snapshot copies: large tables with a secondary index, and many small ones.
 *
 * @param rows of all large tables together, about 180 bytes each
 * @param largeTables tables that share these rows
 * @param smallTables each of 100 rows
 */
record History(long rows, int largeTables, int smallTables) {

    void create(Database source) {
        List<String> statements = new ArrayList<>();
        for (int i = 0; i < largeTables; i++) {
            statements.add("CREATE TABLE " + large(i)
                    + " (id bigint PRIMARY KEY, customer integer NOT NULL, amount numeric(12,2) NOT NULL,"
                    + " created timestamptz NOT NULL, state text NOT NULL, note text)");
            statements.add(
                    "INSERT INTO " + large(i) + " SELECT id, (id * 7919) % 100000, ((id * 31) % 1000000) / 100.0,"
                            + " timestamptz '2024-01-01' + id * interval '7 seconds', 'state ' || id % 5,"
                            + " 'order ' || id || ' ' || repeat(md5(id::text), 3) FROM generate_series(1, "
                            + rows / largeTables + "::bigint) id");
            statements.add("CREATE INDEX ON " + large(i) + " (customer, created)");
        }
        for (int i = 0; i < smallTables; i++) {
            statements.add("CREATE TABLE public.small_" + i
                    + " (id integer PRIMARY KEY, label text NOT NULL, weight double precision)");
            statements.add("INSERT INTO public.small_" + i
                    + " SELECT id, 'label ' || id, id / 3.0 FROM generate_series(1, 100) id");
        }
        statements.add("VACUUM ANALYZE");
        statements.add("CHECKPOINT");
        source.execute(statements.toArray(String[]::new));
    }

    private static String large(int number) {
        return "public.large" + (number == 0 ? "" : "_" + number);
    }

    List<String> tableNames() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < largeTables; i++) {
            names.add(large(i));
        }
        for (int i = 0; i < smallTables; i++) {
            names.add("public.small_" + i);
        }
        return names;
    }

    long allRows() {
        return rows / largeTables * largeTables + 100L * smallTables;
    }
}
