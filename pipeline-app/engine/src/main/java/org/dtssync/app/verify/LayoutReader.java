package org.dtssync.app.verify;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dtssync.app.catalog.KeyColumn;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;

/** Reads the layout of all tables from one end's catalog, in two queries however many tables there are. Stateless. */
final class LayoutReader {

    /**
     * The columns of PostgreSQL's catalog that describe collations differ by version; {@code to_jsonb} reads those that
     * exist. A locale alone determines an order only if it is byte order. Composites and ranges of text sort
     * by collations that the column does not show, names of objects by oids that differ at the other server: names
     * also cannot be read by a server that has no such object.
     *
     * <p>A domain is compared as the type below it, so that no cast of a key meets a constraint that was added later. Operators
     * are those of the type's default class, if it has one; polymorphic ones are PostgreSQL's.
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
            SELECT n.nspname, c.relname, c.relkind = 'p', a.attname,
                CASE WHEN b.names OR coalesce(e.typtype, b.typtype) = 'c' OR b.ordered_range THEN 'unknown'
                    WHEN a.attcollation = 0 THEN ''
                    WHEN l.collname = 'default' THEN (SELECT text FROM database_order)
                    WHEN l.collcollate IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8') OR l.collprovider = 'b' THEN 'bytes'
                    WHEN pg_collation_actual_version(l.oid) IS NULL THEN 'unknown'
                    ELSE concat_ws(' ', l.collprovider, coalesce(k ->> 'colllocale', k ->> 'colliculocale', l.collcollate),
                        k ->> 'collicurules', pg_collation_actual_version(l.oid)) END,
                NOT b.names,
                CASE WHEN (b.typtype = 'e' OR x.ambiguous) AND b.oid <> a.atttypid
                    THEN '::' || format_type(b.oid, NULL) ELSE '' END,
                format_type(b.oid, b.typmod),
                o.operators,
                x.ambiguous
            FROM unnest(?::text[], ?::text[]) AS wanted(schema_name, table_name)
            JOIN pg_namespace n ON n.nspname = wanted.schema_name
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.table_name AND c.relkind IN ('r', 'p')
            LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_collation l ON l.oid = a.attcollation
            LEFT JOIN LATERAL to_jsonb(l) AS k ON true
            LEFT JOIN LATERAL (
                WITH RECURSIVE below AS (
                    SELECT t.oid, t.typtype, t.typbasetype, t.typtypmod, t.typelem, a.atttypmod AS typmod
                    FROM pg_type t WHERE t.oid = a.atttypid
                    UNION ALL
                    SELECT t.oid, t.typtype, t.typbasetype, t.typtypmod, t.typelem, below.typtypmod
                    FROM below JOIN pg_type t ON t.oid = below.typbasetype AND below.typtype = 'd')
                SELECT below.*, below.oid::regtype::text ~ '^reg[a-z]+([[][]])?$' AS names,
                    EXISTS (SELECT FROM pg_range r
                            WHERE below.oid IN (r.rngtypid, r.rngmultitypid) AND r.rngcollation <> 0) AS ordered_range
                FROM below WHERE below.typtype <> 'd') AS b ON true
            LEFT JOIN pg_type e ON e.oid = b.typelem
            LEFT JOIN LATERAL (
                SELECT array_agg(format('OPERATOR(%I.%s)', s.nspname, p.oprname) ORDER BY m.amopstrategy) AS operators
                FROM pg_opclass o
                JOIN pg_am i ON i.oid = o.opcmethod AND i.amname = 'btree'
                JOIN pg_amop m ON m.amopfamily = o.opcfamily AND m.amoppurpose = 's'
                    AND m.amoplefttype = o.opcintype AND m.amoprighttype = o.opcintype
                JOIN pg_operator p ON p.oid = m.amopopr
                JOIN pg_namespace s ON s.oid = p.oprnamespace
                WHERE o.opcdefault AND o.opcintype = b.oid) AS o ON true
            LEFT JOIN LATERAL (
                SELECT b.typtype IN ('e', 'c', 'r', 'm')
                    AND EXISTS (SELECT FROM pg_cast t WHERE t.castsource = b.oid AND t.castcontext = 'i') AS ambiguous) AS x ON true
            ORDER BY 1, 2, a.attnum
            """;

    private static final List<String> USUAL_OPERATORS = Stream.of("<", "<=", "=", ">=", ">")
            .map(operator -> "OPERATOR(pg_catalog." + operator + ")")
            .toList();

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
                    ofTable.add(column(rows));
                }
            }
        }
        Map<TableName, TableLayout> layouts = new HashMap<>();
        columns.forEach((table, list) -> {
            long[] size = sizes.getOrDefault(table, new long[] {0, 0, 0, 1});
            layouts.put(
                    table,
                    new TableLayout(
                            partitioned.getOrDefault(table, false), list, size[0], size[1], size[2], Math.max(1, (int)
                                    size[3])));
        });
        return layouts;
    }

    private static TableLayout.Column column(ResultSet rows) throws SQLException {
        String name = rows.getString(4);
        Array operators = rows.getArray(9);
        return new TableLayout.Column(
                name,
                rows.getString(5),
                rows.getBoolean(6),
                new KeyColumn(
                        "t." + Identifiers.quote(name) + rows.getString(7),
                        rows.getString(8),
                        false,
                        false,
                        operators == null ? USUAL_OPERATORS : Arrays.asList((String[]) operators.getArray()),
                        rows.getBoolean(10)));
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
