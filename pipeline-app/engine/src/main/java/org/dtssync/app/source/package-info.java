/**
 * The source while a task runs: its publication, the heartbeat, its identity and its WAL position.
 *
 * <p>Reads from: the source, dts_sync state. Writes to: the publication and the heartbeat at the source.
 */
@NullMarked
package org.dtssync.app.source;

import org.jspecify.annotations.NullMarked;
