package org.dtssync.app.structure.pgdump;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.dtssync.connectors.postgres.TableName;

/**
 * Tables that inherit columns in another order than INHERITS would give them. {@code pg_dump} creates them with INHERITS; here each is
 * created by itself and attached, so that both ends have the same order. Immutable.
 */
final class ReorderedChildren {

    /**
     * A partition is always created separately and attached, since its columns may be in another order than its root's. Another
     * child is created that way only if INHERITS would give another order, because its columns become local by that. A table's columns
     * are looked up per table: a list of the columns of all tables would be scanned for each.
     */
    private static final String CHILDREN = """
            WITH child AS (
                SELECT c.*, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.oid IN (SELECT unnest(?::bigint[])::oid) AND c.relkind IN ('r', 'p')
                  AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid)
            ), columns AS NOT MATERIALIZED (
                SELECT a.*, quote_ident(a.attname) AS name, pg_get_expr(d.adbin, d.adrelid) AS expression,
                       t.typstorage, t.typcollation,
                       (SELECT min(i.inhseqno * 10000 + p.attnum) FROM pg_inherits i
                        JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attname = a.attname AND NOT p.attisdropped
                        WHERE i.inhrelid = a.attrelid) AS place
                FROM pg_attribute a
                JOIN pg_type t ON t.oid = a.atttypid
                LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                WHERE a.attnum > 0 AND NOT a.attisdropped
            )
            SELECT c.nspname, c.relname,
                   CASE WHEN c.relispartition
                             OR ARRAY(SELECT attnum FROM columns a WHERE a.attrelid = c.oid ORDER BY attnum)
                                <> ARRAY(SELECT attnum FROM columns a WHERE a.attrelid = c.oid ORDER BY place, attnum)
                   THEN format('CREATE %sTABLE %I.%I (', CASE WHEN c.relpersistence = 'u' THEN 'UNLOGGED ' ELSE '' END,
                               c.nspname, c.relname)
                        || coalesce((SELECT string_agg(E'\\n\\t' || a.name || ' ' || format_type(a.atttypid, a.atttypmod)
                               || CASE to_jsonb(a) ->> 'attcompression' WHEN 'p' THEN ' COMPRESSION pglz'
                                       WHEN 'l' THEN ' COMPRESSION lz4' ELSE '' END
                               || CASE WHEN a.attcollation <> a.typcollation
                                       THEN ' COLLATE ' || (SELECT format('%I.%I', cn.nspname, co.collname) FROM pg_collation co
                                            JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = a.attcollation)
                                       ELSE '' END
                               || CASE WHEN a.expression IS NULL THEN ''
                                       WHEN a.attgenerated = 's' THEN ' GENERATED ALWAYS AS (' || a.expression || ') STORED'
                                       WHEN a.attgenerated = 'v' THEN ' GENERATED ALWAYS AS (' || a.expression || ')'
                                       ELSE ' DEFAULT ' || a.expression END
                               || CASE WHEN a.attnotnull THEN coalesce((SELECT ' CONSTRAINT ' || quote_ident(con.conname)
                                            FROM pg_constraint con WHERE con.conrelid = a.attrelid AND con.contype = 'n'
                                            AND con.conkey = ARRAY[a.attnum]
                                            AND con.conname <> c.relname || '_' || a.attname || '_not_null'), '') || ' NOT NULL' ELSE '' END,
                               ',' ORDER BY a.attnum) FROM columns a WHERE a.attrelid = c.oid), '')
                        || E'\\n)'
                        || CASE WHEN c.relkind = 'p' THEN E'\\nPARTITION BY ' || pg_get_partkeydef(c.oid) ELSE '' END
                        || coalesce((SELECT E'\\nUSING ' || quote_ident(am.amname) FROM pg_am am
                                     WHERE am.oid = c.relam AND am.amname <> 'heap'), '')
                        || coalesce(E'\\nWITH (' || (SELECT string_agg(split_part(o, '=', 1) || ' = '
                                        || quote_literal(substr(o, strpos(o, '=') + 1)), ', ')
                               FROM (SELECT unnest(c.reloptions) AS o UNION ALL
                                     SELECT 'toast.' || unnest(t.reloptions) FROM pg_class t WHERE t.oid = c.reltoastrelid) x)
                            || ')', '')
                        || coalesce((SELECT string_agg(
                               CASE WHEN c.relispartition
                                    THEN format(E';\\nALTER TABLE ONLY %I.%I ATTACH PARTITION %I.%I %s', pn.nspname, p.relname,
                                                c.nspname, c.relname, pg_get_expr(c.relpartbound, c.oid))
                                    ELSE format(E';\\nALTER TABLE ONLY %I.%I INHERIT %I.%I', c.nspname, c.relname, pn.nspname,
                                                p.relname) END, '' ORDER BY i.inhseqno)
                               FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
                               JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid), '')
                        || coalesce((SELECT string_agg(
                               CASE WHEN a.attstorage <> a.typstorage
                                    THEN format(E';\\nALTER TABLE ONLY %I.%I ALTER COLUMN %s SET STORAGE %s', c.nspname,
                                        c.relname, a.name, CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'm' THEN 'MAIN'
                                                                WHEN 'e' THEN 'EXTERNAL' ELSE 'EXTENDED' END) ELSE '' END
                               || CASE WHEN a.attstattarget >= 0
                                    THEN format(E';\\nALTER TABLE ONLY %I.%I ALTER COLUMN %s SET STATISTICS %s', c.nspname,
                                        c.relname, a.name, a.attstattarget) ELSE '' END
                               || CASE WHEN a.attoptions IS NOT NULL
                                    THEN format(E';\\nALTER TABLE ONLY %I.%I ALTER COLUMN %s SET (%s)', c.nspname,
                                        c.relname, a.name, array_to_string(a.attoptions, ', ')) ELSE '' END,
                               '' ORDER BY a.attnum) FROM columns a WHERE a.attrelid = c.oid), '')
                   END AS standalone
            FROM child c
            """;

    private final Map<TableName, String> tables;

    private ReorderedChildren(Map<TableName, String> tables) {
        this.tables = tables;
    }

    /** Reads them in the transaction of a connection. */
    static ReorderedChildren read(Connection connection, Collection<Long> oids) throws SQLException {
        Array parameter = connection.createArrayOf("bigint", oids.toArray());
        Map<TableName, String> tables = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(CHILDREN)) {
            statement.setArray(1, parameter);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String statements = rows.getString(3);
                    if (statements != null) {
                        tables.put(new TableName(rows.getString(1), rows.getString(2)), statements);
                    }
                }
            }
        }
        return new ReorderedChildren(tables);
    }

    /** Returns the statements that create and attach a table; empty if INHERITS gives the same result. */
    Optional<String> of(TableName table) {
        return Optional.ofNullable(tables.get(table));
    }
}
