/**
 * What crosses a process boundary: topic names, control records, the SQL of the dts_sync schema. No logic.
 *
 * <p>Reads from: nothing. Writes to: nothing.
 */
package org.dtssync.schemas;
