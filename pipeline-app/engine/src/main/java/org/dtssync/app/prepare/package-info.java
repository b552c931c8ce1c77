/**
 * Prepares a task: publication, slot, topics and first cut, or the mirror of another task.
 *
 * <p>Reads from: the source, Kafka. Writes to: the source, the topics, dts_sync state.
 */
@NullMarked
package org.dtssync.app.prepare;

import org.jspecify.annotations.NullMarked;
