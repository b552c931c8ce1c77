package org.dtssync.app.catalog;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.catalog.CatalogTable.Identity;
import org.dtssync.app.catalog.CatalogTable.Kind;
import org.dtssync.app.catalog.CatalogTable.Persistence;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;

/**
 * Reads the tables a selection matches, with all members of their partition trees, in one query however many there are.
 *
 * <p>A partition is selected by its root's name, never by its own: roots stand for their partitions. Foreign, unlogged
 * and temporary tables are included, so that the precheck can name them, as are
 * tables without replicated columns; {@link SelectedTables} excludes them.
 * System schemas, dts_sync and members of extensions are excluded. Thread-safe.
 */
public final class TableCatalog {

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /**
     * Sizes are read under a lock that a running ALTER TABLE or VACUUM FULL withholds; then the size as of the last VACUUM or
     * ANALYZE (relpages) is used. Rows follow the planner: density of the last ANALYZE times the size now.
     */
    private static final String TABLES = """
            WITH RECURSIVE tree(root, member) AS (
                SELECT c.oid, c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition
                  AND n.nspname NOT IN ('information_schema', 'dts_sync') AND n.nspname !~ '^pg_(catalog|toast)$'
                  AND NOT EXISTS (SELECT 1 FROM pg_depend d
                                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
                UNION ALL
                SELECT tree.root, child.oid
                FROM tree JOIN pg_inherits i ON i.inhparent = tree.member
                          JOIN pg_class child ON child.oid = i.inhrelid AND child.relispartition
            ), sized AS (
                SELECT tree.root, c.*, n.nspname,
                       CASE WHEN c.relkind <> 'r' THEN 0
                            ELSE coalesce(%1$s, 0) END AS bytes,
                       CASE WHEN c.relkind <> 'r' OR c.reltoastrelid = 0 THEN 0
                            ELSE coalesce(%2$s, 0) END AS toast_bytes,
                       CASE WHEN c.relkind <> 'r' THEN 0
                            ELSE coalesce(%3$s, 0) END AS main_bytes
                FROM tree JOIN pg_class c ON c.oid = tree.member JOIN pg_namespace n ON n.oid = c.relnamespace
            )
            SELECT s.oid::bigint, s.nspname, s.relname, s.root::bigint, root_namespace.nspname, root.relname,
                   s.relkind, s.relpersistence, s.relreplident,
                   (SELECT array_agg(a.attname::text ORDER BY k.position)
                    FROM pg_index x, unnest(x.indkey::int2[]) WITH ORDINALITY k(attnum, position)
                         JOIN pg_attribute a ON a.attnum = k.attnum AND a.attrelid = s.oid
                    WHERE x.indrelid = s.oid AND x.indimmediate AND x.indisvalid AND k.position <= x.indnkeyatts
                      AND a.attrelid = x.indrelid
                      AND (s.relreplident IN ('d', 'f') AND x.indisprimary
                           OR s.relreplident = 'i' AND x.indisreplident)) AS key_columns,
                   EXISTS (SELECT 1 FROM pg_index x
                           WHERE x.indrelid = s.oid AND x.indisprimary AND NOT x.indimmediate) AS deferrable_key,
                   EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = s.oid AND a.attnum > 0
                           AND NOT a.attisdropped AND a.attgenerated = '') AS replicated,
                   CASE WHEN s.relkind <> 'r' THEN 0
                        WHEN s.reltuples >= 0 AND s.relpages > 0
                        THEN round(s.reltuples / s.relpages * s.main_bytes / 8192.0)::bigint
                        ELSE s.main_bytes / 100 END AS rows,
                   s.bytes, s.toast_bytes
            FROM sized s JOIN pg_class root ON root.oid = s.root
                         JOIN pg_namespace root_namespace ON root_namespace.oid = root.relnamespace
            ORDER BY root_namespace.nspname COLLATE "C", root.relname COLLATE "C", s.nspname COLLATE "C",
                     s.relname COLLATE "C"
            """;

    private static final String EXACT = TABLES.formatted(
            "pg_table_size(c.oid)", "pg_total_relation_size(c.reltoastrelid)", "pg_relation_size(c.oid)");

    private static final String BY_STATISTICS = TABLES.formatted(
            "8192::bigint * (c.relpages + coalesce((SELECT t.relpages FROM pg_class t WHERE t.oid = c.reltoastrelid), 0))",
            "8192::bigint * (SELECT t.relpages FROM pg_class t WHERE t.oid = c.reltoastrelid)",
            "8192::bigint * c.relpages");

    private static final String NAMES = """
            SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence = 'p'
              AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
                          AND NOT a.attisdropped AND a.attgenerated = '')
              AND n.nspname NOT IN ('information_schema', 'dts_sync') AND n.nspname !~ '^pg_(catalog|toast)$'
              AND NOT EXISTS (SELECT 1 FROM pg_depend d
                              WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
            ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
            """;

    private final ObjectSelection selection;

    /** Creates a reader of one selection. */
    public TableCatalog(ObjectSelection selection) {
        this.selection = selection;
    }

    /**
     * Reads the tables, in the order of their roots' names, then their own.
     *
     * @param connection to the source, in autocommit mode
     */
    public List<CatalogTable> read(Connection connection) {
        try {
            String before = lockTimeout(connection, "2s");
            try {
                return read(connection, EXACT);
            } catch (SQLException e) {
                if (!LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                    throw e;
                }
                return read(connection, BY_STATISTICS);
            } finally {
                lockTimeout(connection, before);
            }
        } catch (SQLException e) {
            throw SqlFaults.explain("The source's tables could not be listed", e);
        }
    }

    /** Reads the names of the tables that {@link SelectedTables} calls captured, in their order. */
    List<TableName> capturedNames(Connection connection) throws SQLException {
        List<TableName> names = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(NAMES);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                TableName name = new TableName(rows.getString(1), rows.getString(2));
                if (selection.selects(name.schema(), name.table())) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    /** Sets the timeout and returns what it was. */
    private static String lockTimeout(Connection connection, String timeout) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT before, set_config('lock_timeout', ?, false)
                FROM (SELECT current_setting('lock_timeout') OFFSET 0) AS setting(before)
                """)) {
            statement.setString(1, timeout);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    private List<CatalogTable> read(Connection connection, String sql) throws SQLException {
        List<CatalogTable> tables = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                if (selection.selects(rows.getString(5), rows.getString(6))) {
                    tables.add(table(rows));
                }
            }
        }
        return tables;
    }

    private static CatalogTable table(ResultSet rows) throws SQLException {
        Array key = rows.getArray(10);
        return new CatalogTable(
                rows.getLong(1),
                new TableName(rows.getString(2), rows.getString(3)),
                rows.getLong(4),
                new TableName(rows.getString(5), rows.getString(6)),
                kind(rows.getString(7)),
                persistence(rows.getString(8)),
                identity(rows.getString(9)),
                key == null ? Optional.empty() : Optional.of(Arrays.asList((String[]) key.getArray())),
                rows.getBoolean(11),
                rows.getBoolean(12),
                rows.getLong(13),
                rows.getLong(14),
                rows.getLong(15));
    }

    private static Kind kind(String relkind) {
        return switch (relkind) {
            case "r" -> Kind.PLAIN;
            case "p" -> Kind.PARTITIONED;
            default -> Kind.FOREIGN;
        };
    }

    private static Persistence persistence(String relpersistence) {
        return switch (relpersistence) {
            case "p" -> Persistence.PERMANENT;
            case "u" -> Persistence.UNLOGGED;
            default -> Persistence.TEMPORARY;
        };
    }

    private static Identity identity(String relreplident) {
        return switch (relreplident) {
            case "d" -> Identity.DEFAULT;
            case "i" -> Identity.INDEX;
            case "f" -> Identity.FULL;
            default -> Identity.NOTHING;
        };
    }
}
