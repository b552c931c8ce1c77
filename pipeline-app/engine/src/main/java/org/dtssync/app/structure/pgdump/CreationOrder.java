package org.dtssync.app.structure.pgdump;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.dtssync.app.structure.pgdump.EntryKind.Role;

/**
 * The order in which migrated entries are created: the archive's, but for checks of domains that the archive has apart, since they
 * need a function that takes the domain. They come before the first table: PostgreSQL adds no check to a domain that a column
 * holds within an array or a composite. Immutable.
 *
 * @param entries all migrated entries
 * @param earlyChecks those checks
 */
record CreationOrder(List<TocEntry> entries, Set<TocEntry> earlyChecks) {

    CreationOrder {
        entries = List.copyOf(entries);
        earlyChecks = Set.copyOf(earlyChecks);
    }

    /** Finds it. Checks that values of the source may break stay where they are. */
    static CreationOrder of(CarriedEntries carried, CheckObjects checks) {
        List<TocEntry> order = new ArrayList<>(carried.inOrder());
        Set<TocEntry> early = new HashSet<>();
        Set<TocEntry> wanted = new HashSet<>();
        for (TocEntry entry : order) {
            if (entry.is(EntryKind.CHECK_CONSTRAINT) && checks.isSteadyOfDomain(entry, carried.needs(entry))) {
                Set<TocEntry> needed = allNeeded(carried, entry);
                if (needed.stream().noneMatch(other -> isRelation(other))) {
                    early.add(entry);
                    wanted.addAll(needed);
                }
            }
        }
        int first = 0;
        while (first < order.size() && !order.get(first).is(EntryKind.TABLE)) {
            first++;
        }
        List<TocEntry> before = new ArrayList<>(order.subList(0, first));
        List<TocEntry> after = new ArrayList<>();
        for (TocEntry entry : order.subList(first, order.size())) {
            (wanted.contains(entry) ? before : after).add(entry);
        }
        order.stream().filter(early::contains).forEach(before::add);
        after.removeAll(early);
        before.addAll(after);
        return new CreationOrder(before, early);
    }

    private static boolean isRelation(TocEntry entry) {
        return entry.kind().role() == Role.TABLE || entry.is(EntryKind.VIEW, EntryKind.MATERIALIZED_VIEW);
    }

    private static Set<TocEntry> allNeeded(CarriedEntries carried, TocEntry entry) {
        Set<TocEntry> found = new HashSet<>();
        Deque<TocEntry> open = new ArrayDeque<>(carried.needs(entry));
        while (!open.isEmpty()) {
            TocEntry needed = open.pop();
            if (carried.contains(needed) && found.add(needed)) {
                open.addAll(carried.needs(needed));
            }
        }
        return found;
    }
}
