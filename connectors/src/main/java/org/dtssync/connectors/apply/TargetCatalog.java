package org.dtssync.connectors.apply;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dtssync.connectors.apply.ApplySettings.AppliedTable;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;

/**
 * Looks tables up at the destination at their first change and remembers them.
 *
 * <p>Not thread-safe; belongs to one applier.
 */
final class TargetCatalog {

    private final Map<TableName, AppliedTable> applied = new HashMap<>();
    private final Map<TableName, TargetTable> tables = new HashMap<>();

    TargetCatalog(List<AppliedTable> applied) {
        applied.forEach(table -> this.applied.put(table.table(), table));
    }

    TargetTable table(Connection connection, TableName name) throws SQLException {
        TargetTable known = tables.get(name);
        if (known == null) {
            known = read(connection, name);
            tables.put(name, known);
        }
        return known;
    }

    /** Returns what the applier was told of a table. */
    AppliedTable applied(TableName name) {
        AppliedTable table = applied.get(name);
        if (table == null) {
            throw new SyncException(
                    FaultKind.STRUCTURE_CHANGED, "Table " + name + " is in the topics but not in the task.", "");
        }
        return table;
    }

    private TargetTable read(Connection connection, TableName name) throws SQLException {
        AppliedTable table = applied(name);
        List<TargetColumn> columns = new ArrayList<>();
        boolean partitioned = false;
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.atttypid = 18, a.attidentity = 'a',
                       c.relkind = 'p'
                FROM pg_class c
                JOIN pg_namespace n ON n.oid = c.relnamespace
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                WHERE n.nspname = ? AND c.relname = ? AND a.attgenerated = ''
                ORDER BY a.attnum
                """)) {
            statement.setString(1, name.schema());
            statement.setString(2, name.table());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    columns.add(new TargetColumn(
                            rows.getString(1),
                            rows.getString(2),
                            rows.getBoolean(3) ? TargetColumn.Base.CHAR : TargetColumn.Base.CAST,
                            rows.getBoolean(4)));
                    partitioned = rows.getBoolean(5);
                }
            }
        }
        if (columns.isEmpty()) {
            throw new SyncException(
                    FaultKind.STRUCTURE_CHANGED,
                    "Table " + name + " does not exist at the destination.",
                    "Make it there with the structure it has at the source.");
        }
        requireKeyColumns(name, table, columns);
        return new TargetTable(
                name, partitioned, columns, table.keyColumns(), table.visible(), referredToBy(connection, name));
    }

    private static Set<TableName> referredToBy(Connection connection, TableName name) throws SQLException {
        Set<TableName> tables = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT DISTINCT rn.nspname, r.relname
                FROM pg_constraint k
                JOIN pg_class c ON c.oid = k.confrelid
                JOIN pg_namespace n ON n.oid = c.relnamespace
                JOIN pg_class r ON r.oid = k.conrelid
                JOIN pg_namespace rn ON rn.oid = r.relnamespace
                WHERE k.contype = 'f' AND k.conparentid = 0 AND k.conrelid <> k.confrelid
                  AND n.nspname = ? AND c.relname = ?
                """)) {
            statement.setString(1, name.schema());
            statement.setString(2, name.table());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    tables.add(new TableName(rows.getString(1), rows.getString(2)));
                }
            }
        }
        return tables;
    }

    private static void requireKeyColumns(TableName name, AppliedTable table, List<TargetColumn> columns) {
        for (String key : table.keyColumns()) {
            if (columns.stream().noneMatch(column -> column.name().equals(key))) {
                throw new SyncException(
                        FaultKind.STRUCTURE_CHANGED,
                        "Column " + key + " of table " + name + " does not exist at the destination.",
                        "Add it there with the type it has at the source.");
            }
        }
    }
}
