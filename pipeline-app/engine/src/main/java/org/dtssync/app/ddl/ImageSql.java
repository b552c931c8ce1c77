package org.dtssync.app.ddl;

/** What sends, in the source, rows that a command has written itself. */
final class ImageSql {

    /**
     * Sends the rows of a table that a command has written itself: between two rows of {@code ddl} every row of it is updated to
     * what it is, with its whole identity, so that values stored apart are sent as well. A table that is too large, or
     * whose rows cannot be sent like that, leaves a row that says so.
     */
    private static final String IMAGES = """
            CREATE OR REPLACE FUNCTION dts_sync.images(rel oid) RETURNS void LANGUAGE plpgsql
            SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on SET plpgsql.extra_errors = 'none'
            SET jit = off @REPLICA@ AS $images$
            DECLARE
                own pg_class;
                sql text;
                updated text;
                identity text;
                generated boolean;
                described jsonb;
            BEGIN
                SELECT * INTO own FROM pg_class WHERE oid = rel;
                IF NOT EXISTS (SELECT FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
                               JOIN dts_sync.ddl_task k ON k.publication = p.pubname WHERE r.prrelid = rel) THEN
                    RETURN;
                END IF;
                described := jsonb_build_array(jsonb_build_object(
                    'oid', rel::bigint, 'schema', (SELECT nspname FROM pg_namespace WHERE oid = own.relnamespace),
                    'name', own.relname));
                IF NOT @MAY@ THEN
                    RAISE EXCEPTION 'the account may not set session_replication_role';
                END IF;
                IF (SELECT max(image_bytes) FROM dts_sync.ddl_task) < (
                       SELECT sum(pg_table_size(x.relid))
                       FROM (SELECT rel::regclass AS relid UNION SELECT l.relid FROM pg_partition_tree(rel) l) x) THEN
                    RAISE EXCEPTION 'the table is too large';
                END IF;
                IF EXISTS (@FOREIGN@) THEN
                    RAISE EXCEPTION 'code of its owner would run with the rights of dts-sync';
                END IF;
                generated := current_setting('server_version_num')::int >= 180000 AND EXISTS (
                    SELECT FROM pg_attribute WHERE attrelid = rel AND attgenerated <> '' AND NOT attisdropped);
                IF (own.relkind = 'p' OR generated) AND EXISTS (
                       SELECT FROM (SELECT rel AS relid UNION SELECT l.relid FROM pg_partition_tree(rel) l) x
                       JOIN pg_class l ON l.oid = x.relid
                       WHERE l.reltoastrelid <> 0 AND pg_relation_size(l.reltoastrelid) > 0) THEN
                    RAISE EXCEPTION 'values that are stored apart would not be sent';
                END IF;
                SELECT quote_ident(attname) INTO updated FROM pg_attribute
                WHERE attrelid = rel AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity <> 'a'
                ORDER BY attlen < 0, attnum LIMIT 1;
                IF updated IS NULL THEN
                    RAISE EXCEPTION 'no column can be updated';
                END IF;
                -- Another identity makes the table forget which index it was.
                SELECT quote_ident(i.relname) INTO identity FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
                WHERE x.indrelid = rel AND x.indisreplident;
                INSERT INTO dts_sync.ddl (event, tag, objects) VALUES ('images', '', described);
                sql := CASE own.relkind WHEN 'p' THEN '' ELSE 'ONLY ' END || rel::regclass;
                IF own.relreplident <> 'f' AND own.relkind = 'r' AND NOT generated THEN
                    EXECUTE format('ALTER TABLE %s REPLICA IDENTITY FULL', sql);
                END IF;
                EXECUTE format('UPDATE %s SET %s = %s', sql, updated, updated);
                IF own.relkind = 'r' AND NOT generated AND own.relreplident = 'd' THEN
                    EXECUTE format('ALTER TABLE %s REPLICA IDENTITY DEFAULT', sql);
                ELSIF own.relkind = 'r' AND NOT generated AND own.relreplident = 'i' THEN
                    EXECUTE format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %s', sql, identity);
                END IF;
                INSERT INTO dts_sync.ddl (event, tag, objects) VALUES ('images end', '', described);
            EXCEPTION WHEN OTHERS THEN
                INSERT INTO dts_sync.ddl (event, tag, objects, error) VALUES ('images', '', described, sqlerrm);
            END $images$;
            """;

    /**
     * What the update would run with the rights of the function's owner, perhaps a superuser, and an owner of tables could have
     * written: triggers and rules that fire always, and expressions of checks, indexes, partition keys and generated columns, unless they
     * call immutable functions of PostgreSQL alone.
     */
    private static final String FOREIGN = """
            WITH tree AS (SELECT rel::oid AS relid UNION SELECT l.relid::oid FROM pg_partition_tree(rel) l),
            expressions AS (
                SELECT k.conbin::text AS tree FROM tree t JOIN pg_constraint k ON k.conrelid = t.relid WHERE k.contype = 'c'
                UNION ALL
                SELECT concat(x.indexprs::text, x.indpred::text) FROM tree t JOIN pg_index x ON x.indrelid = t.relid
                UNION ALL
                SELECT p.partexprs::text FROM tree t JOIN pg_partitioned_table p ON p.partrelid = t.relid
                UNION ALL
                SELECT d.adbin::text FROM tree t JOIN pg_attribute a ON a.attrelid = t.relid AND a.attgenerated <> ''
                JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            )
            SELECT FROM tree t JOIN pg_trigger g ON g.tgrelid = t.relid WHERE NOT g.tgisinternal AND g.tgenabled IN ('A', 'R')
            UNION ALL
            SELECT FROM tree t JOIN pg_rewrite w ON w.ev_class = t.relid WHERE w.ev_enabled IN ('A', 'R')
            UNION ALL
            SELECT FROM tree t JOIN pg_class c ON c.oid = t.relid WHERE c.relkind = 'f'
            UNION ALL
            SELECT FROM expressions e WHERE e.tree ~ 'COERCETODOMAIN'
            UNION ALL
            SELECT FROM expressions e CROSS JOIN LATERAL regexp_matches(e.tree, ':(funcid|opno) (\\d+)', 'g') m
            LEFT JOIN pg_operator o ON m[1] = 'opno' AND o.oid = m[2]::oid
            LEFT JOIN pg_proc f ON f.oid = CASE m[1] WHEN 'opno' THEN o.oprcode::oid ELSE m[2]::oid END
            WHERE f.oid IS NULL OR f.oid >= 16384 OR f.provolatile <> 'i'""";

    private ImageSql() {}

    /** @param may whether the owner of the function may keep the user's triggers from firing */
    static String function(boolean may) {
        return IMAGES.replace("@REPLICA@", may ? "SET session_replication_role = replica" : "")
                .replace("@MAY@", Boolean.toString(may))
                .replace("@FOREIGN@", FOREIGN);
    }
}
