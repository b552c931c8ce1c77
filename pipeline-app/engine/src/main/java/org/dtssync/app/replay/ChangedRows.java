package org.dtssync.app.replay;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What changes since a base have made of the rows of one table. Values are texts, null, or not sent. Not thread-safe. */
sealed interface ChangedRows permits KeyedRows, KeylessRows {

    /** Adds a row, which comes from another key if that is not null. */
    void insert(@Nullable Object[] row, @Nullable Object @Nullable [] movedFrom);

    void update(@Nullable Object @Nullable [] before, @Nullable Object[] row);

    void delete(@Nullable Object[] row);

    /** Removes everything, also what the base has. */
    void truncate();

    /** Returns whether a row from before the changes is still there as it was. */
    boolean keeps(@Nullable String[] fields);

    /** Passes on the rows that the base does not have, behind its last one. */
    void rest(TableRows.Sink sink) throws IOException;
}
