package org.dtssync.app.structure;

/** What belongs to no table, as statements made from the catalog. */
final class DatabaseQueries {

    /** Extensions with the schema they live in; the server brings plpgsql itself. */
    static final String EXTENSIONS = """
            SELECT 'extension', e.extname, 'pre-data', NULL, NULL, NULL, NULL,
                   CASE WHEN n.nspname IN ('pg_catalog', 'public')
                             OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid
                                        AND d.deptype = 'e')
                        THEN '' ELSE format(E'CREATE SCHEMA IF NOT EXISTS %I;\\n', n.nspname) END
                   || format('CREATE EXTENSION IF NOT EXISTS %I', e.extname)
                   || CASE WHEN EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid
                                        AND d.deptype = 'e') OR n.nspname = 'pg_catalog'
                           THEN '' ELSE format(' SCHEMA %I', n.nspname) END
            FROM pg_extension e
            JOIN pg_namespace n ON n.oid = e.extnamespace
            WHERE e.extname <> 'plpgsql'
            ORDER BY e.oid
            """;

    /** Event triggers belong to the database; only those whose function is carried can be made. */
    static final String EVENT_TRIGGERS = """
            SELECT 'event-trigger', t.evtname, 'post-data', NULL, NULL, NULL, NULL,
                   format('CREATE EVENT TRIGGER %I ON %s', t.evtname, t.evtevent)
                   || coalesce(' WHEN TAG IN (' || (SELECT string_agg(quote_literal(tag), ', ') FROM unnest(t.evttags) AS tag)
                               || ')', '')
                   || format(' EXECUTE FUNCTION %I.%I()', n.nspname, p.proname)
                   || CASE t.evtenabled WHEN 'O' THEN ''
                           ELSE format(E';\\nALTER EVENT TRIGGER %I %s', t.evtname,
                                       CASE t.evtenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA'
                                            ELSE 'ENABLE ALWAYS' END) END
                   || coalesce(format(E';\\nCOMMENT ON EVENT TRIGGER %I IS %L', t.evtname,
                                      nullif(obj_description(t.oid, 'pg_event_trigger'), '')), ''),
                   format(E';\\nALTER EVENT TRIGGER %I OWNER TO %I', t.evtname, pg_get_userbyid(t.evtowner))
            FROM pg_event_trigger t
            JOIN pg_proc p ON p.oid = t.evtfoid
            JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname = ANY (?)
              AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_event_trigger'::regclass AND e.objid = t.oid
                              AND e.deptype = 'e')
            ORDER BY t.evtname
            """;

    /**
     * Default privileges come last, or they would be given to what is made here. Those of the whole database replace the
     * built-in ones, those of a schema add to them.
     */
    static final String DEFAULT_PRIVILEGES = """
            SELECT 'default-privileges',
                   concat_ws('.', pg_get_userbyid(d.defaclrole), n.nspname, k.word), 'post-data', NULL, NULL, NULL, NULL,
                   concat_ws(E';\\n',
                       CASE WHEN n.oid IS NULL THEN format('%s REVOKE ALL ON %s FROM PUBLIC, %I', k.prefix, k.word,
                                                          pg_get_userbyid(d.defaclrole)) END,
                       (SELECT string_agg(format('%s GRANT %s ON %s TO %s%s', k.prefix, a.privilege_type, k.word,
                                   CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
                                   CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END), E';\\n'
                                   ORDER BY a.grantee, a.privilege_type)
                        FROM aclexplode(d.defaclacl) a))
            FROM pg_default_acl d
            LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
            CROSS JOIN LATERAL (
                SELECT 'ALTER DEFAULT PRIVILEGES FOR ROLE ' || quote_ident(pg_get_userbyid(d.defaclrole))
                           || coalesce(' IN SCHEMA ' || quote_ident(n.nspname), '') AS prefix,
                       CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
                            WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END AS word
            ) k
            WHERE n.oid IS NULL OR n.nspname = ANY (?)
            ORDER BY 2
            """;

    /** Views that group by a key need that key to exist: the view and the key, by their names. */
    static final String VIEWS_WITH_KEYS = """
            SELECT DISTINCT n.nspname || '.' || c.relname, tn.nspname || '.' || t.relname || '.' || con.conname
            FROM pg_depend d
            JOIN pg_rewrite r ON r.oid = d.objid
            JOIN pg_class c ON c.oid = r.ev_class
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_constraint con ON con.oid = d.refobjid
            JOIN pg_class t ON t.oid = con.conrelid
            JOIN pg_namespace tn ON tn.oid = t.relnamespace
            WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_constraint'::regclass
            """;

    private DatabaseQueries() {}
}
