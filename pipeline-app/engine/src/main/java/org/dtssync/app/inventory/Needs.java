package org.dtssync.app.inventory;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dtssync.app.inventory.CatalogObjects.Dependency;

/**
 * What the objects of the inventory need, by {@code pg_depend}. What has no row of its own there, such as the rule behind a view or
 * the row type of a table, counts as what it is a part of. Immutable.
 */
final class Needs {

    private final Map<ObjectKey, Set<ObjectKey>> links = new HashMap<>();
    private final Set<ObjectKey> rows;

    Needs(Collection<ObjectKey> rows, List<Dependency> dependencies) {
        this.rows = new HashSet<>(rows);
        for (Dependency dependency : dependencies) {
            links.computeIfAbsent(dependency.from(), key -> new LinkedHashSet<>())
                    .add(dependency.to());
            if (dependency.part() && !this.rows.contains(dependency.from())) {
                links.computeIfAbsent(dependency.to(), key -> new LinkedHashSet<>())
                        .add(dependency.from());
            }
        }
    }

    /** Returns the rows that a row needs directly. */
    Set<ObjectKey> of(ObjectKey row) {
        Set<ObjectKey> found = new LinkedHashSet<>();
        Set<ObjectKey> seen = new HashSet<>(Set.of(row));
        Deque<ObjectKey> open = new ArrayDeque<>(links.getOrDefault(row, Set.of()));
        while (!open.isEmpty()) {
            ObjectKey key = open.pop();
            if (seen.add(key)) {
                if (rows.contains(key)) {
                    found.add(key);
                } else {
                    open.addAll(links.getOrDefault(key, Set.of()));
                }
            }
        }
        return found;
    }

    /** Returns everything that some rows need, directly or through others, each with those that need it. */
    Map<ObjectKey, Set<ObjectKey>> neededBy(Collection<ObjectKey> selected) {
        Map<ObjectKey, Set<ObjectKey>> needed = new LinkedHashMap<>();
        Set<ObjectKey> seen = new HashSet<>(selected);
        Deque<ObjectKey> open = new ArrayDeque<>(selected);
        while (!open.isEmpty()) {
            ObjectKey user = open.pop();
            for (ObjectKey used : of(user)) {
                needed.computeIfAbsent(used, key -> new LinkedHashSet<>()).add(user);
                if (seen.add(used)) {
                    open.add(used);
                }
            }
        }
        return needed;
    }
}
