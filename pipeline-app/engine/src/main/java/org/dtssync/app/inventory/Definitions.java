package org.dtssync.app.inventory;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The SQL of single objects, printed by PostgreSQL itself where it can.
 *
 * @param connection to their database
 */
record Definitions(Connection connection) {

    private static final String PRINTED = """
            SELECT k.catalog, k.oid, rtrim(CASE k.catalog::oid
                WHEN 'pg_proc'::regclass THEN (SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE p.oid = k.oid::oid AND p.prokind <> 'a')
                WHEN 'pg_class'::regclass THEN (
                    SELECT CASE c.relkind
                        WHEN 'v' THEN format('CREATE VIEW %I.%I AS', n.nspname, c.relname) || pg_get_viewdef(c.oid)
                        WHEN 'm' THEN format('CREATE MATERIALIZED VIEW %I.%I AS', n.nspname, c.relname) || pg_get_viewdef(c.oid)
                        WHEN 'i' THEN pg_get_indexdef(c.oid) WHEN 'I' THEN pg_get_indexdef(c.oid)
                        WHEN 'S' THEN (SELECT format('CREATE SEQUENCE %I.%I AS %s START %s INCREMENT %s MINVALUE %s MAXVALUE %s CACHE %s%s', n.nspname,
                                c.relname, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache,
                                CASE WHEN s.seqcycle THEN ' CYCLE' ELSE '' END) FROM pg_sequence s WHERE s.seqrelid = c.oid)
                        WHEN 'f' THEN (SELECT concat(format('CREATE FOREIGN TABLE %I.%I (', n.nspname, c.relname),
                                (SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
                                            || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END, ', ' ORDER BY a.attnum)
                                 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
                                format(') SERVER %I', s.srvname),
                                ' OPTIONS (' || (SELECT string_agg(@option(o), ', ') FROM unnest(f.ftoptions) o) || ')')
                            FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid)
                        END
                    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = k.oid::oid)
                WHEN 'pg_constraint'::regclass THEN (
                    SELECT format('ALTER %s ADD CONSTRAINT %I %s', CASE WHEN o.conrelid <> 0 THEN 'TABLE ' || o.conrelid::regclass
                                      ELSE 'DOMAIN ' || o.contypid::regtype END, o.conname, pg_get_constraintdef(o.oid))
                    FROM pg_constraint o WHERE o.oid = k.oid::oid)
                WHEN 'pg_trigger'::regclass THEN pg_get_triggerdef(k.oid::oid)
                WHEN 'pg_rewrite'::regclass THEN pg_get_ruledef(k.oid::oid)
                WHEN 'pg_statistic_ext'::regclass THEN pg_get_statisticsobjdef(k.oid::oid)
                WHEN 'pg_attrdef'::regclass THEN (
                    SELECT format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', d.adrelid::regclass, a.attname, pg_get_expr(d.adbin, d.adrelid))
                    FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
                    WHERE d.oid = k.oid::oid AND a.attgenerated = '')
                WHEN 'pg_type'::regclass THEN (
                    SELECT CASE t.typtype
                        WHEN 'e' THEN format('CREATE TYPE %I.%I AS ENUM (%s)', n.nspname, t.typname,
                                (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid))
                        WHEN 'd' THEN concat(format('CREATE DOMAIN %I.%I AS %s', n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod)),
                                ' DEFAULT ' || t.typdefault, CASE WHEN t.typnotnull THEN ' NOT NULL' END)
                        WHEN 'c' THEN format('CREATE TYPE %I.%I AS (%s)', n.nspname, t.typname,
                                (SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum)
                                 FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped))
                        WHEN 'p' THEN format('CREATE TYPE %I.%I', n.nspname, t.typname)
                        END
                    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.oid = k.oid::oid)
                WHEN 'pg_namespace'::regclass THEN (SELECT format('CREATE SCHEMA %I', n.nspname) FROM pg_namespace n WHERE n.oid = k.oid::oid)
                END, E';\\n ') || ';'
            FROM unnest(?::bigint[], ?::bigint[]) k(catalog, oid)
            """;

    /** Returns the SQL of some objects, as far as it can be printed. */
    Map<ObjectKey, String> of(List<ObjectKey> keys) throws SQLException {
        Map<ObjectKey, String> found = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(InventoryQuery.expand(PRINTED))) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "bigint", keys.stream().map(ObjectKey::catalog).toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "bigint", keys.stream().map(ObjectKey::oid).toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    if (rows.getString(3) != null) {
                        found.put(new ObjectKey(rows.getLong(1), rows.getLong(2)), rows.getString(3));
                    }
                }
            }
        }
        return found;
    }
}
