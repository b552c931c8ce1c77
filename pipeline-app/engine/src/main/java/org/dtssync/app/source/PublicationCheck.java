package org.dtssync.app.source;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.HeartbeatStore;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.PublicationRecords;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.state.TableState;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.Remedy;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.StateMigrations;

/**
 * Compares the task's publication with the one it was prepared with. What a changed publication leaves out is missing from the
 * stream, and nothing in the stream shows that; so a change that was reverted counts as well, which the entries'
 * ids reveal.
 *
 * <p>Thread-safe.
 */
public final class PublicationCheck {

    private static final int TABLES_IN_SCHEMA = 15;
    private static final int GENERATED_COLUMNS = 18;

    private final Route route;
    private final ProgressStore progress;
    private final String name;

    /** Creates a check of the publication that a direction reads; opens nothing yet. */
    public PublicationCheck(Route route) {
        this.route = route;
        this.progress = new ProgressStore(route.destination(), route.task());
        this.name = route.name().publication();
    }

    /** A table of the publication as the catalog has it now. */
    private record Entry(TableName table, String identifier, boolean filtered, boolean columns, boolean partition) {}

    /** The publication as the catalog has it now. */
    private record Found(String identity, List<Entry> entries) {

        Found withoutPartitions() {
            return new Found(
                    identity,
                    entries.stream().filter(entry -> !entry.partition()).toList());
        }
    }

    /**
     * Records the publication as it is.
     *
     * @param source the source
     */
    public void record(Connection source, Epoch epoch) throws SQLException {
        Found found = read(source).orElseThrow(this::gone);
        records().store(found.identity(), identifiers(found), epoch);
    }

    /** Records one table's entry as it is. */
    public void record(Connection source, TableName table, Epoch epoch) throws SQLException {
        Map<TableName, String> all = identifiers(read(source).orElseThrow(this::gone));
        all.keySet().retainAll(Set.of(table));
        records().store(all, epoch);
    }

    private static Map<TableName, String> identifiers(Found found) {
        Map<TableName, String> identifiers = new HashMap<>();
        found.entries().forEach(entry -> identifiers.put(entry.table(), entry.identifier()));
        return identifiers;
    }

    private PublicationRecords records() {
        return new PublicationRecords(route.destination(), route.task());
    }

    /**
     * Checks once.
     *
     * @throws SyncException of kind PUBLICATION that names every change
     */
    public void check() {
        Set<EntryFault> faults = faults(Set.of(), Set.of(), false);
        if (!faults.isEmpty()) {
            throw fault(faults);
        }
    }

    /**
     * A fault of one table's entry. A table whose command is on its way looks the same for a moment.
     *
     * @param what a sentence that names it
     * @param remedy what a person can do
     */
    public record EntryFault(String what, String remedy) {}

    /**
     * Returns the faults of some faults' tables as one.
     *
     * @param faults at least one
     */
    public static SyncException fault(Collection<EntryFault> faults) {
        return new SyncException(
                FaultKind.PUBLICATION,
                faults.stream().map(EntryFault::what).collect(Collectors.joining(" ")),
                faults.stream().map(EntryFault::remedy).distinct().collect(Collectors.joining(" ")));
    }

    /**
     * Reads the publication, and the state of the task.
     *
     * @param moving tables whose entries change by commands that are carried, and have not arrived yet
     * @param onTheWay tables that recorded commands are about which the task has not had yet: they may belong to it before it knows them
     * @param carried whether commands are carried: before version 15 an attached partition becomes a member then
     * @return the faults of its entries. With commands that are carried, one counts if it is found before the shapes of all tables are
     *     read and after: meanwhile a command may have been run at the source, or been applied
     * @throws SyncException of kind PUBLICATION if it is another publication
     */
    public Set<EntryFault> faults(Set<TableName> moving, Set<TableName> onTheWay, boolean carried) {
        PublicationRecords.Recorded recorded = records().read();
        if (recorded.publication().isEmpty()) {
            return Set.of();
        }
        Found found;
        try (Connection source = route.source().open()) {
            found = read(source).orElseThrow(this::gone);
        } catch (SQLException e) {
            throw SqlFaults.explain("Publication " + name + " could not be checked", e);
        }
        requireSame(recorded.publication().get(), found.identity());
        Set<EntryFault> faults = new LinkedHashSet<>();
        missing(recorded.tables(), found, moving, onTheWay, faults);
        Set<TableName> ignored = new HashSet<>(moving);
        ignored.addAll(onTheWay);
        added(recorded.tables(), carried ? found.withoutPartitions() : found, ignored, faults);
        return faults;
    }

    /** Returns those of some tables that exist at the source and are not in the publication. */
    public Set<TableName> unpublished(Collection<TableName> tables) {
        if (tables.isEmpty()) {
            return Set.of();
        }
        try (Connection source = route.source().open();
                PreparedStatement statement = source.prepareStatement("""
                        SELECT n.nspname, c.relname FROM unnest(?::text[], ?::text[]) w (schema, name)
                        JOIN pg_namespace n ON n.nspname = w.schema JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name
                        WHERE NOT EXISTS (SELECT FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
                                          WHERE r.prrelid = c.oid AND p.pubname = ?)
                        """)) {
            Object[] schemas = tables.stream().map(TableName::schema).toArray();
            Object[] names = tables.stream().map(TableName::table).toArray();
            statement.setArray(1, source.createArrayOf("text", schemas));
            statement.setArray(2, source.createArrayOf("text", names));
            statement.setString(3, name);
            Set<TableName> unpublished = new HashSet<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    unpublished.add(new TableName(rows.getString(1), rows.getString(2)));
                }
            }
            return unpublished;
        } catch (SQLException e) {
            throw SqlFaults.explain("Publication " + name + " could not be checked", e);
        }
    }

    /**
     * Requires the publication that the stream was begun with, whatever its tables are: of another one, or of none, nothing that was
     * written can arrive any more.
     *
     * @param source the source
     * @throws SyncException of kind PUBLICATION
     */
    public void requireSame(Connection source) throws SQLException {
        Optional<String> recorded = records().read().publication();
        if (recorded.isPresent()) {
            requireSame(recorded.get(), read(source).orElseThrow(this::gone).identity());
        }
    }

    private SyncException gone() {
        return new SyncException(
                FaultKind.PUBLICATION,
                "Publication " + name + " no longer exists at the "
                        + route.source().role() + ", and changes may be missing from the stream.",
                Remedy.START_AGAIN);
    }

    private void requireSame(String before, String now) {
        if (now.equals(before)) {
            return;
        }
        String[] was = before.split(" ", 4);
        String[] is = now.split(" ", 4);
        String how;
        if (!was[0].equals(is[0])) {
            how = " was dropped and re-created";
        } else if (!was[3].equals(is[3])) {
            how = " was altered (it has " + is[3] + " instead of " + was[3] + ")";
        } else if (was[2].equals(is[2])) {
            how = " was altered temporarily";
        } else {
            // Another owner does not change what is published.
            return;
        }
        throw new SyncException(
                FaultKind.PUBLICATION,
                "Publication " + name + how + ", and changes may be missing from the stream.",
                Remedy.START_AGAIN);
    }

    private void missing(
            Map<TableName, String> recorded,
            Found found,
            Set<TableName> moving,
            Set<TableName> onTheWay,
            Set<EntryFault> faults) {
        Map<TableName, Entry> entries = new HashMap<>();
        found.entries().forEach(entry -> entries.put(entry.table(), entry));
        for (TableName table : expected()) {
            if (moving.contains(table)) {
                continue;
            }
            Entry entry = entries.get(table);
            boolean ours = table.schema().equals(StateMigrations.SCHEMA);
            Optional<String> how = Optional.empty();
            if (entry == null) {
                how = Optional.of("was removed from publication " + name);
            } else if (entry.filtered()) {
                how = Optional.of("has a row filter in publication " + name);
            } else if (entry.columns()) {
                how = Optional.of("has a column list in publication " + name);
            } else if (!ours
                    // Before version 15 the triggers replace the entry of a table that is attached or detached.
                    && !onTheWay.contains(table)
                    && !entry.identifier().equals(recorded.getOrDefault(table, entry.identifier()))) {
                how = Optional.of("was removed from publication " + name + " and added again");
            }
            how.ifPresent(what -> faults.add(new EntryFault(
                    "Table " + table + " " + what + ", and changes of it may be missing from the stream.",
                    ours
                            ? "Run at the " + route.source().role() + ": ALTER PUBLICATION " + Identifiers.quote(name)
                                    + " ADD TABLE " + table.sql() + ";"
                            : "Run with --resnapshot " + table
                                    + ", which publishes the table as before and reloads it.")));
        }
    }

    private void added(Map<TableName, String> recorded, Found found, Set<TableName> moving, Set<EntryFault> faults) {
        Set<TableName> expected = expected();
        Set<String> identifiers = new HashSet<>(recorded.values());
        for (Entry entry : found.entries()) {
            // A renamed table keeps its entry; the check of shapes detects that.
            if (!expected.contains(entry.table())
                    && !moving.contains(entry.table())
                    && !entry.table().schema().equals(StateMigrations.SCHEMA)
                    && !identifiers.contains(entry.identifier())) {
                faults.add(new EntryFault(
                        "Table " + entry.table() + " was added to publication " + name
                                + " and does not belong to the task.",
                        "Run at the " + route.source().role() + ": ALTER PUBLICATION " + Identifiers.quote(name)
                                + " DROP TABLE " + entry.table().sql() + ";"));
            }
        }
    }

    private Set<TableName> expected() {
        Set<TableName> expected = new LinkedHashSet<>();
        for (TableProgress table : progress.tables()) {
            if (table.state() != TableState.SKIPPED) {
                expected.add(table.table());
            }
        }
        expected.add(HeartbeatStore.TABLE);
        return expected;
    }

    /** The identity is its oid, the transaction that wrote its row, its owner, and what it publishes. */
    private Optional<Found> read(Connection source) throws SQLException {
        int version = source.getMetaData().getDatabaseMajorVersion();
        String schemas = version < TABLES_IN_SCHEMA ? "NULL" : """
                (SELECT 'FOR TABLES IN SCHEMA ' || string_agg(quote_ident(n.nspname), ', ' ORDER BY n.nspname)
                 FROM pg_publication_namespace s JOIN pg_namespace n ON n.oid = s.pnnspid WHERE s.pnpubid = p.oid)""";
        String generated = version < GENERATED_COLUMNS
                ? "NULL"
                : "CASE WHEN pubgencols <> 'n' THEN 'publish_generated_columns' END";
        try (PreparedStatement statement = source.prepareStatement("""
                SELECT concat_ws(' ', oid, xmin, pubowner, concat_ws(', ', 'publish = ''' || concat_ws(', ',
                           CASE WHEN pubinsert THEN 'insert' END, CASE WHEN pubupdate THEN 'update' END,
                           CASE WHEN pubdelete THEN 'delete' END, CASE WHEN pubtruncate THEN 'truncate' END) || '''',
                       'publish_via_partition_root = ' || pubviaroot, CASE WHEN puballtables THEN 'FOR ALL TABLES' END,
                       %s, %s))
                FROM pg_publication p WHERE pubname = ?
                """.formatted(schemas, generated))) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(new Found(rows.getString(1), entries(source))) : Optional.empty();
            }
        }
    }

    /** By JSON, since PostgreSQL 14 has neither filters nor column lists. */
    private List<Entry> entries(Connection source) throws SQLException {
        List<Entry> entries = new ArrayList<>();
        try (PreparedStatement statement = source.prepareStatement("""
                SELECT n.nspname, c.relname, r.oid || ' ' || r.xmin,
                       to_jsonb(r) ->> 'prqual' IS NOT NULL, to_jsonb(r) ->> 'prattrs' IS NOT NULL, c.relispartition
                FROM pg_publication p JOIN pg_publication_rel r ON r.prpubid = p.oid
                JOIN pg_class c ON c.oid = r.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE p.pubname = ? ORDER BY 1, 2
                """)) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    entries.add(new Entry(
                            new TableName(rows.getString(1), rows.getString(2)),
                            rows.getString(3),
                            rows.getBoolean(4),
                            rows.getBoolean(5),
                            rows.getBoolean(6)));
                }
            }
        }
        return entries;
    }
}
