package org.dtssync.app.replay;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.dtssync.connectors.read.DescribedChange;
import org.dtssync.connectors.read.KeyValues;
import org.dtssync.connectors.read.RowShape;
import org.dtssync.connectors.read.TableChange;
import org.dtssync.connectors.read.TableChange.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Turns decoded changes into those of a history: joins the two halves of an update that changed a key, and determines what changed.
 * Not thread-safe.
 */
final class HistoryAssembler {

    private final HistorySink sink;

    /** A deletion that may turn out to be the first half of an update; the second half follows at once. */
    private @Nullable DescribedChange held;

    HistoryAssembler(HistorySink sink) {
        this.sink = sink;
    }

    void add(DescribedChange described) throws IOException {
        TableChange change = described.change();
        DescribedChange first = held;
        held = null;
        if (change.movedFrom() != null && first != null) {
            sink.accept(moved(first, described));
            return;
        }
        if (first != null) {
            sink.accept(deleted(first));
        }
        if (change.operation() == Operation.DELETE) {
            held = described;
        } else {
            sink.accept(whole(described));
        }
    }

    /** Call when a transaction has ended: nothing follows that belongs to it. */
    void end() throws IOException {
        DescribedChange last = held;
        held = null;
        if (last != null) {
            sink.accept(deleted(last));
        }
    }

    private HistoryChange deleted(DescribedChange described) {
        return history(described, Operation.DELETE, before(described), null, List.of());
    }

    private HistoryChange moved(DescribedChange delete, DescribedChange insert) {
        RowValues after = row(insert.change());
        RowValues before = before(delete);
        return history(insert, Operation.UPDATE, before, after, differing(before, after));
    }

    private HistoryChange whole(DescribedChange described) {
        TableChange change = described.change();
        RowValues after = row(change);
        RowValues before = change.before() == null ? null : row(change.shape(), change.before());
        List<String> changed = after == null ? List.of() : differing(before, after);
        return history(described, change.operation(), before, after, changed);
    }

    private HistoryChange history(
            DescribedChange described,
            Operation operation,
            @Nullable RowValues before,
            @Nullable RowValues after,
            List<String> changed) {
        TableChange change = described.change();
        KeyValues key = described.key();
        return new HistoryChange(
                change.commit(),
                described.commitTimeMicros(),
                change.transaction(),
                change.number(),
                change.shape(),
                operation,
                key == null ? RowValues.NONE : new RowValues(key.columns(), key.values()),
                before,
                after,
                changed);
    }

    /** Of a row with a key PostgreSQL sends the key alone, unless the replica identity is FULL, and NULL in place of the rest. */
    private @Nullable RowValues before(DescribedChange described) {
        @Nullable Object[] values = described.change().before();
        if (values == null) {
            return null;
        }
        RowValues row = row(described.change().shape(), values);
        KeyValues key = described.key();
        if (key == null) {
            return row;
        }
        boolean keyAlone = true;
        for (int i = 0; i < values.length && keyAlone; i++) {
            keyAlone = values[i] == null || key.columns().contains(row.column(i));
        }
        return keyAlone ? new RowValues(key.columns(), key.values()) : row;
    }

    /** Returns the row after a change; null if there is none. */
    static @Nullable RowValues row(TableChange change) {
        return change.after() == null ? null : row(change.shape(), change.after());
    }

    private static RowValues row(RowShape shape, @Nullable Object[] values) {
        return new RowValues(shape.names(), values);
    }

    /** Returns the columns that differ; of those whose value before is not known, all that were sent. */
    static List<String> differing(@Nullable RowValues before, @Nullable RowValues after) {
        if (after == null) {
            return List.of();
        }
        if (before == null && after.isWhole()) {
            return after.columns();
        }
        List<String> changed = new ArrayList<>();
        for (int i = 0; i < after.size(); i++) {
            if (after.has(i) && (before == null || !isSame(before, after, i))) {
                changed.add(after.column(i));
            }
        }
        return changed;
    }

    private static boolean isSame(RowValues before, RowValues after, int column) {
        // Rows of one shape have their columns in one place.
        int other = before.columns() == after.columns() ? column : before.indexOf(after.column(column));
        return other >= 0 && before.has(other) && after.sameValue(column, before, other);
    }
}
