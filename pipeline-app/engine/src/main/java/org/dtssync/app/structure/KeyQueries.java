package org.dtssync.app.structure;

import org.dtssync.app.catalog.UnsteadyChecks;

/**
 * Constraints and indexes as PostgreSQL prints them. The index behind a table's replica identity belongs to the keys, with
 * those of its partitions; all others are post-data.
 */
final class KeyQueries {

    /** Every index of the migrated relations, with whether the applier needs it. */
    private static final String INDEXES = """
            WITH RECURSIVE own AS (
                SELECT i.indexrelid, i.indrelid, ic.relname, ic.reloptions, ic.relkind, inh.inhparent AS parent,
                       (c.relreplident = 'i' AND i.indisreplident)
                           OR (c.relreplident IN ('d', 'f') AND i.indisprimary AND i.indimmediate) AS identity,
                       i.indisclustered, i.indisreplident, n.nspname, c.relname AS table_name, c.relreplident
                FROM pg_index i
                JOIN pg_class ic ON ic.oid = i.indexrelid
                JOIN pg_class c ON c.oid = i.indrelid
                JOIN pg_namespace n ON n.oid = c.relnamespace
                LEFT JOIN pg_inherits inh ON inh.inhrelid = i.indexrelid
                WHERE c.oid IN (SELECT unnest(?::bigint[])::oid) AND (i.indisvalid OR ic.relkind = 'I')
            ), keyed AS (
                SELECT indexrelid, identity FROM own WHERE identity
                UNION
                SELECT o.indexrelid, true FROM own o JOIN keyed k ON o.parent = k.indexrelid
            ), indexes AS (
                SELECT o.*, CASE WHEN k.indexrelid IS NOT NULL THEN 'keys' ELSE 'post-data' END AS section,
                       con.oid AS constraint_oid, con.conname, con.contype,
                       coalesce((SELECT string_agg(
                                     format(E';\\nALTER INDEX %I.%I ALTER COLUMN %s SET STATISTICS %s', o.nspname, o.relname,
                                            a.attnum, a.attstattarget), '' ORDER BY a.attnum)
                                 FROM pg_attribute a WHERE a.attrelid = o.indexrelid AND a.attstattarget >= 0), '')
                       || coalesce(E';\\nCOMMENT ON INDEX ' || format('%I.%I', o.nspname, o.relname) || ' IS '
                                   || quote_literal(obj_description(o.indexrelid, 'pg_class')), '') AS extras
                FROM own o
                LEFT JOIN keyed k ON k.indexrelid = o.indexrelid
                LEFT JOIN pg_constraint con ON con.conindid = o.indexrelid AND con.contype IN ('p', 'u', 'x')
            )
            """;

    /** Primary keys, unique and exclusion constraints; storage options of their index are not part of the definition. */
    static final String CONSTRAINTS = INDEXES + """
            SELECT 'pg_constraint'::regclass::oid::bigint, constraint_oid::bigint,
                   CASE contype WHEN 'p' THEN 'primary-key' WHEN 'u' THEN 'unique' ELSE 'exclusion' END,
                   format('%s.%s.%s', nspname, table_name, conname), section, nspname, table_name, NULL, NULL,
                   format('ALTER TABLE ONLY %I.%I ADD CONSTRAINT %I %s', nspname, table_name, conname,
                          pg_get_constraintdef(constraint_oid))
                   || coalesce((SELECT format(E';\\nALTER INDEX %I.%I SET (%s)', nspname, relname,
                                    string_agg(format('%I = %L', split_part(opt, '=', 1), substr(opt, strpos(opt, '=') + 1)), ', '))
                                FROM unnest(reloptions) AS opt HAVING count(*) > 0), '')
                   || coalesce(format(E';\\nCOMMENT ON CONSTRAINT %I ON %I.%I IS ', conname, nspname, table_name)
                               || quote_literal(obj_description(constraint_oid, 'pg_constraint')), '')
                   || extras
            FROM indexes WHERE conname IS NOT NULL
            ORDER BY contype, nspname, table_name, conname
            """;

    static final String PLAIN_INDEXES = INDEXES + """
            SELECT 'pg_class'::regclass::oid::bigint, indexrelid::bigint, 'index', format('%s.%s', nspname, relname), section, nspname, table_name, NULL, NULL,
                   pg_get_indexdef(indexrelid) || extras
            FROM indexes WHERE conname IS NULL
            ORDER BY nspname, table_name, relname
            """;

    static final String ATTACHED_INDEXES = INDEXES + """
            SELECT 'pg_class'::regclass::oid::bigint, i.indexrelid::bigint, 'attached-index', format('%s.%s', i.nspname, i.relname), p.section, i.nspname, i.table_name, p.nspname,
                   p.table_name, format('ALTER INDEX %I.%I ATTACH PARTITION %I.%I', p.nspname, p.relname, i.nspname, i.relname)
            FROM indexes i JOIN indexes p ON p.indexrelid = i.parent
            ORDER BY i.nspname, i.table_name, i.relname
            """;

    static final String REPLICA_IDENTITIES = """
            SELECT 'pg_class'::regclass::oid::bigint, c.oid::bigint, 'replica-identity', format('%s.%s', n.nspname, c.relname), 'keys', n.nspname, c.relname, NULL, NULL,
                   format('ALTER TABLE ONLY %I.%I REPLICA IDENTITY ', n.nspname, c.relname)
                   || CASE c.relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING'
                           ELSE format('USING INDEX %I', ic.relname) END
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisreplident
            LEFT JOIN pg_class ic ON ic.oid = i.indexrelid
            WHERE c.oid IN (SELECT unnest(?::bigint[])::oid) AND c.relkind IN ('r', 'p')
              AND (c.relreplident IN ('f', 'n') OR (c.relreplident = 'i' AND ic.oid IS NOT NULL))
            ORDER BY n.nspname, c.relname
            """;

    static final String CLUSTER_MARKS = INDEXES + """
            SELECT 'pg_class'::regclass::oid::bigint, indrelid::bigint, 'cluster-mark', format('%s.%s', nspname, table_name), 'post-data', nspname, table_name, NULL, NULL,
                   format('ALTER TABLE %I.%I CLUSTER ON %I', nspname, table_name, relname)
            FROM indexes WHERE indisclustered
            ORDER BY nspname, table_name
            """;

    /** How deep each of the given tables stands below its root. */
    private static final String TREES = """
            WITH RECURSIVE carried AS (
                SELECT unnest(?::bigint[]::oid[]) AS oid
            ), tree (oid, depth, root) AS (
                SELECT oid, 0, oid FROM carried WHERE NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = carried.oid)
                UNION
                SELECT i.inhrelid, depth + 1, root FROM tree JOIN pg_inherits i ON i.inhparent = tree.oid
            ), place AS (
                SELECT oid, max(depth) AS depth, min(root) AS root FROM tree GROUP BY oid
            )
            """;

    /**
     * Those that a table has only by inheritance come with the parent's. A child's own comes before its parent's, which may not
     * be validated: the other way round it would meet an inherited one that conflicts with it. Thus a tree is locked by its root.
     */
    static final String CHECKS = TREES + """
            SELECT 'pg_constraint'::regclass::oid::bigint, con.oid::bigint,
                   CASE WHEN con.contype = 'n' THEN 'not-null' WHEN unsteady.late THEN 'late-check' ELSE 'check' END,
                   format('%s.%s.%s', n.nspname, c.relname, con.conname), 'post-data', n.nspname, c.relname,
                   CASE WHEN r.oid <> c.oid THEN rn.nspname END, r.relname,
                   format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s', n.nspname, c.relname, con.conname,
                          pg_get_constraintdef(con.oid))
                   || CASE WHEN unsteady.late AND con.convalidated THEN ' NOT VALID' ELSE '' END
                   || coalesce(format(E';\\nCOMMENT ON CONSTRAINT %I ON %I.%I IS ', con.conname, n.nspname, c.relname)
                               || quote_literal(obj_description(con.oid, 'pg_constraint')), '')
                   || CASE WHEN unsteady.late
                           THEN
            """
            + Withdrawal.sql(
                    "format('ALTER TABLE %I.%I DROP CONSTRAINT IF EXISTS %I', n.nspname, c.relname, con.conname)")
            + """
             ELSE '' END
            FROM carried
            JOIN pg_constraint con ON con.conrelid = carried.oid
            JOIN pg_class c ON c.oid = con.conrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            """ + UnsteadyChecks.JOINED + """
            LEFT JOIN place ON place.oid = c.oid
            LEFT JOIN pg_class r ON r.oid = place.root
            LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
            WHERE con.conislocal AND (con.contype = 'c' OR con.contype = 'n' AND NOT con.convalidated)
            ORDER BY unsteady.late, place.depth DESC NULLS LAST, n.nspname, c.relname, con.conname
            """;

    /** Inherited ones that are validated although the parent's is not, and those that were made late. */
    static final String VALIDATIONS = """
            SELECT 'pg_class'::regclass::oid::bigint, c.oid::bigint,
                   CASE WHEN unsteady.late THEN 'late-validation' ELSE 'validation' END,
                   format('%s.%s.%s', n.nspname, c.relname, con.conname), 'post-data', n.nspname, c.relname, NULL, NULL,
                   format('ALTER TABLE %I.%I VALIDATE CONSTRAINT %I', n.nspname, c.relname, con.conname)
            FROM pg_constraint con
            JOIN pg_class c ON c.oid = con.conrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            """ + UnsteadyChecks.JOINED + """
            WHERE c.oid IN (SELECT unnest(?::bigint[])::oid) AND con.contype IN ('c', 'n') AND con.convalidated
              AND (con.conislocal AND unsteady.late
                   OR NOT con.conislocal AND EXISTS (
                          SELECT FROM pg_inherits i JOIN pg_constraint p ON p.conrelid = i.inhparent
                          WHERE i.inhrelid = c.oid AND p.contype = con.contype AND p.conname = con.conname AND NOT p.convalidated))
            ORDER BY unsteady.late, n.nspname, c.relname, con.conname
            """;

    /** Foreign keys between migrated tables; those of partitions come with their root's. */
    static final String FOREIGN_KEYS = """
            WITH carried AS (SELECT unnest(?::bigint[]::oid[]) AS oid)
            SELECT 'pg_constraint'::regclass::oid::bigint, con.oid::bigint, 'foreign-key', format('%s.%s.%s', n.nspname, c.relname, con.conname), 'post-data', n.nspname, c.relname,
                   rn.nspname, r.relname,
                   format('ALTER TABLE %s%I.%I ADD CONSTRAINT %I %s', CASE WHEN c.relkind = 'p' THEN '' ELSE 'ONLY ' END,
                          n.nspname, c.relname, con.conname, pg_get_constraintdef(con.oid))
                   || coalesce(format(E';\\nCOMMENT ON CONSTRAINT %I ON %I.%I IS ', con.conname, n.nspname, c.relname)
                               || quote_literal(obj_description(con.oid, 'pg_constraint')), '')
            FROM pg_constraint con
            JOIN pg_class c ON c.oid = con.conrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_class r ON r.oid = con.confrelid
            JOIN pg_namespace rn ON rn.oid = r.relnamespace
            WHERE con.contype = 'f' AND con.conparentid = 0
              AND con.conrelid IN (SELECT oid FROM carried) AND con.confrelid IN (SELECT oid FROM carried)
            ORDER BY n.nspname, c.relname, con.conname
            """;

    private KeyQueries() {}
}
