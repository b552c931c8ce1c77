package org.dtssync.app.bench;

import java.util.List;
import java.util.Objects;

/** Proves at the end of a measurement that it measured the whole work. Stateless. */
final class Equality {

    private Equality() {}

    /** Fails unless both ends hold the same rows, by the text of each row. */
    static void require(String contender, Database source, Database destination, List<String> tables) {
        for (String table : tables) {
            String sql = "SELECT count(*) || ' rows, ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM "
                    + table + " t";
            String there = source.query(sql);
            String here = destination.query(sql);
            if (!Objects.equals(there, here)) {
                throw new BenchException(contender + ": table " + table + " is not equal: " + there + " at the source, "
                        + here + " at the destination.");
            }
        }
    }

    /** Returns how many rows all tables hold. */
    static long rows(Database database, List<String> tables) {
        return tables.stream()
                .mapToLong(table -> Long.parseLong(database.query("SELECT count(*) FROM " + table)))
                .sum();
    }
}
