package org.dtssync.app.verify;

import org.dtssync.connectors.postgres.TableName;

/**
 * What came out for one table.
 *
 * @param table the table
 * @param rows rows at the source when its chunks were read
 * @param chunks in how many chunks they were read
 * @param equal whether both ends have the same columns and the same rows
 * @param missing rows that the destination lacks
 * @param extra rows that only the destination has
 * @param changed rows that both have with different values
 */
public record TableResult(
        TableName table, long rows, int chunks, boolean equal, long missing, long extra, long changed) {}
