package org.dtssync.connectors.apply;

import java.util.Arrays;
import java.util.Optional;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.read.RowShape;
import org.jspecify.annotations.Nullable;

/**
 * Which value of a record goes into which column of the target table, and what goes into columns without a value.
 *
 * <p>A record without a column that the table has is an error, or writing it would set that column to NULL. Only a record
 * from before an accepted change of the shape may lack what the change added. Immutable.
 */
final class ColumnMapping {

    private static final int IGNORED = -2;
    private static final int UNKNOWN = -1;

    private final TargetTable table;
    private final DestinationFaults faults;
    private final Optional<EarlierShape> earlier;
    private final int[] columns;
    private final Object[] template;

    /** Whether rows of the record are rows of the table as they are. */
    private boolean same;

    private ColumnMapping(TargetTable table, RowShape shape, Optional<EarlierShape> earlier, DestinationFaults faults) {
        this.table = table;
        this.faults = faults;
        this.earlier = earlier;
        this.columns = new int[shape.columns().size()];
        this.template = new Object[table.columns().size()];
    }

    /**
     * Maps the rows of a shape.
     *
     * @param earlier how the shape may differ from the table; empty if it must not
     * @param faults what is wrong with the table, in words
     * @throws SyncException of kind SHAPE_CHANGED if a column exists at only one end
     */
    static ColumnMapping of(
            TargetTable table, RowShape shape, Optional<EarlierShape> earlier, DestinationFaults faults) {
        ColumnMapping mapping = new ColumnMapping(table, shape, earlier, faults);
        mapping.map(shape);
        return mapping;
    }

    /** Returns a row of the table; the same array where the columns are the same in the same order. */
    Object[] row(Object[] values) {
        if (same) {
            return values;
        }
        Object[] row = template.clone();
        for (int i = 0; i < columns.length; i++) {
            if (columns[i] >= 0) {
                row[columns[i]] = values[i];
            }
        }
        return row;
    }

    private void map(RowShape shape) {
        boolean[] seen = new boolean[template.length];
        same = columns.length == template.length;
        for (int i = 0; i < columns.length; i++) {
            RowShape.Column column = shape.columns().get(i);
            columns[i] = target(column.name());
            if (columns[i] == UNKNOWN) {
                throw missing(column.name());
            }
            if (columns[i] >= 0) {
                requireSameType(column, columns[i]);
                seen[columns[i]] = true;
            }
            same &= columns[i] == i;
        }
        boolean differs = Arrays.stream(columns).anyMatch(column -> column == IGNORED);
        for (int i = 0; i < seen.length; i++) {
            if (!seen[i]) {
                template[i] = added(table.columns().get(i).name());
                differs = true;
            }
        }
        if (differs && !table.hasKey()) {
            // Its rows are found by all their values, and these have other columns.
            throw reload("Table " + table.name()
                    + " has no key, and changes from before its shape changed are still waiting.");
        }
    }

    private int target(String name) {
        Optional<String> now =
                earlier.map(EarlierShape::names).map(names -> names.get(name)).orElse(Optional.of(name));
        return now.isEmpty() ? IGNORED : table.indexOf(now.get());
    }

    private void requireSameType(RowShape.Column sent, int column) {
        String name = table.columns().get(column).name();
        String type = earlier.map(one -> one.retyped().get(name)).orElse(null);
        if (type != null && !type.equals(sent.type().orElse(null))) {
            throw reload(
                    "Table " + table.name() + " has changes from before its column " + name + " changed its type.");
        }
    }

    private @Nullable Object added(String column) {
        if (earlier.isEmpty() || !earlier.get().added().containsKey(column)) {
            throw faults.onlyHere(table.name(), column);
        }
        return earlier.get().added().get(column).orElse(null);
    }

    private SyncException missing(String column) {
        return earlier.isPresent() ? faults.missingEarlier(table.name(), column) : faults.missing(table.name(), column);
    }

    private SyncException reload(String what) {
        return faults.reload(table.name(), what);
    }
}
