/**
 * Copies the existing rows of the selected tables in resumable, parallel chunks, and determines the consistency point.
 *
 * <p>Reads from: the source's tables and catalog; the task's chunks. Writes to: the destination's tables, and in the same
 * transactions the chunks, table progress and consistency point of its dts_sync schema.
 */
@NullMarked
package org.dtssync.app.snapshot;

import org.jspecify.annotations.NullMarked;
