/**
 * What the parts of a running task share: connections, converters, retries, threads, and the listener that follows them.
 *
 * <p>Reads from: the task file. Writes to: nothing.
 */
package org.dtssync.app.task;
