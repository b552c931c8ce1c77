package org.dtssync.app.inventory;

import static org.dtssync.app.inventory.InventoryQuery.objects;

import java.util.List;

/**
 * Objects of the database that have no schema, each with the SQL that makes it by hand. Passwords are never read. Objects that the
 * server itself brings have numbers below 16384.
 */
final class DatabaseObjectQueries {

    /** The server brings plpgsql. */
    private static final InventoryQuery EXTENSIONS = objects("""
            SELECT 'extension' AS kind, @id(pg_extension, e), @key(pg_extension, e), ARRAY['extension:' || e.extname] AS names,
                   ARRAY['EXTENSION ' || e.extname] AS targets,
                   format('CREATE EXTENSION %I SCHEMA %I;', e.extname, n.nspname) AS remedy
            FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql'
            """);

    /** A cast belongs to both its types. */
    private static final InventoryQuery CASTS = objects("""
            SELECT 'cast' AS kind, format('(%s AS %s)', t.source, t.target) AS identity, @key(pg_cast, c),
                   ARRAY[@part(pg_type, c.castsource), @part(pg_type, c.casttarget)] AS parents,
                   ARRAY[format('cast:%s AS %s', t.source, t.target)] AS names,
                   ARRAY[format('CAST (%s AS %s)', t.source, t.target)] AS targets,
                   format('CREATE CAST (%s AS %s) %s%s;', t.source, t.target,
                          CASE c.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::regprocedure WHEN 'i' THEN 'WITH INOUT'
                               ELSE 'WITHOUT FUNCTION' END,
                          CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END) AS remedy
            FROM pg_cast c
            CROSS JOIN LATERAL (SELECT format_type(c.castsource, NULL) AS source, format_type(c.casttarget, NULL) AS target) t
            WHERE c.oid >= 16384 AND @own(pg_cast, c)
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype = 'i')
            """);

    private static final InventoryQuery TRANSFORMS = objects("""
            SELECT 'transform' AS kind, format('for %s language %I', format_type(t.trftype, NULL), l.lanname) AS identity, @key(pg_transform, t), ARRAY[@part(pg_type, t.trftype)] AS parents,
                   ARRAY[format('transform:%s LANGUAGE %s', format_type(t.trftype, NULL), l.lanname)] AS names,
                   ARRAY[format('TRANSFORM FOR %s LANGUAGE %s', format_type(t.trftype, NULL), l.lanname)] AS targets,
                   format('CREATE TRANSFORM FOR %s LANGUAGE %I (%s);', format_type(t.trftype, NULL), l.lanname,
                          concat_ws(', ', 'FROM SQL WITH FUNCTION ' || nullif(t.trffromsql, 0)::regprocedure,
                                    'TO SQL WITH FUNCTION ' || nullif(t.trftosql, 0)::regprocedure)) AS remedy
            FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang WHERE @own(pg_transform, t)
            """);

    private static final InventoryQuery LANGUAGES = objects("""
            SELECT 'language' AS kind, @id(pg_language, l), @key(pg_language, l), ARRAY['language:' || l.lanname] AS names,
                   ARRAY['LANGUAGE ' || l.lanname] AS targets,
                   format('CREATE %sLANGUAGE %I HANDLER %s%s%s;', CASE WHEN l.lanpltrusted THEN 'TRUSTED ' ELSE '' END, l.lanname,
                          nullif(l.lanplcallfoid, 0)::regproc, ' INLINE ' || nullif(l.laninline, 0)::regproc,
                          ' VALIDATOR ' || nullif(l.lanvalidator, 0)::regproc) AS remedy
            FROM pg_language l WHERE l.oid >= 16384 AND @own(pg_language, l)
            """);

    private static final InventoryQuery ACCESS_METHODS = objects("""
            SELECT 'access method' AS kind, @id(pg_am, a), @key(pg_am, a), ARRAY['access-method:' || a.amname] AS names,
                   ARRAY['ACCESS METHOD ' || a.amname] AS targets,
                   format('CREATE ACCESS METHOD %I TYPE %s HANDLER %s;', a.amname, CASE a.amtype WHEN 't' THEN 'TABLE' ELSE 'INDEX' END,
                          a.amhandler) AS remedy
            FROM pg_am a WHERE a.oid >= 16384 AND @own(pg_am, a)
            """);

    private static final InventoryQuery WRAPPERS = objects("""
            SELECT 'foreign-data wrapper' AS kind, @id(pg_foreign_data_wrapper, w), @key(pg_foreign_data_wrapper, w),
                   ARRAY['foreign-data-wrapper:' || w.fdwname] AS names, ARRAY['FOREIGN DATA WRAPPER ' || w.fdwname] AS targets,
                   concat(format('CREATE FOREIGN DATA WRAPPER %I', w.fdwname), ' HANDLER ' || nullif(w.fdwhandler, 0)::regproc,
                          ' VALIDATOR ' || nullif(w.fdwvalidator, 0)::regproc, o.options, ';') AS remedy
            FROM pg_foreign_data_wrapper w
            CROSS JOIN LATERAL (SELECT ' OPTIONS (' || string_agg(@option(o), ', ') || ')' AS options FROM unnest(w.fdwoptions) o) o
            WHERE @own(pg_foreign_data_wrapper, w)
            """);

    private static final InventoryQuery SERVERS = objects("""
            SELECT 'foreign server' AS kind, @id(pg_foreign_server, s), @key(pg_foreign_server, s),
                   ARRAY['foreign-server:' || s.srvname, 'server:' || s.srvname] AS names, ARRAY['SERVER ' || s.srvname] AS targets,
                   concat(format('CREATE SERVER %I', s.srvname), ' TYPE ' || quote_literal(s.srvtype),
                          ' VERSION ' || quote_literal(s.srvversion), format(' FOREIGN DATA WRAPPER %I', w.fdwname), o.options, ';') AS remedy
            FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
            CROSS JOIN LATERAL (SELECT ' OPTIONS (' || string_agg(@option(o), ', ') || ')' AS options FROM unnest(s.srvoptions) o) o
            WHERE @own(pg_foreign_server, s)
            """);

    /** Its options hold passwords; only an owner of the server may read them, and nobody has to. */
    private static final InventoryQuery USER_MAPPINGS = objects("""
            SELECT 'user mapping' AS kind, format('%s on server %I', u.role, m.srvname) AS identity,
                   'pg_user_mapping'::regclass::oid::bigint AS catalog, m.umid::bigint AS oid,
                   ARRAY[@part(pg_foreign_server, m.srvid)] AS parents,
                   ARRAY[format('user-mapping:%s.%s', m.usename, m.srvname)] AS names,
                   ARRAY[format('CREATE USER MAPPING FOR %s SERVER %s', m.usename, m.srvname)] AS clauses,
                   format('CREATE USER MAPPING FOR %s SERVER %I OPTIONS (...); -- with the options it has at the source', u.role, m.srvname) AS remedy
            FROM pg_user_mappings m
            CROSS JOIN LATERAL (SELECT CASE m.umuser WHEN 0 THEN 'PUBLIC' ELSE quote_ident(m.usename) END AS role) u
            """);

    private static final InventoryQuery EVENT_TRIGGERS = objects("""
            SELECT 'event trigger' AS kind, @id(pg_event_trigger, t), @key(pg_event_trigger, t),
                   ARRAY['event-trigger:' || t.evtname] AS names, ARRAY['EVENT TRIGGER ' || t.evtname] AS targets,
                   concat(format('CREATE EVENT TRIGGER %I ON %s', t.evtname, t.evtevent),
                          ' WHEN TAG IN (' || (SELECT string_agg(quote_literal(tag), ', ') FROM unnest(t.evttags) AS tag) || ')',
                          format(' EXECUTE FUNCTION %s();', t.evtfoid::regproc)) AS remedy
            FROM pg_event_trigger t WHERE @own(pg_event_trigger, t) AND left(t.evtname, 10) <> '!dts_sync_'
            """);

    private static final InventoryQuery PUBLICATIONS = objects("""
            SELECT 'publication' AS kind, @id(pg_publication, p), @key(pg_publication, p), ARRAY['publication:' || p.pubname] AS names,
                   ARRAY['PUBLICATION ' || p.pubname] AS targets,
                   format('CREATE PUBLICATION %I%s WITH (publish = %L%s);', p.pubname, CASE WHEN p.puballtables THEN ' FOR ALL TABLES' ELSE '' END,
                          concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
                                    CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END),
                          CASE WHEN p.pubviaroot THEN ', publish_via_partition_root = true' ELSE '' END) AS remedy
            FROM pg_publication p WHERE p.pubname NOT LIKE 'dts@_sync@_%' ESCAPE '@' AND @own(pg_publication, p)
            """);

    /** Columns and rows are chosen since PostgreSQL 15; a partitioned table's rows are shown where it is published as a whole. */
    private static final InventoryQuery PUBLISHED_TABLES = objects("""
            SELECT 'published table' AS kind, @id(pg_publication_rel, r), @key(pg_publication_rel, r),
                   ARRAY[@part(pg_publication, p.oid), @part(pg_class, r.prrelid)] AS parents,
                   ARRAY[format('publication-table:%s.%s', p.pubname, r.prrelid::regclass)] AS names,
                   ARRAY[format('ALTER PUBLICATION %s ADD TABLE %s', p.pubname, r.prrelid::regclass)] AS clauses,
                   concat(format('ALTER PUBLICATION %I ADD TABLE ONLY %s', p.pubname, r.prrelid::regclass),
                          ' (' || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
                                   WHERE a.attrelid = r.prrelid AND to_jsonb(r) -> 'prattrs' @> to_jsonb(a.attnum)) || ')',
                          ' WHERE (' || (SELECT min(to_jsonb(t) ->> 'rowfilter') FROM pg_publication_tables t
                                         WHERE t.pubname = p.pubname
                                           AND format('%I.%I', t.schemaname, t.tablename)::regclass = r.prrelid) || ')', ';') AS remedy
            FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
            WHERE p.pubname NOT LIKE 'dts@_sync@_%' ESCAPE '@'
            """);

    private static final InventoryQuery PUBLISHED_SCHEMAS = objects("""
            SELECT 'published schema' AS kind, @id(pg_publication_namespace, r), @key(pg_publication_namespace, r),
                   ARRAY[@part(pg_publication, p.oid), @part(pg_namespace, n.oid)] AS parents,
                   ARRAY[format('publication-schema:%s.%s', p.pubname, n.nspname)] AS names,
                   ARRAY[format('ALTER PUBLICATION %s ADD TABLES IN SCHEMA %s', p.pubname, n.nspname)] AS clauses,
                   format('ALTER PUBLICATION %I ADD TABLES IN SCHEMA %I;', p.pubname, n.nspname) AS remedy
            FROM pg_publication_namespace r JOIN pg_publication p ON p.oid = r.pnpubid JOIN pg_namespace n ON n.oid = r.pnnspid
            """).from(15);

    /** How it connects holds a password. */
    private static final InventoryQuery SUBSCRIPTIONS = objects("""
            SELECT 'subscription' AS kind, @id(pg_subscription, s), @key(pg_subscription, s), ARRAY['subscription:' || s.subname] AS names,
                   ARRAY['SUBSCRIPTION ' || s.subname] AS targets,
                   format('CREATE SUBSCRIPTION %I CONNECTION ''...'' PUBLICATION %s WITH (connect = false); -- with the connection it has at the source',
                          s.subname, (SELECT string_agg(quote_ident(p), ', ') FROM unnest(s.subpublications) p)) AS remedy
            FROM pg_subscription s WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
            """);

    /** There may be millions of them: one row per owner and grants. */
    private static final InventoryQuery LARGE_OBJECTS = objects("""
            SELECT 'large object' AS kind, CASE WHEN count(*) = 1 THEN min(l.oid)::text
                       ELSE format('%s to %s of %s', min(l.oid), max(l.oid), pg_get_userbyid(l.lomowner)) END AS identity,
                   'pg_largeobject'::regclass::oid::bigint AS catalog, min(l.oid)::bigint AS oid,
                   array_agg('LARGE OBJECT ' || l.oid) FILTER (WHERE l.lomacl IS NOT NULL) AS targets, count(*) AS count,
                   'pg_dump --large-objects --data-only, while no application writes: changes of large objects are not in the stream' AS remedy
            FROM pg_largeobject_metadata l GROUP BY l.lomowner, l.lomacl
            """);

    private static final InventoryQuery DEFAULT_PRIVILEGES = objects("""
            SELECT 'default privileges' AS kind, @id(pg_default_acl, d), @key(pg_default_acl, d),
                   CASE WHEN n.oid IS NOT NULL THEN ARRAY[@part(pg_namespace, n.oid)] END AS parents,
                   ARRAY['default-privileges:' || concat_ws('.', pg_get_userbyid(d.defaclrole), n.nspname, k.word)] AS names,
                   ARRAY[concat('ALTER DEFAULT PRIVILEGES FOR ROLE ', pg_get_userbyid(d.defaclrole), ' IN SCHEMA ' || n.nspname)] AS clauses,
                   (SELECT string_agg(format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s GRANT %s ON %s TO %s;', pg_get_userbyid(d.defaclrole),
                               ' IN SCHEMA ' || quote_ident(n.nspname), a.privilege_type, k.word,
                               CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END), E'\\n')
                    FROM aclexplode(d.defaclacl) a) AS remedy
            FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
            CROSS JOIN LATERAL (SELECT CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
                                            WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END AS word) k
            """);

    private DatabaseObjectQueries() {}

    static List<InventoryQuery> all() {
        return List.of(
                EXTENSIONS,
                CASTS,
                TRANSFORMS,
                LANGUAGES,
                ACCESS_METHODS,
                WRAPPERS,
                SERVERS,
                USER_MAPPINGS,
                EVENT_TRIGGERS,
                PUBLICATIONS,
                PUBLISHED_TABLES,
                PUBLISHED_SCHEMAS,
                SUBSCRIPTIONS,
                LARGE_OBJECTS,
                DEFAULT_PRIVILEGES);
    }
}
