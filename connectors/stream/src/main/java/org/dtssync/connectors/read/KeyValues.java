package org.dtssync.connectors.read;

import java.util.List;

/**
 * The key of a row.
 *
 * @param columns the key columns' names at the source
 * @param values their values in the same order, as in a {@link TableChange}
 */
@SuppressWarnings("ArrayRecordComponent") // Keys are handed on, never compared here; a copy for each would cost.
public record KeyValues(List<String> columns, Object[] values) {}
