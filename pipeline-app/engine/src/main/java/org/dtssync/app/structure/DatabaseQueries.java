package org.dtssync.app.structure;

/** Objects that belong to no table, as statements generated from the catalog. */
final class DatabaseQueries {

    /** Extensions with the schema they live in; the server brings plpgsql itself. Only their owner may change their comment. */
    static final String EXTENSIONS = """
            SELECT 'pg_extension'::regclass::oid::bigint, e.oid::bigint, 'extension', e.extname, 'pre-data', NULL, NULL, NULL, NULL,
                   CASE WHEN n.nspname IN ('pg_catalog', 'public')
                             OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid
                                        AND d.deptype = 'e')
                        THEN '' ELSE format(E'CREATE SCHEMA IF NOT EXISTS %I;\\n', n.nspname) END
                   || format('CREATE EXTENSION IF NOT EXISTS %I', e.extname)
                   || CASE WHEN EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid
                                        AND d.deptype = 'e') OR n.nspname = 'pg_catalog'
                           THEN '' ELSE format(' SCHEMA %I', n.nspname) END
                   || CASE WHEN obj_description(e.oid, 'pg_extension') IS DISTINCT FROM a.comment
                           THEN format(E';\\nCOMMENT ON EXTENSION %I IS %L', e.extname, obj_description(e.oid, 'pg_extension'))
                           ELSE '' END
            FROM pg_extension e
            JOIN pg_namespace n ON n.oid = e.extnamespace
            LEFT JOIN pg_available_extensions a ON a.name = e.extname
            WHERE e.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY e.extname
            """;

    /**
     * Operator families with what belongs to the family alone, then classes with their own members; those of extensions come
     * with them.
     */
    static final String OPERATOR_CLASSES = """
            WITH wanted AS (
                SELECT ?::bigint[]::oid[] AS oids
            ), members AS (
                SELECT d.refclassid, d.refobjid, 1 AS sort, o.amopstrategy AS number,
                       format('OPERATOR %s %s (%s, %s)%s', o.amopstrategy,
                              (SELECT format('%I.%s', n.nspname, p.oprname) FROM pg_operator p
                               JOIN pg_namespace n ON n.oid = p.oprnamespace WHERE p.oid = o.amopopr),
                              format_type(o.amoplefttype, NULL), format_type(o.amoprighttype, NULL),
                              CASE WHEN o.amoppurpose = 'o' THEN
                                  (SELECT format(' FOR ORDER BY %I.%I', n.nspname, f.opfname) FROM pg_opfamily f
                                   JOIN pg_namespace n ON n.oid = f.opfnamespace WHERE f.oid = o.amopsortfamily)
                              ELSE '' END) AS member
                FROM pg_amop o
                JOIN pg_depend d ON d.classid = 'pg_amop'::regclass AND d.objid = o.oid
                     AND d.refclassid IN ('pg_opclass'::regclass, 'pg_opfamily'::regclass)
                UNION ALL
                SELECT d.refclassid, d.refobjid, 2, p.amprocnum,
                       format('FUNCTION %s (%s, %s) %s', p.amprocnum, format_type(p.amproclefttype, NULL),
                              format_type(p.amprocrighttype, NULL), p.amproc::regprocedure)
                FROM pg_amproc p
                JOIN pg_depend d ON d.classid = 'pg_amproc'::regclass AND d.objid = p.oid
                     AND d.refclassid IN ('pg_opclass'::regclass, 'pg_opfamily'::regclass)
            ), families AS (
                SELECT f.oid, n.nspname, f.opfname, am.amname, f.opfowner,
                       format('%I.%I USING %I', n.nspname, f.opfname, am.amname) AS sql
                FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am am ON am.oid = f.opfmethod
            )
            SELECT 'pg_opfamily'::regclass::oid::bigint, f.oid::bigint, 'operator-family', format('%s.%s(%s)', f.nspname, f.opfname, f.amname), 'pre-data', NULL, NULL, NULL, NULL,
                   'CREATE OPERATOR FAMILY ' || f.sql
                   || coalesce(format(E';\\nALTER OPERATOR FAMILY %s ADD ', f.sql)
                               || (SELECT string_agg(m.member, ', ' ORDER BY m.sort, m.number, m.member) FROM members m
                                   WHERE m.refclassid = 'pg_opfamily'::regclass AND m.refobjid = f.oid), '')
                   || coalesce(format(E';\\nCOMMENT ON OPERATOR FAMILY %s IS ', f.sql)
                               || quote_literal(obj_description(f.oid, 'pg_opfamily')), ''),
                   format(E';\\nALTER OPERATOR FAMILY %s OWNER TO %I', f.sql, pg_get_userbyid(f.opfowner))
            FROM wanted JOIN families f ON f.oid = ANY (wanted.oids)
            UNION ALL
            SELECT 'pg_opclass'::regclass::oid::bigint, c.oid::bigint, 'operator-class', format('%s.%s(%s)', n.nspname, c.opcname, f.amname), 'pre-data', NULL, NULL, NULL, NULL,
                   format('CREATE OPERATOR CLASS %I.%I%s FOR TYPE %s USING %I FAMILY %I.%I AS ', n.nspname, c.opcname,
                          CASE WHEN c.opcdefault THEN ' DEFAULT' ELSE '' END, format_type(c.opcintype, NULL), f.amname,
                          f.nspname, f.opfname)
                   || concat_ws(', ', CASE WHEN c.opckeytype <> 0 THEN 'STORAGE ' || format_type(c.opckeytype, NULL) END,
                          (SELECT string_agg(m.member, ', ' ORDER BY m.sort, m.number, m.member) FROM members m
                           WHERE m.refclassid = 'pg_opclass'::regclass AND m.refobjid = c.oid))
                   || coalesce(format(E';\\nCOMMENT ON OPERATOR CLASS %I.%I USING %I IS ', n.nspname, c.opcname, f.amname)
                               || quote_literal(obj_description(c.oid, 'pg_opclass')), ''),
                   format(E';\\nALTER OPERATOR CLASS %I.%I USING %I OWNER TO %I', n.nspname, c.opcname, f.amname,
                          pg_get_userbyid(c.opcowner))
            FROM wanted JOIN pg_opclass c ON c.oid = ANY (wanted.oids)
            JOIN pg_namespace n ON n.oid = c.opcnamespace JOIN families f ON f.oid = c.opcfamily
            ORDER BY 3 DESC, 4
            """;

    /** Event triggers belong to the database. They act only once it is open for applications. */
    static final String EVENT_TRIGGERS = """
            SELECT 'pg_event_trigger'::regclass::oid::bigint, t.oid::bigint, 'event-trigger', t.evtname, 'post-data', NULL, NULL, NULL, NULL,
                   format('CREATE EVENT TRIGGER %I ON %s', t.evtname, t.evtevent)
                   || coalesce(' WHEN TAG IN (' || (SELECT string_agg(quote_literal(tag), ', ') FROM unnest(t.evttags) AS tag)
                               || ')', '')
                   || format(E' EXECUTE FUNCTION %I.%I();\\nALTER EVENT TRIGGER %I DISABLE', n.nspname, p.proname, t.evtname)
                   || coalesce(format(E';\\nCOMMENT ON EVENT TRIGGER %I IS ', t.evtname)
                               || quote_literal(obj_description(t.oid, 'pg_event_trigger')), ''),
                   format(E';\\nALTER EVENT TRIGGER %I OWNER TO %I', t.evtname, pg_get_userbyid(t.evtowner))
            FROM pg_event_trigger t
            JOIN pg_proc p ON p.oid = t.evtfoid
            JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE t.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY t.evtname
            """;

    /** What is dropped together with an extension; a function keeps this when it is replaced. */
    static final String EXTENSION_DEPENDENCIES = """
            SELECT d.classid::bigint, d.objid::bigint, 'extension-dependency', translate(concat(o.identity, ' on ', e.extname), '"', ''),
                   'post-data',
                   NULL, NULL, NULL, NULL, format('ALTER %s %s DEPENDS ON EXTENSION %I', upper(o.type), o.identity, e.extname)
            FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
            CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) o
            WHERE d.deptype = 'x' AND d.refclassid = 'pg_extension'::regclass AND e.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY o.type, o.identity, e.extname
            """;

    static final String EVENT_TRIGGER_STATES =
            """
            SELECT 'pg_event_trigger'::regclass::oid::bigint, t.oid::bigint, 'late-event-trigger-state', t.evtname, 'post-data',
                   NULL, NULL, NULL, NULL,
                   format(E'ALTER EVENT TRIGGER %I %s', t.evtname,
                          CASE t.evtenabled WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END) ||
            """ + Withdrawal.sql("format('ALTER EVENT TRIGGER %I DISABLE', t.evtname)") + """

            FROM pg_event_trigger t
            WHERE t.oid IN (SELECT unnest(?::bigint[])::oid) AND t.evtenabled <> 'D'
            ORDER BY t.evtname
            """;

    /**
     * Default privileges come last, or they would apply to what is created here. Those of the whole database replace the
     * built-in ones, those of a schema add to them.
     */
    static final String DEFAULT_PRIVILEGES = """
            SELECT 0::bigint, d.oid::bigint, 'default-privileges',
                   concat_ws('.', pg_get_userbyid(d.defaclrole), n.nspname, k.word), 'post-data', NULL, NULL, NULL, NULL,
                   concat_ws(E';\\n',
                       CASE WHEN n.oid IS NULL THEN format('%s REVOKE ALL ON %s FROM PUBLIC, %I', k.prefix, k.word,
                                                          pg_get_userbyid(d.defaclrole)) END,
                       (SELECT string_agg(format('%s GRANT %s ON %s TO %s%s', k.prefix, a.privilege_type, k.word,
                                   CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
                                   CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END), E';\\n'
                                   ORDER BY a.place)
                        FROM aclexplode(d.defaclacl) WITH ORDINALITY
                            AS a(grantor, grantee, privilege_type, is_grantable, place)))
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

    /**
     * A schema may exist already, since every database has public and extensions create theirs. Whom public belongs to by default depends on
     * the version of the server (10 is the superuser of initdb), and only its owner may change that.
     */
    static final String SCHEMAS = """
            SELECT 'pg_namespace'::regclass, n.oid, 'schema', n.nspname::text, NULL, NULL, NULL, NULL,
                   format('CREATE SCHEMA IF NOT EXISTS %I', n.nspname), format('SCHEMA %I', n.nspname),
                   CASE WHEN n.nspname = 'public' AND (n.nspowner = 10 OR pg_get_userbyid(n.nspowner) = 'pg_database_owner')
                        THEN NULL ELSE n.nspowner END,
                   CASE WHEN n.nspname = 'public' THEN ARRAY(
                       SELECT a FROM unnest(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
                       WHERE NOT EXISTS (SELECT FROM aclexplode(ARRAY[a]) e
                                         WHERE e.grantee = n.nspowner
                                           AND (n.nspowner = 10 OR pg_get_userbyid(n.nspowner) = 'pg_database_owner')))
                       ELSE n.nspacl END,
                   'n'::"char", NULL, NULL
            FROM pg_namespace n
            WHERE n.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY n.nspname
            """;

    private DatabaseQueries() {}
}
