package org.dtssync.app.structure;

/**
 * Statements about what the server makes together with an object, of which no printer of PostgreSQL says anything: the constructors
 * of ranges and multiranges, which are functions and get what default privileges say of functions, and the row types of tables and
 * views. Stateless.
 */
public final class DependentGrants {

    /**
     * Of the type {@code t}, as an expression. Constructors belong to the superuser that initdb made, whichever role made the type: another account
     * is warned that it has granted nothing, and the inventory shows what is missing. The name of a multirange may be cut within a
     * character, and no statement can contain that.
     */
    static final String OF_TYPE = """
            (SELECT string_agg(format(E';\\nREVOKE ALL ON FUNCTION %s FROM PUBLIC', f.name) || coalesce((SELECT
            """
            + GrantedBy.statements(
                    "p.proowner", "format('GRANT EXECUTE ON FUNCTION %s TO ', f.name) || " + GrantedBy.GRANTEE)
            + """

                                           FROM aclexplode(p.proacl) WITH ORDINALITY
                                               AS g(grantor, grantee, privilege_type, is_grantable, place)
                                           WHERE g.grantee <> p.proowner), ''), '' ORDER BY p.oid)
             FROM pg_range made
             JOIN pg_type multi ON multi.oid = made.rngmultitypid
             JOIN pg_depend d ON d.refclassid = 'pg_type'::regclass AND d.refobjid IN (made.rngtypid, made.rngmultitypid)
                 AND d.classid = 'pg_proc'::regclass AND d.deptype = 'i'
             JOIN pg_proc p ON p.oid = d.objid
             CROSS JOIN LATERAL (SELECT p.oid::regprocedure::text AS name) f
             WHERE made.rngtypid = t.oid AND p.proacl IS NOT NULL
               AND (d.refobjid = made.rngtypid OR octet_length(t.typname::text) <= 52 OR t.typname::text ~ '^[ -~]*$'
                    OR namesend(multi.typname) <> substring(namesend(t.typname), 1, 52) || '_multirange'))
            """;

    /** Of the row type of the relation {@code c} in the schema {@code n}, as an expression. */
    static final String OF_ROW_TYPE = """
            (SELECT format(E';\\nREVOKE ALL ON TYPE %1$I.%2$I FROM PUBLIC, %3$I', n.nspname, r.typname, pg_get_userbyid(r.typowner))
                    || coalesce((SELECT
            """
            + GrantedBy.statements(
                    "r.typowner",
                    "format('GRANT USAGE ON TYPE %I.%I TO ', n.nspname, r.typname) || " + GrantedBy.GRANTEE)
            + """

                                 FROM aclexplode(r.typacl) WITH ORDINALITY
                                     AS g(grantor, grantee, privilege_type, is_grantable, place)), '')
             FROM pg_type r WHERE r.oid = c.reltype AND r.typacl IS NOT NULL)
            """;

    /**
     * Those of all objects that users created: catalog, oid, and the statements to run after the object's own. For a session whose search
     * path names no schema of a user.
     */
    public static final String ALL = """
            SELECT 'pg_type'::regclass::oid::bigint, t.oid::bigint,
            """ + OF_TYPE + """
             AS statements
            FROM pg_type t WHERE t.typtype = 'r' AND t.oid >= 16384
            UNION ALL
            SELECT 'pg_class'::regclass::oid::bigint, c.oid::bigint,
            """ + OF_ROW_TYPE + """
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
            """;

    private DependentGrants() {}
}
