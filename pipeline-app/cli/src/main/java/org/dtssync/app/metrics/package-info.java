/**
 * The Prometheus metrics of a run.
 *
 * <p>Reads from: the pipeline's notifications, the status of the task. Writes to: an HTTP port, on request.
 */
package org.dtssync.app.metrics;
