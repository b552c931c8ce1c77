/**
 * One running direction: capture, applier, heartbeat and checks, and their end.
 *
 * <p>Reads from: the source, the topics, dts_sync state. Writes to: the topics, the destination.
 */
@NullMarked
package org.dtssync.app.stream;

import org.jspecify.annotations.NullMarked;
