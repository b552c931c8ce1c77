/**
 * One direction at work: capture, applier, heartbeat and checks, and the end of them.
 *
 * <p>Reads from: the source, the topics, dts_sync state. Writes to: the topics, the destination.
 */
package org.dtssync.app.stream;
