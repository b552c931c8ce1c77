package org.dtssync.app.precheck;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.dtssync.app.catalog.CatalogTable;
import org.dtssync.app.catalog.CatalogTable.Kind;
import org.dtssync.app.catalog.CatalogTable.Persistence;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.config.ObjectSelection.Unlogged;
import org.dtssync.app.precheck.Advice.Place;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;

/** Whether every selected table can be migrated. */
final class TableChecks {

    private static final String ACTING_ANYWAY = """
            SELECT n.nspname, c.relname, w.kind, w.name, w.state
            FROM (SELECT tgrelid AS relation, 'TRIGGER' AS kind, tgname AS name, tgenabled AS state
                  FROM pg_trigger g JOIN pg_proc f ON f.oid = g.tgfoid
                  -- Before version 15 a partition's copy of a trigger counts as internal, as those of foreign keys do.
                  WHERE tgenabled IN ('A', 'R')
                    AND (NOT tgisinternal OR tgparentid <> 0 AND f.proname !~ '^(RI_FKey_|unique_key_recheck)')
                  UNION ALL SELECT ev_class, 'RULE', rulename, ev_enabled FROM pg_rewrite WHERE ev_enabled IN ('A', 'R')) w
                 JOIN (%s) t ON t.relation = w.relation
                 JOIN pg_class c ON c.oid = w.relation JOIN pg_namespace n ON n.oid = c.relnamespace
            ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", w.name COLLATE "C"
            """;

    private TableChecks() {}

    /** Returns the line of the task file that excludes a table. */
    static String exclude(TableName table) {
        return "objects: { exclude: [ \"" + table + "\" ] }";
    }

    static List<Long> oids(Ends ends) {
        return ends.tables().stream().map(CatalogTable::oid).toList();
    }

    static void selection(Ends ends, Findings findings) {
        ObjectSelection selection = ends.task().objects();
        for (String pattern : selection.include()) {
            ObjectSelection alone = new ObjectSelection(List.of(pattern), selection.exclude(), Owners.KEEP);
            boolean matches = ends.captured().stream()
                    .anyMatch(table ->
                            alone.selects(table.name().schema(), table.name().table()));
            if (!matches) {
                findings.fail(
                        pattern,
                        "The pattern " + pattern + " of objects.include matches no table of the source.",
                        "Correct or remove it in the task file: objects: { include: [ \"schema.table\" ] }");
            }
        }
        findings.passIfNothingFound("objects", ends.captured().size() + " tables are selected.");
    }

    /** Debezium's decoder takes quotes around a column's name off, and refuses names that then differ only by case. */
    static void columnNames(Ends ends, Findings findings) throws SQLException {
        for (AlikeColumns found : ends.atSource("""
                SELECT n.nspname, c.relname, array_agg(a.attname::text ORDER BY a.attnum) AS alike,
                       ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns
                FROM unnest(?::bigint[]) t JOIN pg_class c ON c.oid = t::oid JOIN pg_namespace n ON n.oid = c.relnamespace
                     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                     CROSS JOIN LATERAL (SELECT left(a.attname, 1) AS quote) f
                GROUP BY c.oid, n.nspname, c.relname, lower(
                    CASE WHEN length(a.attname) > 1 AND quote IN ('"', '''', '`') AND right(a.attname, 1) = quote
                         THEN replace(substr(a.attname, 2, length(a.attname) - 2), quote || quote, quote)
                         ELSE a.attname END)
                HAVING count(*) > 1
                ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", min(a.attnum)
                """, oids(ends))
                .list(row -> new AlikeColumns(
                        new TableName(row.getString(1), row.getString(2)),
                        List.of((String[]) row.getArray(3).getArray()),
                        List.of((String[]) row.getArray(4).getArray())))) {
            findings.fail(
                    found.table().toString(),
                    "Columns " + String.join(", ", found.alike()) + " of table " + found.table()
                            + " differ only by case or by quotes around the name, which Debezium cannot distinguish.",
                    found.renames() + " -- or " + exclude(found.table()));
        }
        findings.passIfNothingFound("tables", "Every column of a selected table has a usable name.");
    }

    /**
     * Columns of a table whose names Debezium takes for one.
     *
     * @param alike these
     * @param columns all columns of the table
     */
    private record AlikeColumns(TableName table, List<String> alike, List<String> columns) {

        /** Returns statements that give all but one of them names that no column has, whatever its case. */
        String renames() {
            Set<String> taken = columns.stream()
                    .map(name -> unquoted(name).toLowerCase(Locale.ROOT))
                    .collect(Collectors.toCollection(HashSet::new));
            return alike.stream()
                    .sorted()
                    .limit(alike.size() - 1L)
                    .map(name -> "ALTER TABLE " + table.sql() + " RENAME COLUMN " + Identifiers.quote(name) + " TO "
                            + Identifiers.quote(free(unquoted(name), taken)) + ";")
                    .collect(Collectors.joining(" "));
        }

        private static String free(String name, Set<String> taken) {
            int number = 2;
            while (!taken.add((name + "_" + number).toLowerCase(Locale.ROOT))) {
                number++;
            }
            return name + "_" + number;
        }
    }

    private static String unquoted(String name) {
        boolean quoted = name.length() > 1
                && "\"'`".indexOf(name.charAt(0)) >= 0
                && name.charAt(name.length() - 1) == name.charAt(0);
        return quoted ? name.substring(1, name.length() - 1) : name;
    }

    /** There is nothing in the stream that such a row could be made from; all of them are the same. */
    static void withoutColumns(Ends ends, Findings findings) {
        ends.tables().stream()
                .filter(table -> table.kind() != Kind.FOREIGN && table.persistence() == Persistence.PERMANENT)
                .filter(table -> !table.isPartition() && !table.replicated())
                .forEach(table -> findings.warn(
                        table.name().toString(),
                        "Table " + table.name()
                                + " has no columns but generated ones: it gets as many rows as there are, once at the load and again"
                                + " at each switch, and does not follow in between.",
                        exclude(table.name())));
        findings.passIfNothingFound("tables", "Every selected table has columns that are replicated.");
    }

    /** A partition's rows would be missing in a table whose others are there. */
    static void unlogged(Ends ends, Findings findings) {
        Map<Long, CatalogTable> roots = ends.tables().stream()
                .filter(table -> !table.isPartition())
                .collect(Collectors.toMap(CatalogTable::oid, Function.identity()));
        boolean refused = ends.task().objects().unlogged() == Unlogged.REFUSE;
        for (CatalogTable table : ends.tables()) {
            CatalogTable root = roots.getOrDefault(table.rootOid(), table);
            boolean part = root.persistence() != table.persistence();
            if (table.persistence() == Persistence.UNLOGGED && (refused || part)) {
                findings.fail(
                        table.name().toString(),
                        "Table " + table.name()
                                + " is unlogged: its changes are not in the WAL and cannot be captured.",
                        "ALTER TABLE " + table.name().sql() + " SET LOGGED; -- or " + exclude(table.root()));
            } else if (table.persistence() == Persistence.UNLOGGED
                    && ends.task().objects().unlogged() == Unlogged.COPY) {
                findings.warn(
                        table.name().toString(),
                        "Table " + table.name()
                                + " is unlogged: its rows are copied once at the load and again at each switch, while writes are"
                                + " blocked, and do not follow in between.",
                        "ALTER TABLE " + table.name().sql() + " SET LOGGED; -- if they have to follow");
            } else if (table.persistence() == Persistence.UNLOGGED) {
                findings.warn(
                        table.name().toString(),
                        "Table " + table.name()
                                + " is unlogged: it is created, and its rows are not migrated, since its changes are not in the WAL.",
                        "ALTER TABLE " + table.name().sql()
                                + " SET LOGGED; -- if its rows have to follow; or set objects.unlogged to copy");
            } else if (root.persistence() == Persistence.UNLOGGED && table.kind() == Kind.PLAIN && part) {
                findings.fail(
                        table.name().toString(),
                        "Partition " + table.name() + " of the unlogged table " + root.name()
                                + " is not unlogged: its rows would not be migrated.",
                        exclude(root.name()));
            }
        }
        findings.passIfNothingFound("tables", "No selected table is unlogged.");
    }

    static void foreign(Ends ends, Findings findings) {
        for (CatalogTable table : ends.tables()) {
            if (table.kind() == Kind.FOREIGN && table.isPartition()) {
                findings.fail(
                        table.name().toString(),
                        "Partition " + table.name() + " of table " + table.root()
                                + " is a foreign table: a table with such a partition cannot be published.",
                        "ALTER TABLE " + table.root().sql() + " DETACH PARTITION "
                                + table.name().sql() + "; -- or " + exclude(table.root()));
            } else if (table.kind() == Kind.FOREIGN) {
                findings.warn(
                        table.name().toString(),
                        "Table " + table.name()
                                + " is a foreign table: its rows are stored elsewhere and are not migrated.",
                        exclude(table.name()));
            }
        }
        findings.passIfNothingFound("tables", "No selected table is a foreign table.");
    }

    static void temporary(Ends ends, Findings findings) throws SQLException {
        long count = ends.atSource("""
                SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relkind IN ('r', 'p')
                """).number();
        if (count > 0) {
            findings.warn(
                    "temporary tables",
                    "The source has " + count + " temporary tables at the moment: they belong to sessions and are not"
                            + " carried.",
                    "Nothing, unless an application keeps its work in them: let it finish before the switchover.");
        }
        findings.passIfNothingFound("temporary tables", "The source has no temporary tables at the moment.");
    }

    /**
     * Triggers and rules that are enabled ALWAYS or REPLICA fire in sessions that apply changes: the former a second time, the latter where
     * they never fired at the source.
     */
    static void alwaysTriggers(Ends ends, Findings findings) throws SQLException {
        for (String[] found : ends.atSource(
                        ACTING_ANYWAY.formatted("SELECT t::oid AS relation FROM unnest(?::bigint[]) t"), oids(ends))
                .list(TableChecks::acting)) {
            acting(found, Place.SOURCE, findings);
        }
        for (String[] found : ends.atDestination(
                        ACTING_ANYWAY.formatted("""
                        SELECT DISTINCT coalesce(p.relid::oid, c.oid) AS relation
                        FROM unnest(?::text[], ?::text[]) t (nspname, relname) JOIN pg_namespace n USING (nspname)
                        JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.relname
                        LEFT JOIN LATERAL pg_partition_tree(c.oid) p ON true
                        """),
                        ends.tables().stream()
                                .map(table -> table.name().schema())
                                .toList(),
                        ends.tables().stream()
                                .map(table -> table.name().table())
                                .toList())
                .list(TableChecks::acting)) {
            acting(found, Place.DESTINATION, findings);
        }
        findings.passIfNothingFound("tables", "No trigger or rule of a selected table is enabled ALWAYS or REPLICA.");
    }

    private static String[] acting(ResultSet row) throws SQLException {
        return new String[] {row.getString(1), row.getString(2), row.getString(3), row.getString(4), row.getString(5)};
    }

    private static void acting(String[] found, Place place, Findings findings) {
        TableName table = new TableName(found[0], found[1]);
        boolean isAlways = found[4].equals("A");
        findings.fail(
                table.toString(),
                "The " + found[2].toLowerCase(Locale.ROOT) + " " + found[3] + " of table " + table
                        + (place == Place.SOURCE ? "" : " at the destination")
                        + (isAlways
                                ? " is enabled ALWAYS: at the destination it would fire a second time for every change."
                                : " is enabled REPLICA: at the destination it would fire for every change, which it does"
                                        + " not do for applications."),
                Advice.sql(
                                place,
                                "ALTER TABLE " + table.sql() + (isAlways ? " ENABLE " : " DISABLE ") + found[2] + " "
                                        + Identifiers.quote(found[3]) + ";")
                        .and("or " + exclude(table)));
    }

    static void sizes(Ends ends, Findings findings) {
        long bytes = ends.tables().stream().mapToLong(CatalogTable::bytes).sum();
        long rows = ends.tables().stream().mapToLong(CatalogTable::rows).sum();
        findings.pass(
                "sizes",
                ends.captured().size() + " tables hold about " + rows + " rows in " + Size.of(bytes)
                        + ", without indexes; the destination needs that much space, plus its indexes, plus WAL for writing both.");
    }
}
