/**
 * What crosses a process boundary: topic names, control records, the SQL of the dts_sync schema. No logic.
 *
 * <p>Reads from: nothing. Writes to: nothing.
 */
@NullMarked
package org.dtssync.schemas;

import org.jspecify.annotations.NullMarked;
