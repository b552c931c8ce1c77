package org.dtssync.app.inventory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Every object of a database, each with exactly one verdict. Immutable.
 *
 * @param items the rows, ordered by kind and name
 */
public record Inventory(List<InventoryItem> items) {

    /** Copies and orders the list. */
    public Inventory {
        items = items.stream()
                .sorted(Comparator.comparing(InventoryItem::kind).thenComparing(InventoryItem::identity))
                .toList();
    }

    /** Returns how many objects of each kind have each verdict. */
    public Map<String, Map<Verdict, Long>> counts() {
        Map<String, Map<Verdict, Long>> counts = new TreeMap<>();
        for (InventoryItem item : items) {
            counts.computeIfAbsent(item.kind(), kind -> new EnumMap<>(Verdict.class))
                    .merge(item.verdict(), item.count(), Long::sum);
        }
        return counts;
    }

    /** Returns how many objects have a verdict. */
    public long count(Verdict verdict) {
        return items.stream()
                .filter(item -> item.verdict() == verdict)
                .mapToLong(InventoryItem::count)
                .sum();
    }

    /** Returns what has to be made by hand, without what belongs to it. */
    public List<InventoryItem> byHand() {
        return of(item -> item.verdict() == Verdict.BY_HAND && item.within().isEmpty());
    }

    /** Returns the SQL that makes an object by hand, then that of everything that belongs to it and has to be made by hand too. */
    public List<String> sqlOfWhole(InventoryItem whole) {
        List<String> sql = new ArrayList<>();
        collect(whole, sql);
        return sql;
    }

    private void collect(InventoryItem item, List<String> sql) {
        item.sql().map(String::strip).ifPresent(sql::add);
        of(part -> part.verdict() == item.verdict()
                        && part.within().equals(Optional.of(item.title()))
                        && !part.title().equals(item.title()))
                .forEach(part -> collect(part, sql));
    }

    /** Returns what the selection leaves out although objects of the task need it. */
    public List<InventoryItem> needed() {
        return of(item -> !item.neededBy().isEmpty());
    }

    /** Returns what the selection leaves out and nothing needs, without what belongs to it. */
    public List<InventoryItem> leftOut() {
        return of(item -> item.verdict() == Verdict.LEFT_OUT
                && item.neededBy().isEmpty()
                && item.within().isEmpty());
    }

    /** Returns whether nobody has to do anything. */
    public boolean isComplete() {
        return items.stream().noneMatch(InventoryItem::isFinding);
    }

    private List<InventoryItem> of(Predicate<InventoryItem> chosen) {
        return items.stream().filter(chosen).toList();
    }
}
