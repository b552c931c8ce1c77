/**
 * Detects what changed around the stream: the structure of a table at either end, a partition that was replaced.
 *
 * <p>Reads from: both databases, dts_sync state. Writes to: recorded structures.
 */
package org.dtssync.app.drift;
