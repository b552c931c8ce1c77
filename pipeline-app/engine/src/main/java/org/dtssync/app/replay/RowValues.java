package org.dtssync.app.replay;

import java.util.List;
import java.util.Objects;
import org.dtssync.connectors.read.TableChange;
import org.jspecify.annotations.Nullable;

/**
 * Values of a row by column; columns whose values were not sent are left out.
 *
 * <p>Immutable; shares its arrays with the change it comes from.
 */
public final class RowValues {

    /** No column. */
    public static final RowValues NONE = new RowValues(List.of(), new Object[0]);

    private final List<String> columns;
    private final @Nullable Object[] values;

    RowValues(List<String> columns, @Nullable Object[] values) {
        this.columns = columns;
        this.values = values;
    }

    /** Returns how many columns there may be. */
    public int size() {
        return values.length;
    }

    /** Returns a column's name. */
    public String column(int index) {
        return columns.get(index);
    }

    /** Returns whether a column's value is known. */
    public boolean has(int index) {
        return values[index] != TableChange.UNCHANGED;
    }

    /** Returns whether every column's value is known. */
    boolean isWhole() {
        for (Object value : values) {
            if (value == TableChange.UNCHANGED) {
                return false;
            }
        }
        return true;
    }

    /** Returns a value as PostgreSQL's text; null for NULL. To be called only for a column whose value is known. */
    public @Nullable String text(int index) {
        Object value = values[index];
        return value == null ? null : PostgresText.of(value);
    }

    /** Returns a column's place; -1 if its value is not known. */
    public int indexOf(String column) {
        int index = columns.indexOf(column);
        return index >= 0 && has(index) ? index : -1;
    }

    /** Returns whether two rows have the same value in a column of this one. */
    boolean sameValue(int index, RowValues other, int otherIndex) {
        return Objects.deepEquals(values[index], other.values[otherIndex]);
    }

    /** Returns the names of the columns: one and the same list for rows of one shape. */
    public List<String> columns() {
        return columns;
    }

    @Nullable
    Object[] values() {
        return values;
    }
}
