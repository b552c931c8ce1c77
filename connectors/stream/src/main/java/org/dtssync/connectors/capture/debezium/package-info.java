/**
 * Reads the replication slot with Debezium: a connector and task composed of Debezium's public classes, and the {@link
 * org.dtssync.connectors.capture.ChangeSource} that runs the task. The only package that imports Debezium. Inside Debezium tables
 * and columns have their escaped names, which its parsers of quoted names do not change.
 *
 * <p>Reads from: the replication slot, the source's catalog. Writes to: nothing.
 */
@NullMarked
package org.dtssync.connectors.capture.debezium;

import org.jspecify.annotations.NullMarked;
