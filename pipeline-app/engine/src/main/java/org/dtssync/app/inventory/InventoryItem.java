package org.dtssync.app.inventory;

import java.util.List;
import java.util.Optional;

/**
 * One row of the inventory. Immutable.
 *
 * @param kind what the object is, for example {@code foreign key}
 * @param identity what PostgreSQL calls it, for example {@code orders_item on public.orders}
 * @param verdict what becomes of it
 * @param reason why, unless a statement makes it; empty if one does
 * @param neededBy objects of the task that need it although the selection leaves it out
 * @param sql SQL that makes it by hand, or what else to do; empty if nothing has to be done
 * @param count how many objects the row stands for
 * @param within the object it belongs to, if that has the same verdict and speaks for it
 */
public record InventoryItem(
        String kind,
        String identity,
        Verdict verdict,
        String reason,
        List<String> neededBy,
        Optional<String> sql,
        long count,
        Optional<String> within) {

    /** Copies the list. */
    public InventoryItem {
        neededBy = List.copyOf(neededBy);
    }

    /** Returns kind and identity, by which it is recognized in another database. */
    public String title() {
        return (kind + " " + identity).strip();
    }

    /** Returns the same with other SQL; none if that is empty. */
    public InventoryItem withSql(String other) {
        return new InventoryItem(
                kind,
                identity,
                verdict,
                reason,
                neededBy,
                Optional.of(other).filter(text -> !text.isEmpty()),
                count,
                within);
    }

    /** Returns whether a person has to decide or do something about it. */
    public boolean isFinding() {
        return verdict == Verdict.BY_HAND || !neededBy.isEmpty();
    }
}
