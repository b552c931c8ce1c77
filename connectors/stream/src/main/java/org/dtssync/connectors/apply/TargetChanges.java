package org.dtssync.connectors.apply;

import java.util.Objects;
import java.util.Optional;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.read.RowShape;
import org.dtssync.connectors.read.TableChange;
import org.jspecify.annotations.Nullable;

/**
 * Turns decoded changes of one table into changes of its target table.
 *
 * <p>Columns are mapped once for each shape of the records. Not thread-safe.
 */
final class TargetChanges {

    private static final int LARGE_VALUE = 1 << 13;

    private final TargetTable table;
    private final Optional<EarlierShape> earlier;
    private final boolean exact;
    private final DestinationFaults faults;

    /** What the mapping was made for: the shape of the last change, and whether it may be the earlier one. */
    private @Nullable RowShape shape;

    private boolean mayBeEarlier;

    private @Nullable ColumnMapping mapping;

    /**
     * Creates one.
     *
     * @param table the target table
     * @param earlier the shape it had before, if changes from then may come
     * @param exact whether the destination's rows are those of the source at each change
     * @param faults what is wrong with the table, in words
     */
    TargetChanges(TargetTable table, Optional<EarlierShape> earlier, boolean exact, DestinationFaults faults) {
        this.table = table;
        this.earlier = earlier;
        this.exact = exact;
        this.faults = faults;
    }

    /** Returns the target table. */
    TargetTable table() {
        return table;
    }

    /** Returns the change of the target table; it takes over the arrays of the decoded one. */
    Change of(TableChange change) {
        return switch (change.operation()) {
            case INSERT -> new Change.Insert(change.transaction(), row(change, change.after()), movedFrom(change));
            case UPDATE ->
                new Change.Update(
                        change.transaction(),
                        table.hasKey() ? null : row(change, change.before()),
                        withoutRepetitions(change, row(change, change.after())));
            case DELETE -> new Change.Delete(change.transaction(), row(change, change.before()));
            case TRUNCATE -> new Change.Truncate(change.transaction());
        };
    }

    /**
     * Where the whole row before is known, a large value that stayed the same is not written again: to store it takes the server far longer
     * than the comparison takes here. The destination holds it already, once its rows are those of the source.
     */
    private Object[] withoutRepetitions(TableChange change, Object[] after) {
        if (exact && table.hasKey() && change.before() != null && hasLarge(after)) {
            Object[] before = row(change, change.before());
            for (int i = 0; i < after.length; i++) {
                if (isLarge(after[i]) && !table.isKey(i) && Objects.deepEquals(before[i], after[i])) {
                    after[i] = TableChange.UNCHANGED;
                }
            }
        }
        return after;
    }

    private static boolean hasLarge(Object[] row) {
        for (Object value : row) {
            if (isLarge(value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isLarge(@Nullable Object value) {
        return value instanceof String text
                ? text.length() >= LARGE_VALUE
                : value instanceof byte[] bytes && bytes.length >= LARGE_VALUE;
    }

    /**
     * Returns the row that an update leaves as a new one: the table was emptied before, since a command has rewritten all of its rows.
     */
    Change image(TableChange change) {
        Object[] row = row(change, change.after());
        Object[] before = change.before() == null ? new Object[0] : row(change, change.before());
        for (int i = 0; i < row.length; i++) {
            if (row[i] == TableChange.UNCHANGED) {
                if (before.length == 0) {
                    throw new SyncException(
                            FaultKind.DATA,
                            "A row of table " + table.name()
                                    + " that a command has rewritten comes without all of its values.",
                            "Run with --resnapshot " + table.name() + ", which reloads the table.");
                }
                row[i] = before[i];
            }
        }
        return new Change.Insert(change.transaction(), row, null);
    }

    private static @Nullable RowKey movedFrom(TableChange change) {
        return change.movedFrom() == null ? null : new RowKey(change.movedFrom().values());
    }

    private Object[] row(TableChange change, Object @Nullable [] values) {
        if (values == null) {
            throw new SyncException(
                    FaultKind.DATA,
                    "An update of table " + table.name() + ", which has no key, comes without the row before it.",
                    "Run with --resnapshot " + table.name() + ", which reloads the table.");
        }
        boolean old = earlier.isPresent() && earlier.get().until().reached(change.commit());
        ColumnMapping fitting = mapping;
        if (fitting == null || change.shape() != shape || old != mayBeEarlier) {
            fitting = ColumnMapping.of(table, change.shape(), old ? earlier : Optional.empty(), faults);
            mapping = fitting;
            shape = change.shape();
            mayBeEarlier = old;
        }
        return fitting.row(values);
    }
}
