package org.dtssync.app.structure.pgdump;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.structure.pgdump.EntryKind.Role;
import org.dtssync.connectors.postgres.EventTriggers;

/**
 * Which entries of an archive are migrated.
 *
 * <p>The rule is that of the built-in reader: selected tables; everything else in the schemas that the selection touches, unless
 * an exclude pattern names it; whatever these need from other schemas; but nothing that needs a table that is not selected. A
 * sequence that a table owns goes with its table, whatever the patterns say. Used for one reading, by one thread.
 */
final class CarriedEntries {

    /** Kinds whose names the patterns of the task file are about, besides tables. */
    private static final Set<EntryKind> NAMED_BY_PATTERNS = Set.of(EntryKind.VIEW, EntryKind.MATERIALIZED_VIEW);

    private final ObjectSelection selection;
    private final SourceCatalog catalog;
    private final Set<Long> tables;
    private final List<TocEntry> entries;
    private final Map<Integer, TocEntry> byId = new HashMap<>();
    private final Set<Integer> carried = new HashSet<>();
    private final Set<Long> views = new HashSet<>();

    /**
     * Finds them.
     *
     * @param tables the oids of the selected tables
     */
    CarriedEntries(Archive archive, ObjectSelection selection, SourceCatalog catalog, Set<Long> tables) {
        this.selection = selection;
        this.catalog = catalog;
        this.tables = tables;
        this.entries = archive.entries();
        entries.forEach(entry -> byId.put(entry.id(), entry));
        find();
    }

    /** Returns those that are created, in the order of the archive, without what is added to others. */
    List<TocEntry> inOrder() {
        return entries.stream().filter(this::contains).toList();
    }

    /** Returns whether an entry is migrated. */
    boolean contains(TocEntry entry) {
        return carried.contains(entry.id());
    }

    /** Returns the entries that one needs, as far as the archive has them. */
    List<TocEntry> needs(TocEntry entry) {
        List<TocEntry> needed = new ArrayList<>();
        for (int id : entry.dependencies()) {
            TocEntry other = byId.get(id);
            if (other != null && !other.equals(entry) && !needed.contains(other)) {
                needed.add(other);
            }
        }
        return needed;
    }

    /** Returns parts of migrated tables and views that are left out, since they need a table that is not selected. */
    List<TocEntry> partsLeftOut() {
        return entries.stream()
                .filter(entry -> entry.kind().role() == Role.PART && isBlocked(entry))
                .filter(entry -> catalog.part(entry)
                        .filter(part -> tables.contains(part.relation()))
                        .isPresent())
                .toList();
    }

    /** Returns entries of kinds that are never migrated, by kind. */
    Map<String, List<String>> kindsLeftOut() {
        Map<String, List<String>> found = new LinkedHashMap<>();
        for (TocEntry entry : entries) {
            if (entry.kind().role() == Role.LEFT_OUT) {
                found.computeIfAbsent(entry.kind().label(), kind -> new ArrayList<>())
                        .add((entry.schema().isEmpty() ? "" : entry.schema() + ".") + entry.tag());
            }
        }
        return found;
    }

    /** What parts need may have parts of its own: a view that a trigger's function returns has rules. */
    private void find() {
        entries.stream()
                .filter(entry ->
                        entry.kind().role() == Role.TABLE || entry.kind().role() == Role.OBJECT)
                .filter(this::isAskedFor)
                .forEach(this::add);
        int before;
        do {
            before = carried.size();
            for (TocEntry entry : entries) {
                if (entry.kind().role() == Role.PART && !contains(entry) && isPartOfCarried(entry)) {
                    add(entry);
                }
            }
        } while (carried.size() > before);
    }

    private boolean isAskedFor(TocEntry entry) {
        if (entry.is(EntryKind.TABLE)) {
            return tables.contains(entry.oid());
        }
        if (entry.is(EntryKind.EXTENSION)) {
            return true;
        }
        if (entry.is(EntryKind.EVENT_TRIGGER) && entry.tag().startsWith(EventTriggers.OWN)) {
            return false;
        }
        if (entry.is(EntryKind.SCHEMA)) {
            return selection.touchesSchema(entry.tag());
        }
        if (entry.is(EntryKind.SEQUENCE) && catalog.owningTables().containsKey(entry.oid())) {
            return tables.contains(catalog.owningTables().getOrDefault(entry.oid(), 0L));
        }
        if (isBlocked(entry)) {
            return false;
        }
        if (entry.is(EntryKind.DEFAULT_ACL)) {
            return selection.owners() == Owners.KEEP
                    && (entry.schema().isEmpty() || selection.touchesSchema(entry.schema()));
        }
        if (entry.schema().isEmpty()) {
            List<TocEntry> needed = needs(entry);
            return needed.isEmpty() || needed.stream().anyMatch(this::isOfTheSelection);
        }
        return selection.touchesSchema(entry.schema())
                && !(NAMED_BY_PATTERNS.contains(entry.kind()) && selection.excludes(entry.schema(), entry.tag()));
    }

    /** An object without a schema is migrated if what it works on is: extensions always are. */
    private boolean isOfTheSelection(TocEntry needed) {
        return needed.is(EntryKind.EXTENSION) || (!needed.is(EntryKind.SCHEMA) && isAskedFor(needed));
    }

    private boolean isBlocked(TocEntry entry) {
        return entry.catalog() != 0 && catalog.blocked().contains(entry.catalogId());
    }

    private boolean isPartOfCarried(TocEntry entry) {
        if (isBlocked(entry)) {
            return false;
        }
        return switch (entry.kind()) {
            case SEQUENCE_OWNED_BY ->
                needs(entry).stream()
                        .allMatch(sequence -> contains(sequence)
                                && tables.contains(catalog.owningTables().getOrDefault(sequence.oid(), 0L)));
            case INDEX_ATTACH ->
                needs(entry).stream()
                        .filter(needed -> needed.is(EntryKind.INDEX, EntryKind.CONSTRAINT))
                        .allMatch(this::contains);
            case ROW_SECURITY -> tables.contains(entry.oid());
            default ->
                catalog.part(entry)
                        .map(part -> part.relation() == 0
                                ? needs(entry).stream()
                                        .anyMatch(needed -> needed.is(EntryKind.DOMAIN) && contains(needed))
                                : tables.contains(part.relation()) || views.contains(part.relation()))
                        .orElseGet(() -> isOfCarriedTable(entry));
        };
    }

    /** The program writes defaults of its own, for a column that does not have its parent's. */
    private boolean isOfCarriedTable(TocEntry entry) {
        return needs(entry).stream().anyMatch(needed -> needed.is(EntryKind.TABLE) && tables.contains(needed.oid()));
    }

    private void add(TocEntry first) {
        Deque<TocEntry> open = new ArrayDeque<>(List.of(first));
        while (!open.isEmpty()) {
            TocEntry entry = open.pop();
            if (!carried.add(entry.id())) {
                continue;
            }
            if (entry.is(EntryKind.VIEW, EntryKind.MATERIALIZED_VIEW)) {
                views.add(entry.oid());
            }
            needs(entry).stream().filter(this::canComeAlong).forEach(open::push);
        }
    }

    /** A sequence can be created without the table that owns it, an identity column's cannot. */
    private boolean canComeAlong(TocEntry needed) {
        if (needed.is(EntryKind.TABLE)) {
            return tables.contains(needed.oid());
        }
        if (needed.is(EntryKind.SEQUENCE)) {
            return !isIdentity(needed) || tables.contains(catalog.owningTables().getOrDefault(needed.oid(), 0L));
        }
        return needed.kind().role() == Role.OBJECT && !isBlocked(needed);
    }

    /** Returns whether a sequence belongs to an identity column, which creates it. */
    static boolean isIdentity(TocEntry sequence) {
        return sequence.is(EntryKind.SEQUENCE) && sequence.definition().startsWith("ALTER TABLE");
    }
}
