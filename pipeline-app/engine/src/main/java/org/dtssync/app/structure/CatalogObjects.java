package org.dtssync.app.structure;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Lists the objects of a database, each once. What belongs to an extension is left out, as it comes with the extension. */
final class CatalogObjects {

    private static final String OBJECTS = """
            WITH spaces AS (
                SELECT oid, nspname FROM pg_namespace
                WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'dts_sync')
            ), relations AS (
                SELECT c.oid, c.relname, c.relkind, n.nspname FROM pg_class c JOIN spaces n ON n.oid = c.relnamespace
                WHERE c.relpersistence <> 't'
            ), objects (catalog, oid, kind, schema, name, relation) AS (
                SELECT 'pg_namespace'::regclass, oid, 'schema', nspname::text, nspname::text, 0::oid FROM spaces
                UNION ALL
                SELECT 'pg_extension'::regclass, oid, 'extension', NULL, extname, 0 FROM pg_extension WHERE extname <> 'plpgsql'
                UNION ALL
                SELECT 'pg_class'::regclass, oid,
                       CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized-view' WHEN 'S' THEN 'sequence'
                            WHEN 'f' THEN 'foreign-table' ELSE 'table' END, nspname, relname, 0
                FROM relations c
                WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
                   OR relkind = 'S' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                          AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'i')
                UNION ALL
                SELECT 'pg_type'::regclass, t.oid, CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, n.nspname, t.typname, 0
                FROM pg_type t JOIN spaces n ON n.oid = t.typnamespace
                WHERE t.typtype IN ('d', 'e', 'r')
                   OR t.typtype = 'c' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c')
                   OR t.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid)
                   OR t.typtype = 'p' AND NOT t.typisdefined
                UNION ALL
                SELECT 'pg_proc'::regclass, p.oid,
                       CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'p' THEN 'procedure' ELSE 'function' END,
                       n.nspname, p.proname, 0
                FROM pg_proc p JOIN spaces n ON n.oid = p.pronamespace
                WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                                  AND d.deptype = 'i')
                UNION ALL
                SELECT 'pg_operator'::regclass, o.oid, 'operator', n.nspname, o.oprname, 0
                FROM pg_operator o JOIN spaces n ON n.oid = o.oprnamespace WHERE o.oprcode <> 0
                UNION ALL
                SELECT 'pg_opfamily'::regclass, o.oid, 'operator-family', n.nspname, o.opfname, 0
                FROM pg_opfamily o JOIN spaces n ON n.oid = o.opfnamespace
                UNION ALL
                SELECT 'pg_opclass'::regclass, o.oid, 'operator-class', n.nspname, o.opcname, 0
                FROM pg_opclass o JOIN spaces n ON n.oid = o.opcnamespace
                UNION ALL
                SELECT 'pg_cast'::regclass, oid, 'cast', NULL, '', 0 FROM pg_cast c
                WHERE oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid
                                                   AND d.deptype = 'i')
                UNION ALL
                SELECT 'pg_collation'::regclass, c.oid, 'collation', n.nspname, c.collname, 0
                FROM pg_collation c JOIN spaces n ON n.oid = c.collnamespace
                UNION ALL
                SELECT 'pg_conversion'::regclass, c.oid, 'conversion', n.nspname, c.conname, 0
                FROM pg_conversion c JOIN spaces n ON n.oid = c.connamespace
                UNION ALL
                SELECT 'pg_language'::regclass, oid, 'language', NULL, lanname, 0 FROM pg_language WHERE oid >= 16384
                UNION ALL
                SELECT 'pg_am'::regclass, oid, 'access-method', NULL, amname, 0 FROM pg_am WHERE oid >= 16384
                UNION ALL
                SELECT 'pg_transform'::regclass, t.oid, 'transform', NULL, format('%s LANGUAGE %s', format_type(t.trftype, NULL), l.lanname), 0
                FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang WHERE t.oid >= 16384
                UNION ALL
                SELECT 'pg_ts_parser'::regclass, t.oid, 'text-search-parser', n.nspname, t.prsname, 0
                FROM pg_ts_parser t JOIN spaces n ON n.oid = t.prsnamespace
                UNION ALL
                SELECT 'pg_ts_template'::regclass, t.oid, 'text-search-template', n.nspname, t.tmplname, 0
                FROM pg_ts_template t JOIN spaces n ON n.oid = t.tmplnamespace
                UNION ALL
                SELECT 'pg_ts_dict'::regclass, t.oid, 'text-search-dictionary', n.nspname, t.dictname, 0
                FROM pg_ts_dict t JOIN spaces n ON n.oid = t.dictnamespace
                UNION ALL
                SELECT 'pg_ts_config'::regclass, t.oid, 'text-search-configuration', n.nspname, t.cfgname, 0
                FROM pg_ts_config t JOIN spaces n ON n.oid = t.cfgnamespace
                UNION ALL
                SELECT 'pg_event_trigger'::regclass, oid, 'event-trigger', NULL, evtname, 0 FROM pg_event_trigger
                WHERE left(evtname, 10) <> '!dts_sync_'
                UNION ALL
                SELECT 'pg_statistic_ext'::regclass, x.oid, 'statistics', c.nspname, x.stxname, c.oid
                FROM pg_statistic_ext x JOIN relations c ON c.oid = x.stxrelid
                UNION ALL
                SELECT 'pg_constraint'::regclass, o.oid, 'constraint', c.nspname, o.conname, c.oid
                FROM pg_constraint o JOIN relations c ON c.oid = o.conrelid
                WHERE o.contype IN ('p', 'u', 'x', 'f') OR o.contype = 'c' AND o.conislocal
                   OR o.contype = 'n' AND NOT o.convalidated
                UNION ALL
                SELECT 'pg_class'::regclass, i.indexrelid, 'index', c.nspname, x.relname, c.oid
                FROM pg_index i JOIN relations c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
                WHERE NOT EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = i.indexrelid AND o.contype IN ('p', 'u', 'x'))
                UNION ALL
                SELECT 'pg_trigger'::regclass, t.oid, 'trigger', c.nspname, t.tgname, c.oid
                FROM pg_trigger t JOIN relations c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND t.tgparentid = 0
                UNION ALL
                SELECT 'pg_rewrite'::regclass, r.oid, 'rule', c.nspname, r.rulename, c.oid
                FROM pg_rewrite r JOIN relations c ON c.oid = r.ev_class WHERE r.rulename <> '_RETURN'
                UNION ALL
                SELECT 'pg_policy'::regclass, p.oid, 'policy', c.nspname, p.polname, c.oid
                FROM pg_policy p JOIN relations c ON c.oid = p.polrelid
            )
            SELECT catalog::oid::bigint, oid::bigint, kind, schema, name, relation::bigint,
                   CASE kind WHEN 'schema' THEN name
                        WHEN 'cast' THEN (SELECT format('%s AS %s', format_type(c.castsource, NULL), format_type(c.casttarget, NULL))
                                          FROM pg_cast c WHERE c.oid = o.oid)
                        ELSE concat_ws('.', schema, name) END
                   || CASE WHEN catalog = 'pg_proc'::regclass THEN
                          format('(%s)', (SELECT array_to_string(ARRAY(SELECT format_type(t, NULL)
                              FROM unnest(p.proargtypes) WITH ORDINALITY AS a(t, place) ORDER BY place), ', ')
                              FROM pg_proc p WHERE p.oid = o.oid))
                        WHEN catalog = 'pg_operator'::regclass THEN
                          (SELECT format('(%s, %s)', CASE WHEN x.oprleft = 0 THEN 'NONE' ELSE format_type(x.oprleft, NULL) END,
                                         format_type(x.oprright, NULL)) FROM pg_operator x WHERE x.oid = o.oid)
                        ELSE '' END AS title
            FROM objects o
            WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.catalog AND d.objid = o.oid AND d.deptype = 'e')
            ORDER BY kind, title, oid
            """;

    private CatalogObjects() {}

    /** Reads all of them, by address, in the order of their kinds and names. */
    static Map<ObjectAddress, CatalogObject> read(Connection connection) throws SQLException {
        Map<ObjectAddress, CatalogObject> objects = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(OBJECTS)) {
            while (rows.next()) {
                ObjectAddress address = new ObjectAddress(rows.getLong(1), rows.getLong(2));
                objects.put(
                        address,
                        new CatalogObject(
                                address,
                                rows.getString(3),
                                Optional.ofNullable(rows.getString(4)),
                                rows.getString(5),
                                rows.getString(7),
                                rows.getLong(6)));
            }
        }
        return objects;
    }
}
