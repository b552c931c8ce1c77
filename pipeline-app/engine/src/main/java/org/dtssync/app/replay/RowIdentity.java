package org.dtssync.app.replay;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What identifies a row at a time.
 *
 * @param table its table, as {@link TableNames} knows it
 * @param key the values of the columns that were asked for; null for those that its key did not have yet
 */
record RowIdentity(String table, List<@Nullable String> key) {

    /** Returns whether the key lacks columns. */
    boolean isPartial() {
        return key.contains(null);
    }

    /** Returns whether this can be what another one was before its key got more columns. */
    boolean isPartOf(RowIdentity whole) {
        if (!table.equals(whole.table)) {
            return false;
        }
        for (int i = 0; i < key.size(); i++) {
            if (key.get(i) != null && !key.get(i).equals(whole.key.get(i))) {
                return false;
            }
        }
        return true;
    }
}
