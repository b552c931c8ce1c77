/**
 * The Prometheus metrics of a run.
 *
 * <p>Reads from: the pipeline's notifications, the status of the task. Writes to: an HTTP port, on request.
 */
@NullMarked
package org.dtssync.app.metrics;

import org.jspecify.annotations.NullMarked;
