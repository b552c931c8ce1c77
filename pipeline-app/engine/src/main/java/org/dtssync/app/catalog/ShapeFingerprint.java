package org.dtssync.app.catalog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;

/**
 * The source's catalog facts about captured tables, as a text that can be stored and compared later: columns, types,
 * defaults, keys, replica identities, partition trees, and the user's types that the columns are made of.
 *
 * <p>Checks of domains that a switchover makes are left out of the definition, since the destination has them only from then on;
 * "with late checks" is what an earlier release took for the definition.
 *
 * <p>One query for many tables. Thread-safe; opens a connection for each reading.
 */
public final class ShapeFingerprint {

    /** A running ALTER TABLE holds a lock that printing its expressions waits for. */
    private static final String LOCK_TIMEOUT = "SET lock_timeout = '2s'";

    /**
     * Facts as (table's oid, kind, name, property, value); facts without a value are left out. No part joins one list of all
     * tables to another: the planner takes such lists for short and would compare each with each. {@code altered} and
     * {@code files} together reveal a rewrite that does not change the column's type ({@code TYPE ... USING}).
     * {@code missing} is what rows have in a column that was added after them; it vanishes when the table is rewritten.
     */
    private static final String FACTS = """
            WITH RECURSIVE captured AS (
                SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence, c.relreplident
                FROM unnest(?::text[], ?::text[]) AS wanted(schema_name, table_name)
                JOIN pg_namespace n ON n.nspname = wanted.schema_name
                JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.table_name AND c.relkind IN ('r', 'p')
            ), member(root, oid, parent) AS (
                SELECT oid, oid, NULL::oid FROM captured
                UNION ALL
                SELECT m.root, i.inhrelid, i.inhparent
                FROM member m JOIN pg_inherits i ON i.inhparent = m.oid JOIN pg_class p ON p.oid = i.inhrelid
                WHERE p.relispartition
            ), identity AS (
                SELECT m.root, m.oid, m.parent,
                    CASE c.relreplident WHEN 'd' THEN 'DEFAULT' WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING'
                        ELSE 'USING INDEX ' || coalesce((SELECT x.indexrelid::regclass::text FROM pg_index x
                            WHERE x.indrelid = c.oid AND x.indisreplident), '(dropped)') END AS text,
                    (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.position)
                     FROM pg_index x CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
                     JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum
                     WHERE x.indrelid = c.oid AND x.indisvalid AND x.indimmediate AND k.position <= x.indnkeyatts
                        AND CASE c.relreplident WHEN 'i' THEN x.indisreplident WHEN 'n' THEN false ELSE x.indisprimary END
                    ) AS key
                FROM member m JOIN pg_class c ON c.oid = m.oid
            ), used(root, type) AS (
                SELECT a.attrelid, a.atttypid FROM pg_attribute a JOIN captured t ON t.oid = a.attrelid
                WHERE a.attnum > 0 AND NOT a.attisdropped
                UNION
                SELECT u.root, inner_type.oid
                FROM used u JOIN pg_type t ON t.oid = u.type
                CROSS JOIN LATERAL (
                    SELECT t.typelem AS oid WHERE t.typcategory = 'A'
                    UNION ALL SELECT t.typbasetype
                    UNION ALL SELECT a.atttypid FROM pg_attribute a
                        WHERE a.attrelid = t.typrelid AND t.typtype = 'c' AND a.attnum > 0 AND NOT a.attisdropped
                    UNION ALL SELECT r.rngsubtype FROM pg_range r WHERE t.oid IN (r.rngtypid, r.rngmultitypid)
                ) AS inner_type
                WHERE inner_type.oid <> 0
            ), fact(root, kind, name, property, value) AS (
                -- As texts: the first branch gives the type of all, and a name ends after 63 bytes.
                SELECT t.oid, 'name'::text, t.nspname::text, 'table'::text, t.relname::text FROM captured t
                UNION ALL
                SELECT t.oid, 'table', '', f.property, f.value
                FROM identity i JOIN pg_class t ON t.oid = i.oid AND i.parent IS NULL
                CROSS JOIN LATERAL (VALUES
                    ('oid', t.oid::text),
                    ('kind', CASE t.relkind WHEN 'p' THEN 'partitioned table' ELSE 'table' END),
                    ('persistence', CASE t.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'logged' END),
                    ('partition key', CASE WHEN t.relkind = 'p' THEN pg_get_partkeydef(t.oid) END),
                    ('replica identity', i.text),
                    ('key', i.key)) AS f(property, value)
                UNION ALL
                SELECT m.root, 'table', '', 'files', md5(string_agg(c.relfilenode::text, ' ' ORDER BY c.oid))
                FROM member m JOIN pg_class c ON c.oid = m.oid GROUP BY m.root
                UNION ALL
                SELECT t.oid, 'column', a.attname, f.property, f.value
                FROM captured t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
                LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
                CROSS JOIN LATERAL (VALUES
                    ('number', a.attnum::text),
                    ('type', format_type(a.atttypid, a.atttypmod)),
                    ('type name', (SELECT y.typname FROM pg_type y WHERE y.oid = a.atttypid)),
                    ('missing', CASE WHEN t.relkind = 'r' THEN (a.attmissingval::text::text[])[1]
                        ELSE (SELECT min((l.attmissingval::text::text[])[1])
                              FROM member m JOIN pg_attribute l ON l.attrelid = m.oid AND l.attname = a.attname
                              WHERE m.root = t.oid AND l.atthasmissing) END),
                    ('collation', (SELECT l.oid::regcollation::text FROM pg_collation l
                        WHERE l.oid = a.attcollation AND l.collname <> 'default')),
                    ('not null', CASE WHEN a.attnotnull THEN 'yes' END),
                    ('default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END),
                    ('generated', CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid)
                        || CASE a.attgenerated WHEN 's' THEN ' STORED' ELSE ' VIRTUAL' END END),
                    ('identity', CASE a.attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END),
                    ('altered', a.xmin::text)) AS f(property, value)
                UNION ALL
                SELECT i.root, 'partition', i.oid::regclass::text, f.property, f.value
                FROM identity i JOIN pg_class c ON c.oid = i.oid
                CROSS JOIN LATERAL (VALUES
                    ('oid', i.oid::text),
                    ('parent', i.parent::regclass::text),
                    ('bound', pg_get_expr(c.relpartbound, c.oid)),
                    ('files', nullif(c.relfilenode, 0)::text),
                    ('partition key', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END),
                    ('persistence', CASE c.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'logged' END),
                    ('replica identity', i.text),
                    ('key', i.key)) AS f(property, value)
                WHERE i.parent IS NOT NULL
                UNION ALL
                SELECT u.root, 'enum', y.oid::regtype::text, 'values',
                    (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder)::text FROM pg_enum e WHERE e.enumtypid = y.oid)
                FROM used u JOIN pg_type y ON y.oid = u.type WHERE y.typtype = 'e'
                UNION ALL
                SELECT u.root, 'composite', y.oid::regtype::text, 'attributes',
                    (SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod), ', '
                        ORDER BY a.attnum)
                     FROM pg_attribute a WHERE a.attrelid = y.typrelid AND a.attnum > 0 AND NOT a.attisdropped)
                FROM used u JOIN pg_type y ON y.oid = u.type WHERE y.typtype = 'c'
                UNION ALL
                SELECT u.root, 'domain', y.oid::regtype::text, f.property, f.value
                FROM used u JOIN pg_type y ON y.oid = u.type
                JOIN pg_namespace n ON n.oid = y.typnamespace
                CROSS JOIN LATERAL (
                    SELECT string_agg(k.text, ' ' ORDER BY k.conname) AS all_checks, bool_or(k.late) AS has_late,
                        string_agg(k.text, ' ' ORDER BY k.conname) FILTER (WHERE NOT k.late) AS steady_checks
                    FROM (SELECT con.conname, pg_get_constraintdef(con.oid) AS text, unsteady.late FROM pg_constraint con
            """ + UnsteadyChecks.JOINED + """
                          WHERE con.contypid = y.oid AND con.contype = 'c') k) c
                CROSS JOIN LATERAL (SELECT concat_ws(' ', format_type(y.typbasetype, y.typtypmod),
                        CASE WHEN y.typnotnull THEN 'NOT NULL' END, 'DEFAULT ' || y.typdefault) AS text) b
                CROSS JOIN LATERAL (VALUES ('definition', concat_ws(' ', b.text, c.steady_checks)),
                    ('with late checks', CASE WHEN c.has_late THEN concat_ws(' ', b.text, c.all_checks) END)) AS f(property, value)
                WHERE y.typtype = 'd' AND n.nspname <> 'information_schema'
                UNION ALL
                SELECT u.root, 'range', y.oid::regtype::text, 'subtype', format_type(r.rngsubtype, NULL)
                FROM used u JOIN pg_type y ON y.oid = u.type JOIN pg_range r ON r.rngtypid = y.oid
                WHERE y.typtype = 'r' AND y.typnamespace <> 'pg_catalog'::regnamespace
            )
            SELECT root::bigint, kind, name, property, value FROM fact WHERE value IS NOT NULL
            """;

    /** Tens of thousands of tables have more than a million facts, too many for one result. */
    private static final int TABLES_PER_QUERY = 500;

    private final DatabaseConnections source;

    /** Creates a reader; opens nothing yet. */
    public ShapeFingerprint(DatabaseConnections source) {
        this.source = source;
    }

    /**
     * Reads the fingerprints of tables.
     *
     * @param tables tables and roots of partition trees
     * @return one text per table; tables that do not exist are absent
     * @throws org.dtssync.connectors.fault.SyncException if the catalog cannot be read, of kind TRANSIENT if a statement
     *     that is changing a table keeps it locked for long
     */
    public Map<TableName, String> read(Collection<TableName> tables) {
        Map<TableName, String> texts = new TreeMap<>();
        read(tables, texts::put);
        return texts;
    }

    /**
     * Reads the fingerprints of tables, which may be too many to hold in memory.
     *
     * @param tables tables and roots of partition trees
     * @param sink receives each table that exists with its fingerprint, in no defined order
     * @throws org.dtssync.connectors.fault.SyncException as {@link #read(Collection)}
     */
    public void read(Collection<TableName> tables, BiConsumer<TableName, String> sink) {
        try (Connection connection = source.open()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(LOCK_TIMEOUT);
            }
            List<TableName> all = List.copyOf(tables);
            try (PreparedStatement statement = connection.prepareStatement(FACTS)) {
                for (int from = 0; from < all.size(); from += TABLES_PER_QUERY) {
                    List<TableName> part = all.subList(from, Math.min(all.size(), from + TABLES_PER_QUERY));
                    statement.setArray(1, connection.createArrayOf("text", names(part, true)));
                    statement.setArray(2, connection.createArrayOf("text", names(part, false)));
                    read(statement, sink);
                }
            }
        } catch (SQLException e) {
            throw SqlFaults.explain("The schema of the captured tables could not be read", e);
        }
    }

    /**
     * Compares fingerprints.
     *
     * @param stored those of the start
     * @param current those of now, of the same tables
     * @return what changed, in the order of the tables' names; empty if nothing did
     */
    public static List<ShapeChange> changes(Map<TableName, String> stored, Map<TableName, String> current) {
        List<ShapeChange> changes = new ArrayList<>();
        new TreeMap<>(stored).forEach((table, before) -> {
            String now = current.get(table);
            if (now == null) {
                changes.add(new ShapeChange(table, "table was dropped or renamed"));
            } else if (!now.equals(before)) {
                FactComparison.compare(ShapeFact.parse(completed(before, now)), ShapeFact.parse(now))
                        .forEach(what -> changes.add(new ShapeChange(table, what)));
            }
        });
        return changes;
    }

    /** Returns a stored fingerprint as it would be stored today, if it was by an earlier release: see {@link ShapeFact#completed}. */
    public static String completed(String stored, String now) {
        return ShapeFact.completed(stored, now);
    }

    /** Returns the tables that the selection matches and that are not among the captured ones, each as a change. */
    public List<ShapeChange> newTables(ObjectSelection selection, Collection<TableName> captured) {
        Set<TableName> known = new HashSet<>(captured);
        return new SelectedTables(source, selection)
                .names().stream()
                        .filter(table -> !known.contains(table))
                        .map(table ->
                                new ShapeChange(table, "table is new, matches objects.include and is not captured"))
                        .toList();
    }

    private static void read(PreparedStatement statement, BiConsumer<TableName, String> sink) throws SQLException {
        Map<Long, TableName> names = new HashMap<>();
        Map<Long, List<ShapeFact>> facts = new HashMap<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                ShapeFact fact =
                        new ShapeFact(rows.getString(2), rows.getString(3), rows.getString(4), rows.getString(5));
                if (fact.kind().equals("name")) {
                    names.put(rows.getLong(1), new TableName(fact.name(), fact.value()));
                } else {
                    facts.computeIfAbsent(rows.getLong(1), oid -> new ArrayList<>())
                            .add(fact);
                }
            }
        }
        facts.forEach((oid, ofTable) -> sink.accept(names.get(oid), ShapeFact.print(ofTable)));
    }

    private static Object[] names(Collection<TableName> tables, boolean schemas) {
        return tables.stream()
                .map(table -> schemas ? table.schema() : table.table())
                .toArray();
    }
}
