package org.dtssync.app.base;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dtssync.connectors.postgres.TableName;

/** Reads how tables are read from the catalog. Stateless. */
final class TableLayouts {

    private static final String COLUMNS = """
            SELECT n.nspname, c.relname, c.relkind = 'p',
                   CASE WHEN c.relkind = 'r' AND am.amname = 'heap'
                        THEN pg_relation_size(c.oid) / current_setting('block_size')::bigint ELSE 0 END,
                   a.attname, format_type(a.atttypid, a.atttypmod), t.typname
            FROM unnest(?::text[], ?::text[]) AS wanted (schema_name, table_name)
            JOIN pg_namespace n ON n.nspname = wanted.schema_name
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.table_name
            LEFT JOIN pg_am am ON am.oid = c.relam
            LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            LEFT JOIN pg_type t ON t.oid = a.atttypid
            ORDER BY n.nspname, c.relname, a.attnum
            """;

    /**
     * The catalog's rows are those of the snapshot, while functions and locks see the table as it is now. TRUNCATE and rewrites give a table
     * another file, and its rows then are not those of the snapshot; the same holds for partitions that were attached or detached.
     */
    private static final String MOVED = """
            WITH RECURSIVE root AS (
                SELECT c.oid, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = ? AND c.relname = ?
            ), before AS (
                SELECT oid FROM root
                UNION ALL
                SELECT i.inhrelid FROM before b JOIN pg_inherits i ON i.inhparent = b.oid
                WHERE (SELECT relkind FROM root) = 'p'
            ), now AS (
                SELECT relid::oid AS oid FROM root, pg_partition_tree(root.oid) WHERE root.relkind = 'p'
                UNION ALL
                SELECT oid FROM root WHERE relkind <> 'p'
            )
            SELECT NOT EXISTS (SELECT FROM root) OR EXISTS (
                SELECT FROM before FULL JOIN now ON now.oid = before.oid LEFT JOIN pg_class c ON c.oid = before.oid
                WHERE before.oid IS NULL OR now.oid IS NULL OR c.relfilenode <> pg_relation_filenode(c.oid))
            """;

    private TableLayouts() {}

    /** Returns the layouts of those tables that exist. */
    static Map<TableName, TableLayout> read(Connection connection, List<TableName> tables) throws SQLException {
        Map<TableName, List<BaseColumn>> columns = new TreeMap<>();
        Map<TableName, TableLayout> layouts = new TreeMap<>();
        try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
            statement.setArray(
                    1, texts(connection, tables.stream().map(TableName::schema).toArray()));
            statement.setArray(
                    2, texts(connection, tables.stream().map(TableName::table).toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    TableName table = new TableName(rows.getString(1), rows.getString(2));
                    List<BaseColumn> of = columns.computeIfAbsent(table, absent -> new ArrayList<>());
                    if (rows.getString(5) != null) {
                        of.add(new BaseColumn(rows.getString(5), rows.getString(6), rows.getString(7)));
                    }
                    layouts.put(table, new TableLayout(table, rows.getBoolean(3), rows.getLong(4), of));
                }
            }
        }
        return layouts;
    }

    private static Array texts(Connection connection, Object[] texts) throws SQLException {
        return connection.createArrayOf("text", texts);
    }

    /** Returns whether a table, which the connection has locked, no longer has the rows of the connection's snapshot. */
    static boolean isMoved(Connection connection, TableName table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(MOVED)) {
            statement.setString(1, table.schema());
            statement.setString(2, table.table());
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getBoolean(1);
            }
        }
    }
}
