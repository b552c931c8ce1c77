package org.dtssync.app.structure;

/** Dependents of tables and views other than constraints and indexes, as PostgreSQL prints them. All but the first are post-data. */
final class TableQueries {

    static final String OWNED_SEQUENCES = """
            SELECT 'pg_class'::regclass::oid::bigint, c.oid::bigint, 'sequence-owner', format('%s.%s', sn.nspname, s.relname), 'pre-data', n.nspname, c.relname, NULL, NULL,
                   format('ALTER SEQUENCE %I.%I OWNED BY %I.%I.%I', sn.nspname, s.relname, n.nspname, c.relname, a.attname)
            FROM pg_depend d
            JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
            JOIN pg_namespace sn ON sn.oid = s.relnamespace
            JOIN pg_class c ON c.oid = d.refobjid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
            WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a'
              AND NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = d.classid AND i.objid = s.oid AND i.refclassid = d.classid
                              AND i.deptype = 'i')
              AND c.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY sn.nspname, s.relname
            """;

    /** Identity columns bring their sequence along, but not its comment and grants, nor another type than their own. */
    static final String IDENTITY_SEQUENCES = """
            SELECT 'pg_class'::regclass::oid::bigint, c.oid::bigint, 'identity-sequence', format('%s.%s', sn.nspname, s.relname), 'pre-data', n.nspname, c.relname, NULL, NULL,
                   concat_ws(E';\\n',
                       CASE WHEN q.seqtypid <> a.atttypid THEN
                           format('ALTER SEQUENCE %I.%I AS %s MINVALUE %s MAXVALUE %s', sn.nspname, s.relname, format_type(q.seqtypid, NULL),
                                  q.seqmin, q.seqmax) END,
                       format('COMMENT ON SEQUENCE %I.%I IS ', sn.nspname, s.relname)
                           || quote_literal(obj_description(s.oid, 'pg_class'))),
                   CASE WHEN s.relacl IS NULL THEN '' ELSE
                       format(E';\\nREVOKE ALL ON SEQUENCE %I.%I FROM PUBLIC, %I', sn.nspname, s.relname, pg_get_userbyid(s.relowner))
                       || coalesce((SELECT
            """
            + GrantedBy.statements(
                    "s.relowner",
                    "format('GRANT %s ON SEQUENCE %I.%I TO ', g.privilege_type, sn.nspname, s.relname) || "
                            + GrantedBy.GRANTEE)
            + """

                             FROM aclexplode(s.relacl) WITH ORDINALITY
                                 AS g(grantor, grantee, privilege_type, is_grantable, place)), '') END
            FROM pg_depend d
            JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
            JOIN pg_namespace sn ON sn.oid = s.relnamespace
            JOIN pg_sequence q ON q.seqrelid = s.oid
            JOIN pg_class c ON c.oid = d.refobjid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
            WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'i'
              AND c.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY sn.nspname, s.relname
            """;

    static final String STATISTICS = """
            SELECT 'pg_statistic_ext'::regclass::oid::bigint, x.oid::bigint, 'statistics', format('%s.%s', sn.nspname, x.stxname), 'post-data', n.nspname, c.relname, NULL, NULL,
                   pg_get_statisticsobjdef(x.oid)
                   || CASE WHEN x.stxstattarget >= 0
                           THEN format(E';\\nALTER STATISTICS %I.%I SET STATISTICS %s', sn.nspname, x.stxname, x.stxstattarget)
                           ELSE '' END
                   || coalesce(format(E';\\nCOMMENT ON STATISTICS %I.%I IS ', sn.nspname, x.stxname)
                               || quote_literal(obj_description(x.oid, 'pg_statistic_ext')), ''),
                   format(E';\\nALTER STATISTICS %I.%I OWNER TO %I', sn.nspname, x.stxname, pg_get_userbyid(x.stxowner))
            FROM pg_statistic_ext x
            JOIN pg_namespace sn ON sn.oid = x.stxnamespace
            JOIN pg_class c ON c.oid = x.stxrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY sn.nspname, x.stxname
            """;

    static final String RULES = """
            SELECT 'pg_rewrite'::regclass::oid::bigint, r.oid::bigint, 'rule', format('%s.%s.%s', n.nspname, c.relname, r.rulename), 'post-data', n.nspname, c.relname, NULL, NULL,
                   rtrim(pg_get_ruledef(r.oid), ';')
                   || CASE r.ev_enabled WHEN 'O' THEN ''
                           ELSE format(E';\\nALTER TABLE %I.%I %s RULE %I', n.nspname, c.relname,
                                       CASE r.ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA'
                                            ELSE 'ENABLE ALWAYS' END, r.rulename) END
                   || coalesce(format(E';\\nCOMMENT ON RULE %I ON %I.%I IS ', r.rulename, n.nspname, c.relname)
                               || quote_literal(obj_description(r.oid, 'pg_rewrite')), '')
            FROM pg_rewrite r
            JOIN pg_class c ON c.oid = r.ev_class
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE r.rulename <> '_RETURN' AND c.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY n.nspname, c.relname, r.rulename
            """;

    /** Triggers of partitions come with their root's. */
    static final String TRIGGERS = """
            SELECT 'pg_trigger'::regclass::oid::bigint, t.oid::bigint, 'trigger', format('%s.%s.%s', n.nspname, c.relname, t.tgname), 'post-data', n.nspname, c.relname, NULL, NULL,
                   pg_get_triggerdef(t.oid)
                   || coalesce(format(E';\\nCOMMENT ON TRIGGER %I ON %I.%I IS ', t.tgname, n.nspname, c.relname)
                               || quote_literal(obj_description(t.oid, 'pg_trigger')), '')
            FROM pg_trigger t
            JOIN pg_class c ON c.oid = t.tgrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND c.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY n.nspname, c.relname, t.tgname
            """;

    /** Each table's own state, a partition's too: it may differ from its root's. */
    static final String TRIGGER_STATES = """
            WITH RECURSIVE tree AS (
                SELECT t.oid, t.tgenabled <> 'O' AS changed, t.tgenabled, t.tgrelid, t.tgname
                FROM pg_trigger t WHERE NOT t.tgisinternal AND t.tgparentid = 0
                UNION ALL
                SELECT t.oid, tree.changed OR t.tgenabled <> 'O', t.tgenabled, t.tgrelid, t.tgname
                FROM pg_trigger t JOIN tree ON t.tgparentid = tree.oid
            )
            SELECT 'pg_class'::regclass::oid::bigint, c.oid::bigint, 'trigger-state', format('%s.%s.%s', n.nspname, c.relname, t.tgname), 'post-data', n.nspname, c.relname,
                   NULL, NULL,
                   format('ALTER TABLE ONLY %I.%I %s TRIGGER %I', n.nspname, c.relname,
                          CASE t.tgenabled WHEN 'O' THEN 'ENABLE' WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA'
                               ELSE 'ENABLE ALWAYS' END, t.tgname)
            FROM tree t
            JOIN pg_class c ON c.oid = t.tgrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE t.changed AND c.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY coalesce(array_length(ARRAY(SELECT pg_partition_ancestors(c.oid)), 1), 0), n.nspname, c.relname, t.tgname
            """;

    static final String POLICIES = """
            SELECT 'pg_policy'::regclass::oid::bigint, p.oid::bigint, 'policy', format('%s.%s.%s', n.nspname, c.relname, p.polname), 'post-data', n.nspname, c.relname, NULL, NULL,
                   format('CREATE POLICY %I ON %I.%I AS %s FOR %s TO %s', p.polname, n.nspname, c.relname,
                          CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
                          CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                               WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
                          (SELECT string_agg(CASE WHEN role = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END, ', '
                                             ORDER BY place) FROM unnest(p.polroles) WITH ORDINALITY AS r(role, place)))
                   || coalesce(E'\\n    USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
                   || coalesce(E'\\n    WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '')
                   || coalesce(format(E';\\nCOMMENT ON POLICY %I ON %I.%I IS ', p.polname, n.nspname, c.relname)
                               || quote_literal(obj_description(p.oid, 'pg_policy')), '')
            FROM pg_policy p
            JOIN pg_class c ON c.oid = p.polrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY n.nspname, c.relname, p.polname
            """;

    static final String ROW_SECURITY = """
            SELECT 'pg_class'::regclass::oid::bigint, c.oid::bigint, 'row-security', format('%s.%s', n.nspname, c.relname), 'post-data', n.nspname, c.relname, NULL, NULL,
                   concat_ws(E';\\n',
                       CASE WHEN c.relrowsecurity
                            THEN format('ALTER TABLE ONLY %I.%I ENABLE ROW LEVEL SECURITY', n.nspname, c.relname) END,
                       CASE WHEN c.relforcerowsecurity
                            THEN format('ALTER TABLE ONLY %I.%I FORCE ROW LEVEL SECURITY', n.nspname, c.relname) END)
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE (c.relrowsecurity OR c.relforcerowsecurity) AND c.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY n.nspname, c.relname
            """;

    /** Comments on what comes with something else: a parent's check, and a column that forbids NULL. */
    static final String CONSTRAINT_COMMENTS = """
            SELECT 'pg_class'::regclass::oid::bigint, c.oid::bigint, 'comment', format('%s.%s.%s', n.nspname, c.relname, con.conname),
                   'post-data', n.nspname, c.relname, NULL, NULL,
                   format('COMMENT ON CONSTRAINT %I ON %I.%I IS %L', con.conname, n.nspname, c.relname, d.description)
            FROM pg_constraint con
            JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = con.oid
            JOIN pg_class c ON c.oid = con.conrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid IN (SELECT unnest(?::bigint[])::oid)
              AND (con.contype = 'c' AND NOT con.conislocal OR con.contype = 'n' AND con.conislocal AND con.convalidated)
            ORDER BY n.nspname, c.relname, con.conname
            """;

    /** Views that are filled at the source. */
    static final String REFRESHES = """
            SELECT 'pg_class'::regclass::oid::bigint, c.oid::bigint, 'late-refresh', format('%s.%s', n.nspname, c.relname), 'post-data',
                   n.nspname, c.relname, NULL, NULL, format('REFRESH MATERIALIZED VIEW %I.%I', n.nspname, c.relname)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid IN (SELECT unnest(?::bigint[])::oid) AND c.relkind = 'm' AND c.relispopulated
            ORDER BY n.nspname, c.relname
            """;

    private TableQueries() {}
}
