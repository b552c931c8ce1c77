package org.dtssync.connectors.read;

import org.jspecify.annotations.Nullable;

/**
 * A decoded change with what only a replay needs.
 *
 * @param change the change
 * @param commitTimeMicros when its source transaction committed, microseconds since 1970 UTC; null if the record does not say
 * @param key the row's key; null if the table has none, and for a {@code TRUNCATE}
 */
public record DescribedChange(
        TableChange change,
        @Nullable Long commitTimeMicros,
        @Nullable KeyValues key) {}
