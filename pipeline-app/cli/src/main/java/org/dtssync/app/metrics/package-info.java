/**
 * What a run tells Prometheus.
 *
 * <p>Reads from: what the pipeline tells, the status of the task. Writes to: an HTTP port, when asked.
 */
package org.dtssync.app.metrics;
