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
 * Looks tables up at the destination at their first change and caches them.
 *
 * <p>Not thread-safe; belongs to one session.
 */
final class TargetCatalog {

    private final Map<TableName, AppliedTable> applied = new HashMap<>();
    private final Map<TableName, TargetChanges> targets = new HashMap<>();

    TargetCatalog(List<AppliedTable> applied) {
        applied.forEach(table -> this.applied.put(table.table(), table));
    }

    /** Returns how changes of a table reach its target. */
    TargetChanges changes(Connection connection, AppliedTable table) throws SQLException {
        TargetChanges known = targets.get(table.table());
        if (known == null) {
            known = new TargetChanges(read(connection, table), table.earlier());
            targets.put(table.table(), known);
        }
        return known;
    }

    /** Forgets how every table looked, and replaces the settings of some. */
    void change(List<AppliedTable> changed) {
        targets.clear();
        changed.forEach(table -> applied.put(table.table(), table));
    }

    /** Returns whether the task has the table. */
    boolean knows(TableName name) {
        return applied.containsKey(name);
    }

    /** Returns the task's settings of a table. */
    AppliedTable applied(TableName name) {
        AppliedTable table = applied.get(name);
        if (table == null) {
            throw new SyncException(
                    FaultKind.SHAPE_CHANGED, "Table " + name + " is in the topics but not in the task.", "");
        }
        return table;
    }

    private static TargetTable read(Connection connection, AppliedTable table) throws SQLException {
        TableName name = table.table();
        List<TargetColumn> columns = new ArrayList<>();
        boolean partitioned = false;
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT a.attname, format_type(a.atttypid, a.atttypmod),
                       CASE WHEN a.atttypid = '"char"'::regtype THEN 'CHAR'
                            WHEN EXISTS (SELECT FROM pg_cast k
                                         WHERE k.castsource = 'text'::regtype AND k.casttarget = b.oid AND k.castmethod = 'f'
                                               AND b.oid NOT IN ('name'::regtype, 'xml'::regtype)) THEN 'ELEMENT'
                            ELSE 'CAST' END,
                       coalesce((SELECT format('OPERATOR(%I.%s)', s.nspname, p.oprname)
                                 FROM pg_opclass o
                                 JOIN pg_am i ON i.oid = o.opcmethod AND i.amname = 'btree'
                                 JOIN pg_amop m ON m.amopfamily = o.opcfamily AND m.amopstrategy = 3
                                      AND m.amoplefttype = o.opcintype AND m.amoprighttype = o.opcintype
                                 JOIN pg_operator p ON p.oid = m.amopopr
                                 JOIN pg_namespace s ON s.oid = p.oprnamespace
                                 WHERE o.opcdefault AND o.opcintype = b.oid), '='),
                       CASE WHEN b.typtype = 'e' AND b.oid <> a.atttypid THEN '::' || format_type(b.oid, NULL) ELSE '' END,
                       a.attidentity = 'a', c.relkind = 'p',
                       EXISTS (WITH RECURSIVE up AS (
                                   SELECT a.atttypid AS oid
                                   UNION ALL
                                   SELECT t.typbasetype FROM up JOIN pg_type t ON t.oid = up.oid WHERE t.typtype = 'd'
                               )
                               SELECT FROM up JOIN pg_constraint k ON k.contypid = up.oid AND NOT k.convalidated)
                FROM pg_class c
                JOIN pg_namespace n ON n.oid = c.relnamespace
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                CROSS JOIN LATERAL (
                    WITH RECURSIVE below AS (
                        SELECT t.oid, t.typtype, t.typbasetype FROM pg_type t WHERE t.oid = a.atttypid
                        UNION ALL
                        SELECT t.oid, t.typtype, t.typbasetype FROM below JOIN pg_type t ON t.oid = below.typbasetype
                    )
                    SELECT below.oid, below.typtype FROM below WHERE below.typtype <> 'd'
                ) b
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
                            TargetColumn.Base.valueOf(rows.getString(3)),
                            rows.getString(4),
                            rows.getString(5),
                            rows.getBoolean(6),
                            rows.getBoolean(8)));
                    partitioned = rows.getBoolean(7);
                }
            }
        }
        if (columns.isEmpty()) {
            throw DestinationFaults.missing(name);
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
                throw DestinationFaults.missing(name, key);
            }
        }
    }
}
