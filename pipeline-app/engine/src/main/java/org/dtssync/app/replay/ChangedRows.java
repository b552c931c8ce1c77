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

    /** Passes on what has become of a row of the base, if it still exists. */
    void base(byte[] line, int length, TableRows.Sink sink) throws IOException;

    /** Passes on the rows that the base does not have, behind its last one. */
    void rest(TableRows.Sink sink) throws IOException;
}
