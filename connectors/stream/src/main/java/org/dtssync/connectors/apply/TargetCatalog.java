package org.dtssync.connectors.apply;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dtssync.connectors.apply.ApplySettings.AppliedTable;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * Looks tables up at the destination before their first change, those of a cut together, and caches them.
 *
 * <p>Not thread-safe; belongs to one session.
 */
final class TargetCatalog {

    private final Map<TableName, AppliedTable> applied = new HashMap<>();
    private final Map<TableName, TargetChanges> targets = new HashMap<>();
    private final boolean exact;
    private final DestinationFaults faults;

    /** A table as the catalog has it. */
    private record Found(boolean partitioned, List<TargetColumn> columns) {}

    /**
     * Creates a catalog that knows nothing yet.
     *
     * @param applied the task's tables
     * @param exact whether the destination's rows are those of the source at each change
     * @param faults what is wrong with a table, in words
     */
    TargetCatalog(List<AppliedTable> applied, boolean exact, DestinationFaults faults) {
        this.exact = exact;
        this.faults = faults;
        applied.forEach(table -> this.applied.put(table.table(), table));
    }

    /** Looks up all tables that are not known yet, in one go. One that does not exist is reported when its changes come. */
    void prepare(Connection connection, Collection<AppliedTable> tables) throws SQLException {
        List<AppliedTable> unknown = tables.stream()
                .filter(table -> !targets.containsKey(table.table()))
                .toList();
        if (unknown.isEmpty()) {
            return;
        }
        List<TableName> names = unknown.stream().map(AppliedTable::table).toList();
        Map<TableName, Found> found = read(connection, unknown);
        Map<TableName, Set<TableName>> referring = referredToBy(connection, names);
        for (AppliedTable table : unknown) {
            Found known = found.get(table.table());
            if (known != null && hasKeyColumns(table, known.columns())) {
                targets.put(
                        table.table(),
                        new TargetChanges(
                                new TargetTable(
                                        table.table(),
                                        known.partitioned(),
                                        known.columns(),
                                        table.keyColumns(),
                                        table.visible(),
                                        referring.getOrDefault(table.table(), Set.of())),
                                table.earlier(),
                                exact,
                                faults));
            }
        }
    }

    private static boolean hasKeyColumns(AppliedTable table, List<TargetColumn> columns) {
        return table.keyColumns().stream()
                .allMatch(
                        key -> columns.stream().anyMatch(column -> column.name().equals(key)));
    }

    /** Returns how changes of a table reach its target. */
    TargetChanges changes(Connection connection, AppliedTable table) throws SQLException {
        TargetChanges known = targets.get(table.table());
        if (known != null) {
            return known;
        }
        prepare(connection, List.of(table));
        TargetChanges found = targets.get(table.table());
        if (found == null) {
            throw missing(connection, table);
        }
        return found;
    }

    private SyncException missing(Connection connection, AppliedTable table) throws SQLException {
        Found found = read(connection, List.of(table)).get(table.table());
        if (found != null) {
            for (String key : table.keyColumns()) {
                if (found.columns().stream().noneMatch(column -> column.name().equals(key))) {
                    return faults.missing(table.table(), key);
                }
            }
        }
        return faults.missing(table.table());
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

    private static Map<TableName, Found> read(Connection connection, List<AppliedTable> tables) throws SQLException {
        Map<TableName, Found> found = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
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
                       CASE WHEN (b.typtype = 'e' OR x.ambiguous) AND b.oid <> a.atttypid
                            THEN '::' || format_type(b.oid, NULL) ELSE '' END,
                       a.attidentity = 'a', c.relkind = 'p',
                       EXISTS (WITH RECURSIVE up AS (
                                   SELECT a.atttypid AS oid
                                   UNION ALL
                                   SELECT t.typbasetype FROM up JOIN pg_type t ON t.oid = up.oid WHERE t.typtype = 'd'
                               )
                               SELECT FROM up JOIN pg_constraint k ON k.contypid = up.oid AND NOT k.convalidated),
                       CASE WHEN wanted.keyless AND b.oid = a.atttypid AND ((b.typtype = 'e'
                              -- Compared as arrays they would be found by no index.
                              AND NOT x.ambiguous) OR b.oid IN (
                               'boolean'::regtype, 'smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'real'::regtype,
                               'double precision'::regtype, 'numeric'::regtype, 'oid'::regtype, 'text'::regtype, 'varchar'::regtype,
                               'bpchar'::regtype, 'bytea'::regtype, 'uuid'::regtype, 'date'::regtype, 'time'::regtype,
                               'timestamp'::regtype, 'timestamptz'::regtype))
                            THEN coalesce((SELECT max(CASE WHEN s.n_distinct < 0 THEN -s.n_distinct * greatest(c.reltuples, 1)
                                                           ELSE s.n_distinct END)
                                           FROM pg_stats s
                                           WHERE s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname), 0)::double precision
                            END,
                       wanted.keyless AND EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisvalid
                                                  AND i.indpred IS NULL AND i.indkey[0] = a.attnum),
                       x.ambiguous
                FROM unnest(?::text[], ?::text[], ?::boolean[]) wanted (schema, name, keyless)
                JOIN pg_namespace n ON n.nspname = wanted.schema
                JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.name
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                CROSS JOIN LATERAL (
                    WITH RECURSIVE below AS (
                        SELECT t.oid, t.typtype, t.typbasetype FROM pg_type t WHERE t.oid = a.atttypid
                        UNION ALL
                        SELECT t.oid, t.typtype, t.typbasetype FROM below JOIN pg_type t ON t.oid = below.typbasetype
                    )
                    SELECT below.oid, below.typtype FROM below WHERE below.typtype <> 'd'
                ) b
                CROSS JOIN LATERAL (
                    SELECT b.typtype IN ('e', 'c', 'r', 'm')
                           AND EXISTS (SELECT FROM pg_cast k WHERE k.castsource = b.oid AND k.castcontext = 'i') AS ambiguous
                ) x
                WHERE a.attgenerated = ''
                ORDER BY c.oid, a.attnum
                """)) {
            set(statement, tables.stream().map(AppliedTable::table).toList());
            statement.setArray(
                    3,
                    connection.createArrayOf(
                            "boolean",
                            tables.stream()
                                    .map(table -> table.keyColumns().isEmpty())
                                    .toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    boolean partitioned = rows.getBoolean(9);
                    found.computeIfAbsent(
                                    new TableName(rows.getString(1), rows.getString(2)),
                                    name -> new Found(partitioned, new ArrayList<>()))
                            .columns()
                            .add(new TargetColumn(
                                    rows.getString(3),
                                    rows.getString(4),
                                    TargetColumn.Base.valueOf(rows.getString(5)),
                                    rows.getString(6),
                                    rows.getString(7),
                                    rows.getBoolean(13),
                                    rows.getBoolean(8),
                                    search(rows.getObject(11, Double.class), rows.getBoolean(12)),
                                    rows.getBoolean(10)));
                }
            }
        }
        return found;
    }

    private static TargetColumn.@Nullable Search search(@Nullable Double distinct, boolean indexed) {
        return distinct == null ? null : new TargetColumn.Search(distinct, indexed);
    }

    private static void set(PreparedStatement statement, List<TableName> names) throws SQLException {
        Connection connection = statement.getConnection();
        statement.setArray(
                1,
                connection.createArrayOf(
                        "text", names.stream().map(TableName::schema).toArray()));
        statement.setArray(
                2,
                connection.createArrayOf(
                        "text", names.stream().map(TableName::table).toArray()));
    }

    /** Returns the tables whose foreign keys refer to each of these. */
    private static Map<TableName, Set<TableName>> referredToBy(Connection connection, List<TableName> names)
            throws SQLException {
        Map<TableName, Set<TableName>> tables = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT DISTINCT n.nspname, c.relname, rn.nspname, r.relname
                FROM unnest(?::text[], ?::text[]) wanted (schema, name)
                JOIN pg_namespace n ON n.nspname = wanted.schema
                JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.name
                JOIN pg_constraint k ON k.confrelid = c.oid
                JOIN pg_class r ON r.oid = k.conrelid
                JOIN pg_namespace rn ON rn.oid = r.relnamespace
                WHERE k.contype = 'f' AND k.conparentid = 0 AND k.conrelid <> k.confrelid
                """)) {
            set(statement, names);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    tables.computeIfAbsent(new TableName(rows.getString(1), rows.getString(2)), name -> new HashSet<>())
                            .add(new TableName(rows.getString(3), rows.getString(4)));
                }
            }
        }
        return tables;
    }
}
