/**
 * The hall: wires the rooms into one task, keeps its parts running, and takes it from phase to phase.
 *
 * <p>Reads from: progress, commands. Writes to: progress, the source's publication, slot and heartbeat.
 */
package org.dtssync.app.pipeline;
