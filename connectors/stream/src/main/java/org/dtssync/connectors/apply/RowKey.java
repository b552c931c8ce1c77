package org.dtssync.connectors.apply;

import java.util.Arrays;

/** The values of a row's key columns, compared by value. Immutable as long as nobody changes the array. */
final class RowKey {

    private final Object[] values;
    private final int hash;

    RowKey(Object[] values) {
        this.values = values;
        this.hash = Arrays.deepHashCode(values);
    }

    Object value(int index) {
        return values[index];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RowKey key && hash == key.hash && Arrays.deepEquals(values, key.values);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
