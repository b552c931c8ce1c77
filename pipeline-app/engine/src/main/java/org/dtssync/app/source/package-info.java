/**
 * The source while a task runs: its publication, the heartbeat, who it is and where its WAL stands.
 *
 * <p>Reads from: the source, dts_sync state. Writes to: the publication and the heartbeat at the source.
 */
package org.dtssync.app.source;
