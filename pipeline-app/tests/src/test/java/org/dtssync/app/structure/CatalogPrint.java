package org.dtssync.app.structure;

import java.sql.SQLException;
import java.util.List;
import org.dtssync.connectors.postgres.DatabaseConnections;

/**
 * A database's catalogs as lines of text, by queries of its own: a second opinion beside the comparison, which reads with the
 * code that carried the structure. Only what all versions print alike.
 */
public final class CatalogPrint {

    private static final String LINES = """
            WITH s AS (SELECT oid, nspname FROM pg_namespace
                       WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'dts_sync'))
            SELECT line FROM (
                SELECT concat_ws(' ', 'relation', nspname, relname, relkind, relpersistence, relreplident, relispartition,
                       relrowsecurity, relforcerowsecurity, reloptions::text, pg_get_userbyid(relowner), replace(relacl::text, 'arwdDxtm', 'arwdDxt'),
                       pg_get_expr(relpartbound, c.oid), pg_get_partkeydef(c.oid), obj_description(c.oid, 'pg_class'),
                       CASE relkind WHEN 'i' THEN pg_get_indexdef(c.oid) WHEN 'I' THEN pg_get_indexdef(c.oid) END,
                       (SELECT string_agg(inhparent::regclass::text, ',' ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = c.oid)
                       ) AS line
                FROM pg_class c JOIN s ON s.oid = relnamespace
                UNION ALL
                SELECT concat_ws(' ', 'column', nspname, relname, attname, format_type(atttypid, atttypmod),
                       rank() OVER (PARTITION BY attrelid ORDER BY attnum), attnotnull, attidentity, attgenerated, attislocal,
                       attinhcount, attstorage, attcompression, nullif(attstattarget, -1), attoptions::text, attacl::text,
                       attcollation::regcollation, pg_get_expr(adbin, adrelid), col_description(c.oid, attnum))
                FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN s ON s.oid = relnamespace
                LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
                WHERE attnum > 0 AND NOT attisdropped AND relkind <> 'i'
                UNION ALL
                SELECT concat_ws(' ', 'constraint', conrelid::regclass, contypid::regtype, conname, contype, convalidated,
                       conislocal, coninhcount, condeferrable, condeferred, pg_get_constraintdef(c.oid),
                       obj_description(c.oid, 'pg_constraint'))
                FROM pg_constraint c JOIN s ON s.oid = connamespace
                WHERE contype NOT IN ('n', 't') AND NOT (contype = 'f' AND conparentid <> 0)
                UNION ALL
                SELECT concat_ws(' ', 'type', nspname, typname, typtype, format_type(typbasetype, typtypmod), typnotnull,
                       typdefault, typcollation::regcollation, pg_get_userbyid(typowner), typacl::text,
                       obj_description(t.oid, 'pg_type'),
                       (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid),
                       (SELECT concat_ws(' ', rngsubtype::regtype, rngcollation::regcollation, rngsubdiff, rngmultitypid::regtype)
                        FROM pg_range WHERE rngtypid = t.oid))
                FROM pg_type t JOIN s ON s.oid = typnamespace
                WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid IN (t.oid, t.typelem) AND e.deptype = 'e')
                UNION ALL
                SELECT concat_ws(' ', 'function', p.oid::regprocedure, prokind, pg_get_userbyid(proowner), proacl::text,
                       obj_description(p.oid, 'pg_proc'),
                       CASE WHEN prokind <> 'a' THEN pg_get_functiondef(p.oid) END)
                FROM pg_proc p JOIN s ON s.oid = pronamespace
                WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = p.oid AND e.deptype = 'e')
                UNION ALL
                SELECT concat_ws(' ', 'sequence', seqrelid::regclass, seqtypid::regtype, seqstart, seqincrement, seqmax, seqmin,
                       seqcache, seqcycle, (SELECT refobjid::regclass || '.' || refobjsubid FROM pg_depend
                                            WHERE classid = 'pg_class'::regclass AND objid = seqrelid AND deptype IN ('a', 'i')
                                              AND refclassid = 'pg_class'::regclass) IS NOT NULL)
                FROM pg_sequence JOIN pg_class c ON c.oid = seqrelid JOIN s ON s.oid = relnamespace
                UNION ALL
                SELECT concat_ws(' ', 'trigger', tgrelid::regclass, tgname, tgenabled, pg_get_triggerdef(t.oid),
                       obj_description(t.oid, 'pg_trigger'))
                FROM pg_trigger t WHERE NOT tgisinternal AND tgparentid = 0
                UNION ALL
                SELECT concat_ws(' ', 'partition trigger', tgrelid::regclass, tgname, tgenabled)
                FROM pg_trigger t WHERE tgparentid <> 0 AND tgname !~ '^RI_'
                UNION ALL
                SELECT concat_ws(' ', 'rule', ev_class::regclass, rulename, ev_enabled, obj_description(r.oid, 'pg_rewrite'))
                FROM pg_rewrite r JOIN pg_class c ON c.oid = ev_class JOIN s ON s.oid = relnamespace
                UNION ALL
                SELECT concat_ws(' ', 'policy', polrelid::regclass, polname, polcmd, polpermissive,
                       (SELECT string_agg(CASE role WHEN 0 THEN 'public' ELSE role::regrole::text END, ',') FROM unnest(polroles) role),
                       pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid), obj_description(p.oid, 'pg_policy'))
                FROM pg_policy p
                UNION ALL
                SELECT concat_ws(' ', 'operator', o.oid::regoperator, oprcode, oprcom::regoperator) FROM pg_operator o JOIN s ON s.oid = oprnamespace
                UNION ALL
                SELECT concat_ws(' ', 'operator class', nspname, opcname, opcintype::regtype, opcdefault,
                       (SELECT string_agg(amopstrategy || ' ' || amopopr::regoperator, ',') FROM pg_amop WHERE amopfamily = opcfamily),
                       (SELECT string_agg(amprocnum || ' ' || amproc::regprocedure, ',') FROM pg_amproc WHERE amprocfamily = opcfamily))
                FROM pg_opclass o JOIN s ON s.oid = opcnamespace
                WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = o.oid AND e.deptype = 'e')
                UNION ALL
                SELECT concat_ws(' ', 'cast', castsource::regtype, casttarget::regtype, castfunc::regprocedure, castcontext)
                FROM pg_cast c WHERE c.oid >= 16384
                UNION ALL
                SELECT concat_ws(' ', 'statistics', nspname, pg_get_statisticsobjdef(x.oid), pg_get_userbyid(stxowner))
                FROM pg_statistic_ext x JOIN s ON s.oid = stxnamespace
                UNION ALL
                SELECT concat_ws(' ', 'collation', nspname, collname, collprovider, collisdeterministic)
                FROM pg_collation JOIN s ON s.oid = collnamespace
                UNION ALL
                SELECT concat_ws(' ', 'schema', nspname, pg_get_userbyid(nspowner), nspacl::text, obj_description(n.oid, 'pg_namespace'))
                FROM pg_namespace n WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema', 'dts_sync')
                UNION ALL
                SELECT concat_ws(' ', 'extension', extname, nspname) FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace
                UNION ALL
                SELECT concat_ws(' ', 'default privileges', pg_get_userbyid(defaclrole), defaclnamespace::regnamespace,
                       defaclobjtype, defaclacl::text) FROM pg_default_acl
                UNION ALL
                SELECT concat_ws(' ', 'event trigger', evtname, evtevent, evtenabled, evttags::text, evtfoid::regproc)
                FROM pg_event_trigger WHERE left(evtname, 10) <> '!dts_sync_'
            ) AS lines ORDER BY line COLLATE "C"
            """;

    private CatalogPrint() {}

    /** Returns one line for each object. */
    public static List<String> of(DatabaseConnections database) throws SQLException {
        return Move.query(database, LINES);
    }
}
