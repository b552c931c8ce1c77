/**
 * The topics as history: which changes were made, what became of one row, and the proof that nothing was altered.
 *
 * <p>Reads from: the cuts and the topics of tables; for a condition in SQL, the destination. Writes to: nothing.
 */
@NullMarked
package org.dtssync.app.replay;

import org.jspecify.annotations.NullMarked;
