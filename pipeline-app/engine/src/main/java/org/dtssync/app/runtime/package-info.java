/**
 * Shared by the parts of a running task: connections, converters, retries, threads, and the listener.
 *
 * <p>Reads from: the task file. Writes to: nothing.
 */
@NullMarked
package org.dtssync.app.runtime;

import org.jspecify.annotations.NullMarked;
