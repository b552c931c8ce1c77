/**
 * The sequences that belong to a task: one definition of which they are, their positions, and what is wrong with those of the
 * other database.
 *
 * <p>Reads from: both databases, dts_sync state. Writes to: nothing.
 */
package org.dtssync.app.sequences;
