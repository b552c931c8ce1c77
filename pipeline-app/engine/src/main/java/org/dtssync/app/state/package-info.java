/**
 * Phases and positions of a task, kept in the destination's dts_sync schema, where every room writes its progress and
 * everybody reads it.
 *
 * <p>Reads from: the destination's dts_sync schema. Writes to: the same.
 */
package org.dtssync.app.state;
