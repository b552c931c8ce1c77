package org.dtssync.app.precheck;

import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.dtssync.app.catalog.CatalogTable;
import org.dtssync.app.catalog.CatalogTable.Identity;
import org.dtssync.app.catalog.CatalogTable.Kind;
import org.dtssync.app.catalog.CatalogTable.Persistence;
import org.dtssync.app.ddl.IdentityGuard;
import org.dtssync.app.precheck.Advice.Place;
import org.dtssync.connectors.postgres.TableName;

/**
 * Whether old rows can be distinguished in the stream. Publishing a table without a usable replica identity would make
 * every UPDATE and DELETE of the application fail, so these are failures.
 */
final class IdentityChecks {

    private IdentityChecks() {}

    private static boolean isPublished(CatalogTable table) {
        return table.kind() == Kind.PLAIN && table.persistence() == Persistence.PERMANENT && table.replicated();
    }

    private static Advice full(TableName table) {
        return Advice.sql(Place.SOURCE, "ALTER TABLE " + table.sql() + " REPLICA IDENTITY FULL;");
    }

    static void replicaIdentity(Ends ends, Findings findings) {
        ends.tables().stream()
                .filter(table -> isPublished(table) && !table.hasUsableIdentity())
                .forEach(table -> findings.fail(
                        table.name().toString(),
                        named(table) + " " + reason(table)
                                + ": once it is published, every UPDATE and DELETE on it would fail.",
                        full(table.name()).and("or add a primary key")));
        findings.passIfNothingFound("tables", "Every selected table has a usable replica identity.");
    }

    private static String named(CatalogTable table) {
        return table.isPartition()
                ? "Partition " + table.name() + " of table " + table.root()
                : "Table " + table.name();
    }

    private static String reason(CatalogTable table) {
        return switch (table.identity()) {
            case NOTHING -> "has REPLICA IDENTITY NOTHING";
            case INDEX -> "has a replica identity whose index no longer exists";
            default ->
                table.deferrablePrimaryKey()
                        ? "has a deferrable primary key, which cannot be the replica identity"
                        : "has no primary key and REPLICA IDENTITY is DEFAULT";
        };
    }

    /**
     * Partitions are published as their root: old rows come as the partition writes them and are read as the root says. A
     * partition must therefore write at least the root's key.
     */
    static void partitionIdentity(Ends ends, Findings findings) {
        Map<Long, CatalogTable> roots = ends.tables().stream()
                .filter(table -> !table.isPartition())
                .collect(Collectors.toMap(CatalogTable::oid, Function.identity()));
        for (CatalogTable table : ends.tables()) {
            CatalogTable root = roots.get(table.rootOid());
            if (root != null
                    && table.isPartition()
                    && isPublished(table)
                    && table.hasUsableIdentity()
                    && !agrees(table, root)) {
                findings.fail(
                        table.name().toString(),
                        named(table) + " identifies old rows by " + described(table) + ", but table " + root.name()
                                + " by " + described(root) + ".",
                        full(table.name()));
            }
        }
        for (CatalogTable root : roots.values().stream()
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .toList()) {
            boolean partitioned = root.kind() == Kind.PARTITIONED && root.persistence() == Persistence.PERMANENT;
            if (partitioned && root.keyColumns().isEmpty() && root.identity() != Identity.FULL) {
                findings.fail(
                        root.name().toString(),
                        "Partitioned table " + root.name() + " " + reason(root)
                                + ": changes of its partitions could not be distinguished.",
                        full(root.name()).and("or add a primary key"));
            }
        }
        findings.passIfNothingFound(
                "partitions", "Every partition that has a usable replica identity has that of its partitioned table.");
    }

    /**
     * A column that is added with a default rewrites no row: the value of older rows is kept with the column. Before version 15 the server
     * leaves these values out of the row before a change, if that is of a partition that is published as its root.
     */
    static void partitionOldValues(Ends ends, Findings findings) throws SQLException {
        for (String[] found : ends.atSource("""
                SELECT n.nspname, c.relname, string_agg(a.attname, ', ' ORDER BY a.attnum)
                FROM unnest(?::bigint[]) t JOIN pg_class c ON c.oid = t::oid JOIN pg_namespace n ON n.oid = c.relnamespace
                     JOIN pg_attribute a ON a.attrelid = c.oid AND a.atthasmissing AND NOT a.attisdropped
                WHERE c.relispartition AND c.relreplident = 'f'
                      AND current_setting('server_version_num')::int < 150000
                GROUP BY n.nspname, c.relname
                ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
                """, published(ends))
                .list(row -> new String[] {row.getString(1), row.getString(2), row.getString(3)})) {
            TableName table = new TableName(found[0], found[1]);
            findings.warn(
                    table.toString(),
                    "Partition " + table
                            + " identifies old rows by all columns, and this version of PostgreSQL leaves out what"
                            + " rows had from the defaults of " + found[2]
                            + " when these were added: the task would stop at an UPDATE or DELETE of such a row.",
                    Advice.text("Rewrite it with VACUUM FULL " + table.sql()
                            + ", which locks it meanwhile, or add a primary key."));
        }
        findings.passIfNothingFound("partitions", "The old rows of every partition are complete in the stream.");
    }

    private static boolean agrees(CatalogTable partition, CatalogTable root) {
        if (partition.identity() == Identity.FULL) {
            return true;
        }
        boolean wholeRows = root.identity() == Identity.FULL;
        return !wholeRows && columns(partition).equals(columns(root));
    }

    private static Set<String> columns(CatalogTable table) {
        return new HashSet<>(table.keyColumns().orElse(List.of()));
    }

    private static String described(CatalogTable table) {
        return table.identity() == Identity.FULL
                ? "all columns"
                : "(" + String.join(", ", table.keyColumns().orElse(List.of())) + ")";
    }

    /** Values of generated columns are not in the stream, so they cannot identify rows. */
    static void generatedIdentity(Ends ends, Findings findings) throws SQLException {
        boolean refused = ends.atSource("SELECT current_setting('server_version_num')::int >= 180000")
                .yes();
        for (String[] found : ends.atSource("""
                SELECT n.nspname, c.relname, string_agg(a.attname, ', ' ORDER BY a.attnum), c.relreplident
                FROM unnest(?::bigint[]) t JOIN pg_class c ON c.oid = t::oid JOIN pg_namespace n ON n.oid = c.relnamespace
                     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attgenerated <> '' AND NOT a.attisdropped
                WHERE c.relreplident = 'f' AND ?
                      OR EXISTS (SELECT FROM pg_index x
                                 WHERE x.indrelid = c.oid AND a.attnum = ANY (x.indkey)
                                   AND (c.relreplident IN ('d', 'f') AND x.indisprimary
                                        OR c.relreplident = 'i' AND x.indisreplident))
                GROUP BY n.nspname, c.relname, c.relreplident
                ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
                """, published(ends), refused)
                .list(row -> new String[] {row.getString(1), row.getString(2), row.getString(3), row.getString(4)})) {
            TableName table = new TableName(found[0], found[1]);
            findings.fail(
                    table.toString(),
                    "The replica identity of table " + table + " contains generated columns (" + found[2]
                            + "), which are not in the stream.",
                    found[3].equals("f")
                            ? Advice.sql(Place.SOURCE, "ALTER TABLE " + table.sql() + " REPLICA IDENTITY DEFAULT;")
                                    .and("with a primary key of ordinary columns")
                            : Advice.text("Choose a unique index of ordinary columns: ALTER TABLE " + table.sql()
                                    + " REPLICA IDENTITY USING INDEX ...;"));
        }
        findings.passIfNothingFound("tables", "No replica identity contains a generated column.");
    }

    private static List<Long> published(Ends ends) {
        return ends.tables().stream()
                .filter(IdentityChecks::isPublished)
                .map(CatalogTable::oid)
                .toList();
    }

    /** Only event triggers see the change of structure in time: the watch of a running task comes after the first refused write. */
    static void kept(Ends ends, Findings findings) throws SQLException {
        String account = ends.atSource("SELECT current_user").text();
        boolean guarded = IdentityGuard.mayInstall(ends.source()) || IdentityGuard.isInstalled(ends.source());
        if (!guarded) {
            findings.warn(
                    account,
                    "Account " + account
                            + " may not make event triggers at the source: when a published table loses its key, or gets"
                            + " a partition without one, the application's UPDATE and DELETE on it fail until the running task"
                            + " has noticed and given it a replica identity.",
                    Advice.sql(Place.SOURCE, IdentityGuard.statements(account).toArray(String[]::new))
                            .and("as a superuser, once"));
        }
        findings.passIfNothingFound(account, "Event triggers keep the replica identities of published tables.");
    }

    static void withoutKey(Ends ends, Findings findings) {
        Map<Long, Long> bytes = ends.tables().stream()
                .collect(Collectors.groupingBy(CatalogTable::rootOid, Collectors.summingLong(CatalogTable::bytes)));
        ends.captured().stream()
                .filter(table ->
                        table.identity() == Identity.FULL && table.keyColumns().isEmpty())
                .forEach(table -> findings.warn(
                        "without a key",
                        table.name().toString(),
                        "Table " + table.name() + " has no primary key ("
                                + Size.of(bytes.getOrDefault(table.oid(), table.bytes()))
                                + "): it is copied in one piece, and starts over if the copy is interrupted.",
                        Advice.text("ALTER TABLE " + table.name().sql()
                                + " ADD PRIMARY KEY (...); -- if it can have one")));
        boolean keyed =
                ends.captured().stream().allMatch(table -> table.keyColumns().isPresent());
        findings.passIfNothingFound(
                "tables",
                keyed
                        ? "Every selected table has a key."
                        : "Every selected table that has a usable replica identity has a key.");
    }
}
