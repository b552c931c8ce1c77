/**
 * Wires the packages into one task, keeps its parts running, and takes it from phase to phase.
 *
 * <p>Reads from: progress, commands. Writes to: progress, the source's publication, slot and heartbeat.
 */
@NullMarked
package org.dtssync.app.pipeline;

import org.jspecify.annotations.NullMarked;
