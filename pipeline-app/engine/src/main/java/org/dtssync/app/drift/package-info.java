/**
 * Detects changes around the stream: the shape of a table at either end, a partition that was replaced.
 *
 * <p>Reads from: both databases, dts_sync state. Writes to: recorded shapes.
 */
@NullMarked
package org.dtssync.app.drift;

import org.jspecify.annotations.NullMarked;
