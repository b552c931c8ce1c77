/**
 * Phases and positions of a task, kept in the destination's dts_sync schema, where every package writes its progress and
 * any other reads it.
 *
 * <p>Reads from: the destination's dts_sync schema. Writes to: the same.
 */
@NullMarked
package org.dtssync.app.state;

import org.jspecify.annotations.NullMarked;
