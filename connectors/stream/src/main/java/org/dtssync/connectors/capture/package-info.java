/**
 * Groups what a {@link org.dtssync.connectors.capture.ChangeSource} reads from the source into cuts and writes them to topics.
 *
 * <p>Reads from: the replication slot, the last cut. Writes to: the topics of tables and the cuts.
 */
@NullMarked
package org.dtssync.connectors.capture;

import org.jspecify.annotations.NullMarked;
