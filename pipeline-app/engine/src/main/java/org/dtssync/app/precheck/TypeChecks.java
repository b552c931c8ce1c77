package org.dtssync.app.precheck;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;

/** Whether the values of every selected column can be read back from the text that the server prints. */
final class TypeChecks {

    /** What the input function of a type that is only printed answers, whatever it is given. */
    private static final Set<String> REFUSALS = Set.of("0A000", "XX000");

    /** Every type and the types its values are made of: elements, base types, fields, bounds, ranges. */
    private static final String PARTS = """
            WITH RECURSIVE part(container, content) AS (
                SELECT oid, typelem FROM pg_type WHERE typelem <> 0 AND typcategory = 'A'
                UNION ALL SELECT oid, typbasetype FROM pg_type WHERE typtype = 'd'
                UNION ALL SELECT c.reltype, a.atttypid
                          FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                          WHERE c.reltype <> 0 AND a.attnum > 0 AND NOT a.attisdropped
                UNION ALL SELECT rngtypid, rngsubtype FROM pg_range
                UNION ALL SELECT rngmultitypid, rngtypid FROM pg_range
            ),
            """;

    private TypeChecks() {}

    /**
     * Follows arrays, domains, composites, ranges and multiranges down to types that PostgreSQL prints but never reads.
     *
     * <p>Which those are is asked of each type's input function: extensions bring their own, and new versions add some.
     */
    static void columnTypes(Ends ends, Findings findings) throws SQLException {
        for (String[] found : ends.atSource(PARTS + """
                refused(type) AS (
                    SELECT r::oid FROM unnest(?::bigint[]) r
                    UNION SELECT container FROM part JOIN refused ON content = type
                )
                SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
                FROM unnest(?::bigint[]) t JOIN pg_class c ON c.oid = t::oid AND NOT c.relispartition
                     JOIN pg_namespace n ON n.oid = c.relnamespace
                     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                     JOIN refused ON refused.type = a.atttypid
                ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", a.attnum
                """, printedOnly(ends), TableChecks.oids(ends))
                .list(row -> new String[] {row.getString(1), row.getString(2), row.getString(3), row.getString(4)})) {
            TableName table = new TableName(found[0], found[1]);
            findings.fail(
                    table + "." + found[2],
                    "Column " + found[2] + " of table " + table + " has type " + found[3]
                            + ", whose values PostgreSQL prints but does not read.",
                    "ALTER TABLE " + table.sql() + " ALTER COLUMN " + Identifiers.quote(found[2]) + " TYPE text USING "
                            + Identifiers.quote(found[2]) + "::text; -- or " + TableChecks.exclude(table));
        }
        findings.passIfNothingFound("columns", "Every column's type can be carried.");
    }

    /** Returns the base types in use whose input function takes nothing. */
    private static List<Long> printedOnly(Ends ends) throws SQLException {
        List<Long> refused = new ArrayList<>();
        for (Base type : ends.atSource(PARTS + """
                used(type) AS (
                    SELECT a.atttypid
                    FROM unnest(?::bigint[]) t
                    JOIN pg_attribute a ON a.attrelid = t::oid AND a.attnum > 0 AND NOT a.attisdropped
                    UNION SELECT content FROM part JOIN used ON container = type
                )
                SELECT t.oid::bigint, format_type(t.oid, -1)
                FROM pg_type t JOIN used ON used.type = t.oid
                WHERE t.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
                ORDER BY t.oid
                """, TableChecks.oids(ends))
                .list(row -> new Base(row.getLong(1), row.getString(2)))) {
            if (isPrintedOnly(ends, type)) {
                refused.add(type.oid());
            }
        }
        return refused;
    }

    private static boolean isPrintedOnly(Ends ends, Base type) throws SQLException {
        try {
            ends.atSource("SELECT ''::" + type.sql() + " IS NULL").yes();
            return false;
        } catch (SQLException e) {
            String state = e.getSQLState() == null ? "" : e.getSQLState();
            // Most types do not take an empty text; that alone says that they read what they are given.
            if (state.startsWith("22") || state.startsWith("42") || state.startsWith("23")) {
                return false;
            }
            if (REFUSALS.contains(state)) {
                return true;
            }
            throw e;
        }
    }

    private record Base(long oid, String sql) {}
}
