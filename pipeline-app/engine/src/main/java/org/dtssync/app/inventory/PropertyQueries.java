package org.dtssync.app.inventory;

import static org.dtssync.app.inventory.InventoryQuery.properties;

import java.util.List;

/** Settings of objects that are changed by statements of their own. Each belongs to the object whose key it has. */
final class PropertyQueries {

    /** The value of a sequence is no part of any statement. */
    private static final InventoryQuery SEQUENCE_VALUES = properties("""
            SELECT 'sequence value' AS kind, @id(pg_class, c), @key(pg_class, c), ARRAY[@part(pg_class, c.oid)] AS parents, true AS implied
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND @user(n) AND @own(pg_class, c)
            """);

    /** Rows that no stream contains: the changes of unlogged tables are not in the WAL, and generated values are not sent. */
    private static final InventoryQuery UNSENT_ROWS = properties("""
            SELECT CASE c.relpersistence WHEN 'u' THEN 'unlogged rows' ELSE 'rows without sent columns' END AS kind,
                   @id(pg_class, c), @key(pg_class, c), ARRAY[@part(pg_class, c.oid)] AS parents, true AS implied
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't' AND @user(n) AND @own(pg_class, c)
              AND (c.relpersistence = 'u' OR NOT EXISTS (
                  SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''))
            """);

    private static final InventoryQuery OWNED_SEQUENCES = properties("""
            SELECT 'sequence owner' AS kind, @id(pg_class, c), @key(pg_class, c), ARRAY[@part(pg_class, c.oid)] AS parents,
                   ARRAY['sequence-owner:' || n.nspname || '.' || c.relname] AS names,
                   ARRAY[format('ALTER SEQUENCE %s.%s OWNED BY', n.nspname, c.relname)] AS clauses,
                   format('ALTER SEQUENCE %I.%I OWNED BY %s.%I;', n.nspname, c.relname, t.oid::regclass, a.attname) AS remedy
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a'
            JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
            WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND @user(n) AND @own(pg_class, c)
            """);

    private static final InventoryQuery PARTITIONS = properties("""
            SELECT 'partition of a table' AS kind, @id(pg_class, c), @key(pg_class, c), ARRAY[@part(pg_class, c.oid)] AS parents,
                   ARRAY[format('ALTER TABLE %s.%s ATTACH PARTITION %s.%s', pn.nspname, p.relname, n.nspname, c.relname)] AS clauses,
                   ARRAY['PARTITION OF ' || pn.nspname || '.' || p.relname] AS contents,
                   format('ALTER TABLE %I.%I ATTACH PARTITION %I.%I %s;', pn.nspname, p.relname, n.nspname, c.relname,
                          pg_get_expr(c.relpartbound, c.oid)) AS remedy
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_inherits i ON i.inhrelid = c.oid
            JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
            WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f') AND @user(n) AND @own(pg_class, c)
            """);

    private static final InventoryQuery ATTACHED_INDEXES = properties("""
            SELECT 'partition of an index' AS kind, @id(pg_class, c), @key(pg_class, c), ARRAY[@part(pg_class, c.oid)] AS parents,
                   ARRAY['attached-index:' || n.nspname || '.' || c.relname] AS names,
                   ARRAY[format('ALTER INDEX %s.%s ATTACH PARTITION %s.%s', pn.nspname, p.relname, n.nspname, c.relname)] AS clauses,
                   format('ALTER INDEX %I.%I ATTACH PARTITION %I.%I;', pn.nspname, p.relname, n.nspname, c.relname) AS remedy
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_inherits i ON i.inhrelid = c.oid
            JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
            WHERE c.relkind IN ('i', 'I') AND @user(n) AND @own(pg_class, c)
            """);

    private static final InventoryQuery TABLE_SETTINGS = properties("""
            SELECT s.kind, @id(pg_class, c), @key(pg_class, c), ARRAY[@part(pg_class, c.oid)] AS parents,
                   ARRAY[format('ALTER %s %s.%s %s', k.word, n.nspname, c.relname, s.clause)] AS clauses,
                   s.contents, s.implied, format('ALTER %s %I.%I %s;', k.word, n.nspname, c.relname, s.sql) AS remedy
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_am m ON m.oid = c.relam LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace
            LEFT JOIN pg_index ri ON ri.indrelid = c.oid AND ri.indisreplident LEFT JOIN pg_class rc ON rc.oid = ri.indexrelid
            LEFT JOIN pg_index ci ON ci.indrelid = c.oid AND ci.indisclustered LEFT JOIN pg_class cc ON cc.oid = ci.indexrelid
            CROSS JOIN LATERAL (SELECT CASE c.relkind WHEN 'i' THEN 'INDEX' WHEN 'I' THEN 'INDEX' WHEN 'v' THEN 'VIEW'
                                            WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END AS word) k
            CROSS JOIN LATERAL (
                SELECT 'row security' AS kind, 'ENABLE ROW LEVEL SECURITY' AS clause,
                       'ENABLE ROW LEVEL SECURITY' AS sql, NULL::text[] AS contents, false AS implied WHERE c.relrowsecurity
                UNION ALL
                SELECT 'forced row security', 'FORCE ROW LEVEL SECURITY', 'FORCE ROW LEVEL SECURITY', NULL, false WHERE c.relforcerowsecurity
                UNION ALL
                SELECT 'replica identity', 'REPLICA IDENTITY', 'REPLICA IDENTITY ' || CASE c.relreplident WHEN 'f' THEN 'FULL'
                           WHEN 'n' THEN 'NOTHING' ELSE format('USING INDEX %I', rc.relname) END, NULL, false
                WHERE c.relreplident <> 'd' AND c.relkind IN ('r', 'p')
                UNION ALL
                SELECT 'cluster mark', 'CLUSTER ON', format('CLUSTER ON %I', cc.relname), NULL, false WHERE cc.oid IS NOT NULL
                UNION ALL
                SELECT 'table access method', 'SET ACCESS METHOD ' || m.amname, format('SET ACCESS METHOD %I', m.amname), ARRAY['USING ' || m.amname], false
                WHERE c.relkind IN ('r', 'm', 'p') AND m.amname <> 'heap'
                UNION ALL
                SELECT 'tablespace', 'SET TABLESPACE ' || ts.spcname, format('SET TABLESPACE %I', ts.spcname), ARRAY['TABLESPACE ' || ts.spcname], false
                WHERE ts.oid IS NOT NULL
                UNION ALL
                SELECT 'unlogged', 'SET UNLOGGED', 'SET UNLOGGED', ARRAY['UNLOGGED'], c.relkind IN ('i', 'I', 'S') WHERE c.relpersistence = 'u' AND c.relkind IN ('r', 'p')
                UNION ALL
                SELECT 'storage parameters', 'SET (' || o.names[1], format('SET (%s)', o.list), o.names, false
                FROM (SELECT array_agg(split_part(opt, '=', 1)) AS names,
                             string_agg(format('%s = %L', split_part(opt, '=', 1), substr(opt, strpos(opt, '=') + 1)), ', ') AS list
                      FROM unnest(c.reloptions) opt WHERE opt NOT LIKE 'check_option=%') o WHERE o.list IS NOT NULL
            ) s
            WHERE c.relpersistence <> 't' AND c.relkind IN ('r', 'p', 'm', 'v', 'i', 'I') AND @user(n) AND @own(pg_class, c)
              AND NOT EXISTS (SELECT FROM pg_class t JOIN pg_index x ON x.indrelid = t.oid WHERE x.indexrelid = c.oid AND t.relkind = 't')
            """);

    private static final InventoryQuery COLUMN_SETTINGS = properties("""
            SELECT s.kind, format('%I.%I.%I', n.nspname, c.relname, a.attname) AS identity, @key(pg_class, c),
                   ARRAY[@part(pg_class, c.oid)] AS parents, CASE WHEN s.inside THEN a.attname END AS declared,
                   CASE WHEN s.inside THEN ARRAY[s.clause] END AS words,
                   ARRAY[format('ALTER %s %s.%s ALTER COLUMN %s SET %s', k.word, n.nspname, c.relname, k.col, s.clause),
                         format('ALTER %s %s.%s ALTER COLUMN %s %s', k.word, n.nspname, c.relname, k.col, s.clause)] AS clauses,
                   format('ALTER %s %I.%I ALTER COLUMN %s %s%s;', k.word, n.nspname, c.relname,
                          CASE WHEN c.relkind IN ('i', 'I') THEN k.col ELSE quote_ident(k.col) END,
                          CASE WHEN s.sql LIKE 'OPTIONS%' THEN '' ELSE 'SET ' END, s.sql) AS remedy
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_type t ON t.oid = a.atttypid
            CROSS JOIN LATERAL (SELECT CASE WHEN c.relkind IN ('i', 'I') THEN 'INDEX' WHEN c.relkind = 'm' THEN 'MATERIALIZED VIEW'
                                            WHEN c.relkind = 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END AS word,
                                       CASE WHEN c.relkind IN ('i', 'I') THEN a.attnum::text ELSE a.attname END AS col) k
            CROSS JOIN LATERAL (
                SELECT 'statistics target' AS kind, 'STATISTICS ' || a.attstattarget AS clause, 'STATISTICS ' || a.attstattarget AS sql, false AS inside
                WHERE a.attstattarget >= 0
                UNION ALL
                SELECT 'column storage', 'STORAGE ' || g.word, 'STORAGE ' || g.word, true
                FROM (SELECT CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'm' THEN 'MAIN' WHEN 'e' THEN 'EXTERNAL' ELSE 'EXTENDED' END AS word) g
                WHERE a.attstorage <> t.typstorage AND c.relkind IN ('r', 'p', 'm', 'f')
                UNION ALL
                SELECT 'column compression', 'COMPRESSION ' || g.word, 'COMPRESSION ' || g.word, true
                FROM (SELECT CASE to_jsonb(a) ->> 'attcompression' WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS word) g
                WHERE g.word IS NOT NULL AND c.relkind IN ('r', 'p', 'm')
                UNION ALL
                SELECT 'column options', '(' || split_part(a.attoptions[1], '=', 1), '(' || array_to_string(a.attoptions, ', ') || ')', false
                WHERE a.attoptions IS NOT NULL AND c.relkind IN ('r', 'p', 'm', 'f')
                UNION ALL
                SELECT 'options of foreign data', 'OPTIONS (', 'OPTIONS (' || (SELECT string_agg('ADD ' || @option(o), ', ') FROM unnest(a.attfdwoptions) o) || ')', true
                WHERE a.attfdwoptions IS NOT NULL
            ) s
            WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relpersistence <> 't' AND c.relkind IN ('r', 'p', 'm', 'f', 'i', 'I')
              AND @user(n) AND @own(pg_class, c)
            """);

    /** Since 17 the default is NULL, before it is -1. */
    private static final InventoryQuery STATISTICS_TARGETS = properties("""
            SELECT 'statistics target' AS kind, @id(pg_statistic_ext, s), @key(pg_statistic_ext, s), ARRAY[@part(pg_statistic_ext, s.oid)] AS parents,
                   ARRAY[format('ALTER STATISTICS %s.%s SET STATISTICS %s', n.nspname, s.stxname, s.stxstattarget)] AS clauses,
                   format('ALTER STATISTICS %I.%I SET STATISTICS %s;', n.nspname, s.stxname, s.stxstattarget) AS remedy
            FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
            WHERE s.stxstattarget >= 0 AND @user(n) AND @own(pg_statistic_ext, s)
            """);

    /** A partition's trigger may be in another state than its root's. */
    private static final InventoryQuery FIRING = properties("""
            SELECT 'trigger state' AS kind, @id(pg_trigger, t), @key(pg_trigger, t), ARRAY[@part(pg_trigger, t.oid)] AS parents,
                   ARRAY[format('trigger-state:%s.%s.%s', n.nspname, c.relname, t.tgname)] AS names,
                   ARRAY[format('ALTER TABLE %s.%s %s TRIGGER %s', n.nspname, c.relname, w.word, t.tgname)] AS clauses,
                   format('ALTER TABLE ONLY %I.%I %s TRIGGER %I;', n.nspname, c.relname, w.word, t.tgname) AS remedy
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_trigger p ON p.oid = t.tgparentid
            CROSS JOIN LATERAL (SELECT CASE t.tgenabled WHEN 'O' THEN 'ENABLE' WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END AS word) w
            JOIN pg_proc f ON f.oid = t.tgfoid
            -- Before version 15 a partition's copy of a trigger counts as internal, as those of foreign keys do.
            WHERE (NOT t.tgisinternal OR t.tgparentid <> 0 AND f.proname !~ '^(RI_FKey_|unique_key_recheck)')
              AND t.tgenabled <> coalesce(p.tgenabled, 'O') AND @user(n) AND @own(pg_class, c)
            UNION ALL
            SELECT 'rule state', @id(pg_rewrite, r), @key(pg_rewrite, r), ARRAY[@part(pg_rewrite, r.oid)], NULL,
                   ARRAY[format('ALTER TABLE %s.%s %s RULE %s', n.nspname, c.relname, w.word, r.rulename)],
                   format('ALTER TABLE %I.%I %s RULE %I;', n.nspname, c.relname, w.word, r.rulename)
            FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL (SELECT CASE r.ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END AS word) w
            WHERE r.ev_enabled <> 'O' AND @user(n) AND @own(pg_class, c)
            UNION ALL
            SELECT 'event trigger state', @id(pg_event_trigger, e), @key(pg_event_trigger, e), ARRAY[@part(pg_event_trigger, e.oid)], NULL,
                   ARRAY[format('ALTER EVENT TRIGGER %s %s', e.evtname, w.word)], format('ALTER EVENT TRIGGER %I %s;', e.evtname, w.word)
            FROM pg_event_trigger e
            CROSS JOIN LATERAL (SELECT CASE e.evtenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END AS word) w
            WHERE e.evtenabled <> 'O' AND @own(pg_event_trigger, e) AND left(e.evtname, 10) <> '!dts_sync_'
            """);

    /** Values may be secrets; those of the server's own settings are not. */
    private static final InventoryQuery DATABASE_SETTINGS = properties("""
            SELECT CASE s.setrole WHEN 0 THEN 'setting of the database' ELSE 'setting of a role in the database' END AS kind,
                   concat(pg_get_userbyid(nullif(s.setrole, 0)) || ': ', split_part(o, '=', 1)) AS identity,
                   ARRAY[CASE s.setrole WHEN 0 THEN 'database-setting:' ELSE 'role-setting:' || pg_get_userbyid(s.setrole) || '.' END
                         || split_part(o, '=', 1)] AS names,
                   ARRAY[format('ALTER DATABASE %s SET %s', d.datname, split_part(o, '=', 1)),
                         format('ALTER ROLE %s IN DATABASE %s SET %s', pg_get_userbyid(s.setrole), d.datname, split_part(o, '=', 1))] AS clauses,
                   format('ALTER %s SET %s TO %s;', CASE s.setrole WHEN 0 THEN format('DATABASE %I', d.datname)
                              ELSE format('ROLE %I IN DATABASE %I', pg_get_userbyid(s.setrole), d.datname) END, split_part(o, '=', 1),
                          CASE WHEN strpos(split_part(o, '=', 1), '.') > 0 THEN '...' ELSE quote_literal(substr(o, strpos(o, '=') + 1)) END) AS remedy
            FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase CROSS JOIN LATERAL unnest(s.setconfig) o
            WHERE d.datname = current_database()
            """);

    /** What is dropped together with an extension. */
    private static final InventoryQuery EXTENSION_DEPENDENCIES = properties("""
            SELECT 'extension dependency' AS kind, concat(o.type, ' ', o.identity, ' on ', e.extname) AS identity,
                   d.classid::bigint AS catalog, d.objid::bigint AS oid, ARRAY[d.classid::oid || '.' || d.objid] AS parents,
                   ARRAY[format('ALTER %s %s DEPENDS ON EXTENSION %s', upper(o.type), o.identity, e.extname),
                         format('ALTER %s %s DEPENDS ON EXTENSION %s', upper(o.type), replace(o.identity, ' on ', ' ON '), e.extname),
                         format('ALTER %s %s.%s(%s) DEPENDS ON EXTENSION %s', upper(o.type), o.schema, p.proname,
                                pg_get_function_identity_arguments(p.oid), e.extname)] AS clauses,
                   format('ALTER %s %s DEPENDS ON EXTENSION %I;', upper(o.type), o.identity, e.extname) AS remedy
            FROM pg_depend d JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid
            CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) o
            LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
            WHERE d.deptype = 'x'
            """);

    private PropertyQueries() {}

    static List<InventoryQuery> all() {
        return List.of(
                SEQUENCE_VALUES,
                UNSENT_ROWS,
                OWNED_SEQUENCES,
                PARTITIONS,
                ATTACHED_INDEXES,
                TABLE_SETTINGS,
                COLUMN_SETTINGS,
                STATISTICS_TARGETS,
                FIRING,
                EXTENSION_DEPENDENCIES,
                DATABASE_SETTINGS);
    }
}
