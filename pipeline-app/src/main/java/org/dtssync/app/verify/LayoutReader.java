package org.dtssync.app.verify;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dtssync.connectors.postgres.TableName;

/** Reads the layout of all tables from one end's catalog, in two queries however many tables there are. Stateless. */
final class LayoutReader {

    /**
     * The columns of PostgreSQL's catalog that describe collations differ by version; {@code to_jsonb} reads those that
     * are there. An order is told by its locale alone only where it is that of the bytes.
     */
    private static final String COLUMNS = """
            WITH database_order AS (
                SELECT CASE
                    WHEN d.datcollate IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8') AND coalesce(j ->> 'datlocprovider', 'c') = 'c'
                        OR j ->> 'datlocprovider' = 'b' THEN 'bytes'
                    WHEN j ->> 'datcollversion' IS NULL THEN 'unknown'
                    ELSE concat_ws(' ', j ->> 'datlocprovider', coalesce(j ->> 'datlocale', j ->> 'daticulocale', d.datcollate),
                        j ->> 'daticurules', j ->> 'datcollversion') END AS text
                FROM pg_database d, to_jsonb(d) AS j WHERE d.datname = current_database())
            SELECT n.nspname, c.relname, c.relkind = 'p', a.attname, format_type(a.atttypid, a.atttypmod),
                CASE WHEN a.attcollation = 0 THEN ''
                    WHEN l.collname = 'default' THEN (SELECT text FROM database_order)
                    WHEN l.collcollate IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8') OR l.collprovider = 'b' THEN 'bytes'
                    WHEN pg_collation_actual_version(l.oid) IS NULL THEN 'unknown'
                    ELSE concat_ws(' ', l.collprovider, coalesce(k ->> 'colllocale', k ->> 'colliculocale', l.collcollate),
                        k ->> 'collicurules', pg_collation_actual_version(l.oid)) END,
                NOT EXISTS (
                    WITH RECURSIVE below AS (
                        SELECT t.oid, t.typtype, t.typbasetype FROM pg_type t WHERE t.oid = a.atttypid
                        UNION ALL
                        SELECT t.oid, t.typtype, t.typbasetype FROM below JOIN pg_type t ON t.oid = below.typbasetype)
                    SELECT FROM below
                    WHERE EXISTS (SELECT FROM pg_opclass o JOIN pg_am i ON i.oid = o.opcmethod AND i.amname = 'btree'
                                  WHERE o.opcintype = below.oid AND o.opcdefault
                                        AND o.opcnamespace <> 'pg_catalog'::regnamespace)
                       OR EXISTS (SELECT FROM pg_cast x
                                  WHERE x.castsource = 'text'::regtype AND x.casttarget = below.oid AND x.castmethod = 'f'
                                        AND below.oid <> 'name'::regtype))
            FROM unnest(?::text[], ?::text[]) AS wanted(schema_name, table_name)
            JOIN pg_namespace n ON n.nspname = wanted.schema_name
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.table_name AND c.relkind IN ('r', 'p')
            LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_collation l ON l.oid = a.attcollation
            LEFT JOIN LATERAL to_jsonb(l) AS k ON true
            ORDER BY 1, 2, a.attnum
            """;

    /** Rows by the density that the last ANALYZE found, and by a guess of 80 a block where there was none. */
    private static final String SIZES = """
            SELECT n.nspname, c.relname,
                sum(s.blocks * CASE WHEN f.relpages > 0 AND f.reltuples >= 0 THEN f.reltuples / f.relpages ELSE 80 END)::bigint,
                sum(pg_table_size(f.oid))::bigint, max(s.blocks), count(*)
            FROM unnest(?::text[], ?::text[]) AS wanted(schema_name, table_name)
            JOIN pg_namespace n ON n.nspname = wanted.schema_name
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.table_name AND c.relkind IN ('r', 'p')
            LEFT JOIN LATERAL pg_partition_tree(CASE WHEN c.relkind = 'p' THEN c.oid END) AS p ON true
            JOIN pg_class f ON f.oid = coalesce(p.relid, c.oid) AND f.relkind = 'r'
            CROSS JOIN LATERAL (SELECT pg_relation_size(f.oid) / current_setting('block_size')::bigint AS blocks) AS s
            GROUP BY 1, 2
            """;

    private LayoutReader() {}

    /** Reads the layouts of those tables that exist. */
    static Map<TableName, TableLayout> read(Connection connection, Collection<TableName> tables) throws SQLException {
        Map<TableName, long[]> sizes = sizes(connection, tables);
        Map<TableName, List<TableLayout.Column>> columns = new HashMap<>();
        Map<TableName, Boolean> partitioned = new HashMap<>();
        try (PreparedStatement statement = prepare(connection, COLUMNS, tables);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                TableName table = new TableName(rows.getString(1), rows.getString(2));
                partitioned.put(table, rows.getBoolean(3));
                List<TableLayout.Column> ofTable = columns.computeIfAbsent(table, name -> new ArrayList<>());
                if (rows.getString(4) != null) {
                    ofTable.add(new TableLayout.Column(
                            rows.getString(4), rows.getString(5), rows.getString(6), rows.getBoolean(7)));
                }
            }
        }
        Map<TableName, TableLayout> layouts = new HashMap<>();
        columns.forEach((table, list) -> {
            long[] size = sizes.getOrDefault(table, new long[] {0, 0, 0, 1});
            layouts.put(
                    table, new TableLayout(partitioned.get(table), list, size[0], size[1], size[2], Math.max(1, (int)
                            size[3])));
        });
        return layouts;
    }

    private static Map<TableName, long[]> sizes(Connection connection, Collection<TableName> tables)
            throws SQLException {
        Map<TableName, long[]> sizes = new HashMap<>();
        try (PreparedStatement statement = prepare(connection, SIZES, tables);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                sizes.put(
                        new TableName(rows.getString(1), rows.getString(2)),
                        new long[] {rows.getLong(3), rows.getLong(4), rows.getLong(5), rows.getLong(6)});
            }
        }
        return sizes;
    }

    private static PreparedStatement prepare(Connection connection, String sql, Collection<TableName> tables)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setArray(
                1,
                connection.createArrayOf(
                        "text", tables.stream().map(TableName::schema).toArray()));
        statement.setArray(
                2,
                connection.createArrayOf(
                        "text", tables.stream().map(TableName::table).toArray()));
        return statement;
    }
}
