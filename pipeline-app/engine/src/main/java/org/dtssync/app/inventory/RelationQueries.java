package org.dtssync.app.inventory;

import static org.dtssync.app.inventory.InventoryQuery.objects;

import java.util.List;

/** Tables, views, sequences and what belongs to them. */
final class RelationQueries {

    /** A partition goes with the root of its tree. */
    private static final InventoryQuery RELATIONS = objects("""
            SELECT k.kind, @id(pg_class, c), rn.nspname AS schema, r.relname AS name, @key(pg_class, c),
                   ARRAY[k.word || ':' || n.nspname || '.' || c.relname,
                         CASE c.relkind WHEN 'v' THEN 'view-query:' || n.nspname || '.' || c.relname END] AS names,
                   ARRAY[upper(k.kind) || ' ' || n.nspname || '.' || c.relname] AS targets
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_class r ON r.oid = coalesce(pg_partition_root(c.oid), c.oid) JOIN pg_namespace rn ON rn.oid = r.relnamespace
            CROSS JOIN LATERAL (
                SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE 'table' END AS kind,
                       CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized-view' WHEN 'f' THEN 'foreign-table' ELSE 'table' END AS word
            ) k
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't' AND @user(n) AND @own(pg_class, c)
            """);

    /** An owned sequence goes with its table; the one of an identity column is declared with it. */
    private static final InventoryQuery SEQUENCES = objects("""
            SELECT 'sequence' AS kind, @id(pg_class, c), CASE WHEN d.refobjid IS NULL THEN n.nspname END AS schema,
                   CASE WHEN d.refobjid IS NULL THEN c.relname END AS name, @key(pg_class, c),
                   CASE WHEN d.refobjid IS NOT NULL THEN ARRAY[@part(pg_class, d.refobjid)] END AS parents,
                   ARRAY['sequence:' || n.nspname || '.' || c.relname, CASE WHEN d.deptype = 'i' THEN 'identity-sequence:' || n.nspname || '.' || c.relname END] AS names,
                   CASE WHEN d.deptype = 'i' THEN a.attname END AS declared,
                   CASE WHEN d.deptype = 'i' THEN ARRAY['IDENTITY'] END AS words,
                   ARRAY['SEQUENCE ' || n.nspname || '.' || c.relname] AS targets
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
                 AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
            LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND @user(n) AND @own(pg_class, c)
            """);

    /** The index of a constraint comes with it, but may have properties of its own. */
    private static final InventoryQuery INDEXES = objects("""
            SELECT 'index' AS kind, @id(pg_class, c), @key(pg_class, c),
                   ARRAY[coalesce('pg_constraint'::regclass::oid || '.' || o.oid, @part(pg_class, i.indrelid))] AS parents,
                   ARRAY['index:' || n.nspname || '.' || c.relname] AS names, ARRAY['INDEX ' || n.nspname || '.' || c.relname] AS targets,
                   o.oid IS NOT NULL AS implied, CASE WHEN o.oid IS NULL THEN 1 ELSE 0 END AS count
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_index i ON i.indexrelid = c.oid
            JOIN pg_class t ON t.oid = i.indrelid
            LEFT JOIN pg_constraint o ON o.conindid = c.oid AND o.contype IN ('p', 'u', 'x') AND o.conrelid = i.indrelid
            WHERE t.relkind <> 't' AND t.relpersistence <> 't' AND @user(n) AND @own(pg_class, t)
            """);

    /** What comes with a parent table's constraint, or with a root's foreign key, has no statement of its own. */
    private static final InventoryQuery CONSTRAINTS = objects("""
            SELECT CASE o.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique constraint' WHEN 'x' THEN 'exclusion constraint'
                        WHEN 'f' THEN 'foreign key' WHEN 'n' THEN 'not-null constraint' WHEN 't' THEN 'constraint trigger'
                        ELSE 'check constraint' END AS kind,
                   @id(pg_constraint, o), @key(pg_constraint, o),
                   ARRAY[CASE WHEN c.oid IS NULL THEN @part(pg_type, t.oid) ELSE @part(pg_class, c.oid) END] AS parents,
                   ARRAY[format('%s:%s.%s.%s', CASE o.contype WHEN 'p' THEN 'primary-key' WHEN 'u' THEN 'unique' WHEN 'x' THEN 'exclusion'
                            WHEN 'f' THEN 'foreign-key' WHEN 'n' THEN 'not-null' ELSE 'check' END,
                         coalesce(n.nspname, tn.nspname), coalesce(c.relname, t.typname), o.conname),
                         format('domain-constraint:%s.%s.%s', tn.nspname, t.typname, o.conname)] AS names,
                   ARRAY[format('ALTER %s ADD CONSTRAINT %s', coalesce('TABLE ' || n.nspname || '.' || c.relname, 'DOMAIN ' || tn.nspname || '.' || t.typname), o.conname)] AS clauses,
                   CASE WHEN o.contype = 'n' THEN a.attname END AS declared, CASE WHEN o.contype = 'n' THEN ARRAY['NOT NULL'] END AS words,
                   CASE WHEN c.oid IS NULL THEN CASE WHEN o.contype = 'n' THEN ARRAY['NOT NULL'] ELSE ARRAY[o.conname || ' CHECK'] END
                        WHEN o.contype = 'c' THEN ARRAY['CONSTRAINT ' || o.conname || ' CHECK']
                        WHEN o.contype = 'n' THEN ARRAY['CONSTRAINT ' || o.conname || ' NOT NULL'] END AS contents,
                   o.conparentid <> 0 AND o.contype = 'f' OR NOT o.conislocal OR o.contype = 't' AS implied,
                   ARRAY[format('CONSTRAINT %s ON %s', o.conname, coalesce(n.nspname || '.' || c.relname, 'DOMAIN ' || tn.nspname || '.' || t.typname))] AS targets,
                   CASE WHEN o.conparentid <> 0 AND o.contype = 'f' OR o.contype = 't' THEN 0 ELSE 1 END AS count
            FROM pg_constraint o
            LEFT JOIN pg_class c ON c.oid = o.conrelid LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_type t ON t.oid = o.contypid LEFT JOIN pg_namespace tn ON tn.oid = t.typnamespace
            LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = o.conkey[1]
            WHERE CASE WHEN c.oid IS NULL THEN @user(tn) AND @own(pg_type, t)
                       ELSE c.relpersistence <> 't' AND @user(n) AND @own(pg_class, c) END
            """);

    /** A column that inherits the parent's default comes with it. */
    private static final InventoryQuery DEFAULTS = objects("""
            SELECT CASE WHEN a.attgenerated = '' THEN 'default' ELSE 'generated column' END AS kind,
                   format('%I.%I.%I', n.nspname, c.relname, a.attname) AS identity, @key(pg_attrdef, d),
                   ARRAY[@part(pg_class, c.oid)] AS parents, ARRAY[format('default:%s.%s.%s', n.nspname, c.relname, a.attname)] AS names,
                   a.attname AS declared, ARRAY['DEFAULT', 'GENERATED'] AS words,
                   ARRAY[format('ALTER TABLE %s.%s ALTER COLUMN %s SET DEFAULT', n.nspname, c.relname, a.attname),
                         format('ALTER VIEW %s.%s ALTER COLUMN %s SET DEFAULT', n.nspname, c.relname, a.attname)] AS clauses,
                   NOT a.attislocal AND EXISTS (
                       SELECT FROM pg_inherits i JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attname = a.attname
                       JOIN pg_attrdef pd ON pd.adrelid = p.attrelid AND pd.adnum = p.attnum
                       WHERE i.inhrelid = c.oid AND pg_get_expr(pd.adbin, pd.adrelid) = pg_get_expr(d.adbin, d.adrelid)) AS implied
            FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
            WHERE c.relpersistence <> 't' AND @user(n) AND @own(pg_class, c)
            """);

    /** Those of partitions come with their root's. */
    private static final InventoryQuery TRIGGERS = objects("""
            SELECT 'trigger' AS kind, @id(pg_trigger, t), @key(pg_trigger, t), ARRAY[@part(pg_class, c.oid)] AS parents,
                   ARRAY[format('trigger:%s.%s.%s', n.nspname, c.relname, t.tgname)] AS names,
                   ARRAY[format('TRIGGER %s ON %s.%s', t.tgname, n.nspname, c.relname)] AS targets,
                   t.tgparentid <> 0 AS implied, CASE WHEN t.tgparentid = 0 THEN 1 ELSE 0 END AS count
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_proc f ON f.oid = t.tgfoid
            -- Before version 15 a partition's copy of a trigger counts as internal, as those of foreign keys do.
            WHERE (NOT t.tgisinternal OR t.tgparentid <> 0 AND f.proname !~ '^(RI_FKey_|unique_key_recheck)')
              AND c.relpersistence <> 't' AND @user(n) AND @own(pg_class, c)
            """);

    private static final InventoryQuery RULES = objects("""
            SELECT 'rule' AS kind, @id(pg_rewrite, r), @key(pg_rewrite, r), ARRAY[@part(pg_class, c.oid)] AS parents,
                   ARRAY[format('rule:%s.%s.%s', n.nspname, c.relname, r.rulename)] AS names,
                   ARRAY[format('RULE %s ON %s.%s', r.rulename, n.nspname, c.relname)] AS targets
            FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE r.rulename <> '_RETURN' AND c.relpersistence <> 't' AND @user(n) AND @own(pg_class, c)
            """);

    private static final InventoryQuery POLICIES = objects("""
            SELECT 'policy' AS kind, @id(pg_policy, p), @key(pg_policy, p), ARRAY[@part(pg_class, c.oid)] AS parents,
                   ARRAY[format('policy:%s.%s.%s', n.nspname, c.relname, p.polname)] AS names,
                   ARRAY[format('POLICY %s ON %s.%s', p.polname, n.nspname, c.relname)] AS targets
            FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE @user(n) AND @own(pg_class, c)
            """);

    private static final InventoryQuery STATISTICS = objects("""
            SELECT 'statistics object' AS kind, @id(pg_statistic_ext, s), @key(pg_statistic_ext, s), ARRAY[@part(pg_class, c.oid)] AS parents,
                   ARRAY['statistics:' || n.nspname || '.' || s.stxname] AS names,
                   ARRAY['STATISTICS ' || n.nspname || '.' || s.stxname] AS targets
            FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace JOIN pg_class c ON c.oid = s.stxrelid
            WHERE @user(n) AND @own(pg_statistic_ext, s)
            """);

    private RelationQueries() {}

    static List<InventoryQuery> all() {
        return List.of(RELATIONS, SEQUENCES, INDEXES, CONSTRAINTS, DEFAULTS, TRIGGERS, RULES, POLICIES, STATISTICS);
    }
}
