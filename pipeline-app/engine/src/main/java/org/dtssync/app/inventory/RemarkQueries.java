package org.dtssync.app.inventory;

/** Comments, labels and grants: what any object can have, and what belongs to the object with their key. */
final class RemarkQueries {

    /** Extensions bring comments of their own; schema public of a new database has one too. */
    static final String COMMENTS = """
            SELECT d.classoid::bigint AS catalog, d.objoid::bigint AS oid, d.objsubid AS part, i.type AS kind,
                   -- Versions differ in what they call a transform.
                   CASE i.type WHEN 'transform' THEN replace(i.identity, ' on language ', ' language ') ELSE i.identity END AS identity,
                   e.extname IS NOT NULL AND d.description = (SELECT comment FROM pg_available_extensions v WHERE v.name = e.extname) AS implied,
                   d.description AS text
            FROM pg_description d
            CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
            LEFT JOIN pg_extension e ON d.classoid = 'pg_extension'::regclass AND e.oid = d.objoid
            WHERE (d.objoid >= 16384 OR d.classoid = 'pg_namespace'::regclass AND i.identity = 'public'
                                        AND d.description <> 'standard public schema')
              AND coalesce(i.schema, '') NOT IN ('dts_sync', 'information_schema') AND coalesce(i.schema, '') !~ '^pg_'
              AND i.identity <> 'dts_sync'
              AND NOT EXISTS (SELECT FROM pg_depend own WHERE own.classid = d.classoid AND own.objid = d.objoid AND own.deptype = 'e')
            UNION ALL
            SELECT classoid::bigint, objoid::bigint, 0, 'database', quote_ident(current_database()), false, description FROM pg_shdescription
            WHERE classoid = 'pg_database'::regclass AND objoid = (SELECT oid FROM pg_database WHERE datname = current_database())
            """;

    static final String LABELS = """
            SELECT l.classoid::bigint AS catalog, l.objoid::bigint AS oid, l.objsubid AS part, i.type AS kind, i.identity,
                   false AS implied, l.label AS text, l.provider
            FROM pg_seclabel l CROSS JOIN LATERAL pg_identify_object(l.classoid, l.objoid, l.objsubid) i
            UNION ALL
            SELECT classoid::bigint, objoid::bigint, 0, 'database', quote_ident(current_database()), false, label, provider FROM pg_shseclabel
            WHERE classoid = 'pg_database'::regclass AND objoid = (SELECT oid FROM pg_database WHERE datname = current_database())
            """;

    /**
     * Everything whose privileges are not those it was created with. What the server and extensions bring counts if a user has
     * changed it since. What schema public is created with depends on the version, so it is always there. The owner's own privileges are
     * implied, so they are left out.
     */
    static final String GRANTS = """
            WITH granted AS (
                SELECT 'pg_class'::regclass AS class, oid, 0 AS part, relacl AS acl, relowner AS owner, CASE relkind WHEN 'S' THEN 's' ELSE 'r' END AS type
                FROM pg_class WHERE relpersistence <> 't' AND relkind <> 't'
                UNION ALL SELECT 'pg_class'::regclass, c.oid, a.attnum, a.attacl, c.relowner, 'c'
                FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND c.relpersistence <> 't'
                UNION ALL SELECT 'pg_proc'::regclass, oid, 0, proacl, proowner, 'f' FROM pg_proc
                -- A multirange has its range's, since PostgreSQL 17 no others.
                UNION ALL SELECT 'pg_type'::regclass, oid, 0, typacl, typowner, 'T' FROM pg_type WHERE typtype <> 'm'
                UNION ALL SELECT 'pg_namespace'::regclass, n.oid, 0,
                       -- The right to create objects that our own account was granted is no right of an application.
                       CASE WHEN n.nspacl IS NOT NULL THEN ARRAY(
                           SELECT a FROM unnest(n.nspacl) a
                           WHERE NOT (n.nspname = 'public' AND EXISTS (
                               SELECT FROM aclexplode(ARRAY[a]) e
                               WHERE e.grantee <> n.nspowner
                                 AND e.grantee = (SELECT oid FROM pg_roles WHERE rolname = current_user)))) END,
                       n.nspowner, 'n' FROM pg_namespace n
                UNION ALL SELECT 'pg_language'::regclass, oid, 0, lanacl, lanowner, 'l' FROM pg_language
                UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid, 0, fdwacl, fdwowner, 'F' FROM pg_foreign_data_wrapper
                UNION ALL SELECT 'pg_foreign_server'::regclass, oid, 0, srvacl, srvowner, 'S' FROM pg_foreign_server
                UNION ALL SELECT 'pg_largeobject'::regclass, oid, 0, lomacl, lomowner, 'L' FROM pg_largeobject_metadata
                UNION ALL SELECT 'pg_database'::regclass, d.oid, 0,
                       -- What our own account was granted to do its work is no right of an application.
                       CASE WHEN d.datacl IS NOT NULL THEN ARRAY(
                           SELECT a FROM unnest(d.datacl) a
                           WHERE NOT EXISTS (SELECT FROM aclexplode(ARRAY[a]) e
                                             WHERE e.grantee <> d.datdba
                                               AND e.grantee = (SELECT oid FROM pg_roles WHERE rolname = current_user))) END,
                       d.datdba, 'd' FROM pg_database d WHERE d.datname = current_database()
            ), judged AS (
                SELECT g.*, coalesce(p.initprivs, CASE WHEN g.type <> 'c' THEN acldefault(g.type::"char", g.owner) END) AS initial,
                       p.objoid IS NOT NULL AND g.type <> 'n' OR g.oid < 16384 AND g.type NOT IN ('n', 'd')
                           OR EXISTS (SELECT FROM pg_depend e WHERE e.classid = g.class AND e.objid = g.oid AND e.deptype = 'e') AS brought
                FROM granted g
                LEFT JOIN pg_init_privs p ON p.classoid = g.class AND p.objoid = g.oid AND p.objsubid = g.part
                WHERE g.acl IS NOT NULL
            ), changed AS (
                SELECT *, ARRAY(SELECT a::text FROM unnest(acl) a ORDER BY 1) <> ARRAY(SELECT a::text FROM unnest(initial) a ORDER BY 1) AS changed
                FROM judged
            )
            SELECT c.class::oid::bigint AS catalog, c.oid::bigint AS oid, c.part, i.type AS kind, i.identity, c.brought, c.changed,
                   ARRAY(SELECT concat(CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END, '=',
                                       a.privilege_type, CASE WHEN a.is_grantable THEN '*' ELSE '' END)
                         FROM aclexplode(c.acl) a WHERE a.grantee <> c.owner ORDER BY 1) AS grants,
                   ARRAY(SELECT concat(CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END, '=',
                                       a.privilege_type, CASE WHEN a.is_grantable THEN '*' ELSE '' END)
                         FROM aclexplode(c.initial) a WHERE a.grantee <> c.owner ORDER BY 1) AS initial
            FROM changed c CROSS JOIN LATERAL pg_identify_object(c.class, c.oid, c.part) i
            WHERE (c.changed OR c.class = 'pg_namespace'::regclass AND i.identity = 'public')
              AND coalesce(i.schema, '') NOT IN ('dts_sync', 'information_schema') AND coalesce(i.schema, '') !~ '^pg_(toast|temp)'
              AND i.identity NOT IN ('dts_sync', 'information_schema')
            ORDER BY 1, 2, 3
            """;

    /**
     * Tables of extensions that hold what people entered: each with its condition. A table that a person added to an extension is no
     * different in the catalog from one that the extension brought, with its rows or without; what such a large one holds is not read.
     */
    static final String CONFIGURATION_TABLES = """
            SELECT e.extname, n.nspname, c.relname, coalesce(x.condition, '') AS condition, c.oid::bigint AS oid,
                   'pg_class'::regclass::oid::bigint AS catalog,
                   has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE') AS readable
            FROM pg_extension e CROSS JOIN LATERAL unnest(e.extconfig, e.extcondition) x(relation, condition)
            JOIN pg_class c ON c.oid = x.relation JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p')
            UNION ALL
            SELECT e.extname, n.nspname, c.relname, '', c.oid::bigint, 'pg_class'::regclass::oid::bigint,
                   pg_table_size(c.oid) < 10000000
            FROM pg_extension e
            JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
                AND d.classid = 'pg_class'::regclass
            JOIN pg_class c ON c.oid = d.objid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND c.oid <> ALL (coalesce(e.extconfig, '{}'))
              AND has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE')
            ORDER BY 1, 2, 3
            """;

    /** What needs what, among objects that users created. */
    static final String DEPENDENCIES = """
            SELECT classid::bigint, objid::bigint, refclassid::bigint, refobjid::bigint, deptype = 'i' OR deptype = 'a'
            FROM pg_depend WHERE objid >= 16384 AND refobjid >= 16384 AND (classid <> refclassid OR objid <> refobjid)
              AND deptype <> 'e' AND deptype <> 'x'
            """;

    private RemarkQueries() {}
}
