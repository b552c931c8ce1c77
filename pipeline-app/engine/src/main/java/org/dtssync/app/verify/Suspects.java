package org.dtssync.app.verify;

import java.util.List;

/**
 * Rows of one table that looked different when its slices were read, and may just have been under way.
 *
 * @param table the table
 * @param keys their keys as texts; of a table without a key, the one text of the row's hash
 */
record Suspects(ComparedTable table, List<List<String>> keys) {}
