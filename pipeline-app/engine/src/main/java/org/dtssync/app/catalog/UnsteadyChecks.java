package org.dtssync.app.catalog;

/**
 * Checks that depend on more than their row: on the time, on settings or on other tables. Rows arrive at the destination later than
 * the source checked them, and table by table, so such a check could refuse what the source accepted.
 */
public final class UnsteadyChecks {

    /**
     * Joins {@code unsteady.late} to a constraint {@code con}. A function that claims to be immutable counts too if it reads a
     * table.
     */
    public static final String JOINED = """
            CROSS JOIN LATERAL (
                SELECT con.contype = 'c' AND (con.conbin::text LIKE '%{SQLVALUEFUNCTION%' OR EXISTS (
                    SELECT FROM regexp_matches(con.conbin::text, ':(?:funcid|opfuncid) (\\d+)', 'g') AS m
                    JOIN pg_proc f ON f.oid = m[1]::oid
                    WHERE f.provolatile <> 'i'
                       OR f.prolang NOT IN (12, 13) AND (f.prosrc ~* '\\m(from|perform|execute)\\M'
                                                         OR f.prosqlbody::text LIKE '%:rtekind 0%'))) AS late
            ) unsteady
            """;

    private UnsteadyChecks() {}
}
