package org.dtssync.app.replay;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What identifies a row at a time.
 *
 * @param table its table, as {@link TableNames} knows it
 * @param key the values of the columns that were asked for
 */
record RowIdentity(String table, List<@Nullable String> key) {}
