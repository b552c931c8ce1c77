package org.dtssync.app.ddl;

/** Distinguishes, at the source, a shape that the event triggers left from one that they missed. */
final class MarkSql {

    /**
     * A mark of a table's shape, by the identifiers of what it is made of: neither another name of something it uses nor a file that VACUUM
     * gives it changes the mark. With it the transaction that last altered a column, and the file, which a rewrite changes
     * together.
     */
    static final String MARK = """
            CREATE OR REPLACE FUNCTION dts_sync.relation_mark(rel oid, OUT mark text, OUT altered text) LANGUAGE plpgsql STABLE
            SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on SET jit = off AS $mark$
            #variable_conflict use_column
            BEGIN
                SELECT md5(concat_ws(E'\\n', c.relname, c.relnamespace, c.relkind, c.relpersistence,
                    (SELECT i.inhparent FROM pg_inherits i WHERE i.inhrelid = c.oid AND c.relispartition), c.relispartition,
                    (SELECT string_agg(concat_ws(' ', a.attnum, quote_ident(a.attname), a.atttypid, a.atttypmod, a.attnotnull,
                            a.attgenerated, a.attidentity, a.attcollation, d.oid,
                            (SELECT string_agg(quote_ident(e.enumlabel), ' ' ORDER BY e.enumsortorder)
                             FROM pg_enum e WHERE e.enumtypid = a.atttypid),
                            (SELECT string_agg(k.oid::text, ' ' ORDER BY k.oid) FROM pg_constraint k
                             WHERE k.contypid = a.atttypid AND k.contypid <> 0)), ',' ORDER BY a.attnum)
                     FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
                    (SELECT string_agg(concat_ws(' ', k.oid, quote_ident(k.conname)), ',' ORDER BY k.oid) FROM pg_constraint k
                     WHERE k.conrelid = c.oid AND k.conparentid = 0 AND k.contype IN ('p', 'u', 'c', 'f', 'x')),
                    -- Of a partition dts-sync chooses it itself. Without one this is left out, as before there was any.
                    (SELECT 'identity ' || x.indkey::text FROM pg_index x
                     WHERE x.indrelid = c.oid AND x.indisreplident AND c.relreplident = 'i' AND NOT c.relispartition))),
                    coalesce((SELECT max(a.xmin::text::bigint)::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0), '')
                INTO mark, altered FROM pg_class c WHERE c.oid = rel AND c.relkind IN ('r', 'p');
            END $mark$;
            """;

    /** Notes how a table was left. */
    static final String KNOW = """
            CREATE OR REPLACE FUNCTION dts_sync.know(rel oid) RETURNS void LANGUAGE plpgsql
            SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on SET jit = off AS $know$
            #variable_conflict use_column
            BEGIN
                INSERT INTO dts_sync.ddl_relation AS k (relid, root, schema, name, mark, altered, file)
                SELECT c.oid, coalesce(pg_partition_root(c.oid)::oid, c.oid), n.nspname, c.relname, m.mark, m.altered, c.relfilenode
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL dts_sync.relation_mark(c.oid) m
                WHERE c.oid = rel
                ON CONFLICT (relid) DO UPDATE SET root = excluded.root, schema = excluded.schema, name = excluded.name,
                    mark = excluded.mark, altered = excluded.altered, file = excluded.file;
            END $know$;
            """;

    private MarkSql() {}
}
