package org.dtssync.app.structure;

/**
 * Functions, procedures, aggregates, operators and casts, as statements that PostgreSQL prints as far as it has a function for it. They
 * are named by {@link CatalogObject#title}.
 */
final class RoutineQueries {

    /**
     * A replaced function would silently change the destination's, so it is created. The arguments that identify a procedure
     * include those it only returns: two procedures may differ in nothing else.
     */
    static final String FUNCTIONS = """
            SELECT 'pg_proc'::regclass, p.oid, CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, '', NULL, NULL, NULL, NULL,
                   regexp_replace(rtrim(pg_get_functiondef(p.oid), E'\\n'), '\\ACREATE OR REPLACE ', 'CREATE '),
                   format('%s %I.%I(%s)', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, n.nspname, p.proname,
                          pg_get_function_identity_arguments(p.oid)),
                   p.proowner, p.proacl, 'f'::"char", NULL, NULL
            FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE p.oid IN (SELECT unnest(?::bigint[])::oid) AND p.prokind <> 'a'
            ORDER BY n.nspname, p.proname, p.oid
            """;

    /** The same routine without a body: what it calls may need it. */
    static final String PLACEHOLDERS = """
            SELECT 'pg_proc'::regclass::oid::bigint, p.oid::bigint, 'placeholder', '',
                   'pre-data', NULL, NULL, NULL, NULL,
                   regexp_replace(left(d.definition, strpos(d.definition, pg_get_function_sqlbody(p.oid)) - 1),
                                  '\\ACREATE OR REPLACE ', 'CREATE ') || 'AS '''''
            FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            CROSS JOIN LATERAL (SELECT pg_get_functiondef(p.oid) AS definition) d
            WHERE p.oid IN (SELECT unnest(?::bigint[])::oid) AND p.prosqlbody IS NOT NULL
            ORDER BY n.nspname, p.proname, p.oid
            """;

    static final String AGGREGATES = """
            SELECT 'pg_proc'::regclass, p.oid, 'aggregate', '', NULL, NULL, NULL, NULL,
                   format(E'CREATE AGGREGATE %I.%I(%s) (\\n\\t%s\\n)', n.nspname, p.proname,
                       coalesce(nullif(pg_get_function_arguments(p.oid), ''), '*'), concat_ws(E',\\n\\t',
                       'SFUNC = ' || a.aggtransfn::regproc, 'STYPE = ' || format_type(a.aggtranstype, NULL),
                       'SSPACE = ' || nullif(a.aggtransspace, 0),
                       'FINALFUNC = ' || nullif(a.aggfinalfn, 0)::regproc,
                       CASE WHEN a.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
                       CASE WHEN a.aggfinalfn <> 0 AND a.aggfinalmodify <> CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END
                            THEN 'FINALFUNC_MODIFY = ' || CASE a.aggfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE'
                                                               ELSE 'READ_WRITE' END END,
                       'COMBINEFUNC = ' || nullif(a.aggcombinefn, 0)::regproc,
                       'SERIALFUNC = ' || nullif(a.aggserialfn, 0)::regproc,
                       'DESERIALFUNC = ' || nullif(a.aggdeserialfn, 0)::regproc,
                       'INITCOND = ' || quote_literal(a.agginitval),
                       'MSFUNC = ' || nullif(a.aggmtransfn, 0)::regproc, 'MINVFUNC = ' || nullif(a.aggminvtransfn, 0)::regproc,
                       CASE WHEN a.aggmtranstype <> 0 THEN 'MSTYPE = ' || format_type(a.aggmtranstype, NULL) END,
                       'MSSPACE = ' || nullif(a.aggmtransspace, 0),
                       'MFINALFUNC = ' || nullif(a.aggmfinalfn, 0)::regproc,
                       CASE WHEN a.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
                       CASE WHEN a.aggmfinalfn <> 0 AND a.aggmfinalmodify <> CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END
                            THEN 'MFINALFUNC_MODIFY = ' || CASE a.aggmfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE'
                                                                ELSE 'READ_WRITE' END END,
                       'MINITCOND = ' || quote_literal(a.aggminitval),
                       'SORTOP = ' || (SELECT format('OPERATOR(%I.%s)', sn.nspname, s.oprname) FROM pg_operator s
                                       JOIN pg_namespace sn ON sn.oid = s.oprnamespace WHERE s.oid = a.aggsortop),
                       CASE p.proparallel WHEN 's' THEN 'PARALLEL = SAFE' WHEN 'r' THEN 'PARALLEL = RESTRICTED' END,
                       CASE WHEN a.aggkind = 'h' THEN 'HYPOTHETICAL' END)),
                   format('AGGREGATE %I.%I(%s)', n.nspname, p.proname,
                          coalesce(nullif(pg_get_function_identity_arguments(p.oid), ''), '*')),
                   p.proowner, NULL, 'f'::"char", NULL,
                   CASE WHEN p.proacl IS NOT NULL THEN
                   (SELECT format(E';\\nREVOKE ALL ON FUNCTION %s FROM PUBLIC, %I', f.name, pg_get_userbyid(p.proowner))
                           || coalesce(
            """
            + GrantedBy.statements(
                    "p.proowner", "format('GRANT EXECUTE ON FUNCTION %s TO ', f.name) || " + GrantedBy.GRANTEE)
            + """
            , '')
                    FROM aclexplode(p.proacl) WITH ORDINALITY AS g(grantor, grantee, privilege_type, is_grantable, place)) END
            FROM pg_proc p
            JOIN pg_aggregate a ON a.aggfnoid = p.oid
            JOIN pg_namespace n ON n.oid = p.pronamespace
            CROSS JOIN LATERAL (SELECT format('%I.%I(%s)', n.nspname, p.proname, array_to_string(ARRAY(SELECT format_type(t, NULL)
                          FROM unnest(p.proargtypes) WITH ORDINALITY AS x(t, place) ORDER BY place), ', ')) AS name) f
            WHERE p.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY n.nspname, p.proname, p.oid
            """;

    static final String OPERATORS = """
            SELECT 'pg_operator'::regclass, o.oid, 'operator', '', NULL, NULL, NULL, NULL,
                   format(E'CREATE OPERATOR %I.%s (\\n\\t%s\\n)', n.nspname, o.oprname, concat_ws(E',\\n\\t',
                       'FUNCTION = ' || o.oprcode::regproc,
                       CASE WHEN o.oprleft <> 0 THEN 'LEFTARG = ' || format_type(o.oprleft, NULL) END,
                       CASE WHEN o.oprright <> 0 THEN 'RIGHTARG = ' || format_type(o.oprright, NULL) END,
                       'COMMUTATOR = ' || (SELECT format('OPERATOR(%I.%s)', xn.nspname, x.oprname) FROM pg_operator x
                                           JOIN pg_namespace xn ON xn.oid = x.oprnamespace WHERE x.oid = o.oprcom),
                       'NEGATOR = ' || (SELECT format('OPERATOR(%I.%s)', xn.nspname, x.oprname) FROM pg_operator x
                                        JOIN pg_namespace xn ON xn.oid = x.oprnamespace WHERE x.oid = o.oprnegate),
                       CASE WHEN o.oprrest <> 0 THEN 'RESTRICT = ' || o.oprrest::regproc END,
                       CASE WHEN o.oprjoin <> 0 THEN 'JOIN = ' || o.oprjoin::regproc END,
                       CASE WHEN o.oprcanhash THEN 'HASHES' END, CASE WHEN o.oprcanmerge THEN 'MERGES' END)),
                   format('OPERATOR %I.%s (%s, %s)', n.nspname, o.oprname,
                          CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END,
                          CASE WHEN o.oprright = 0 THEN 'NONE' ELSE format_type(o.oprright, NULL) END),
                   o.oprowner, NULL, NULL, NULL, NULL
            FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
            WHERE o.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY n.nspname, o.oprname, o.oid
            """;

    /** Types of the server may have casts of the user's too. */
    static final String CASTS = """
            SELECT 'pg_cast'::regclass, c.oid, 'cast', '', NULL, NULL, NULL, NULL,
                   format('CREATE CAST (%s)', k.types)
                   || CASE c.castmethod WHEN 'f' THEN ' WITH FUNCTION ' || c.castfunc::regprocedure WHEN 'i' THEN ' WITH INOUT'
                           ELSE ' WITHOUT FUNCTION' END
                   || CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END,
                   format('CAST (%s)', k.types), NULL::oid, NULL, NULL, NULL, NULL
            FROM pg_cast c
            CROSS JOIN LATERAL (
                SELECT format('%s AS %s', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)) AS types) k
            WHERE c.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY k.types
            """;

    private RoutineQueries() {}
}
