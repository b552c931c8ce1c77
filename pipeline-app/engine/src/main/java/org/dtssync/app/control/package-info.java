/**
 * Operates a task from outside and answers inside: posted commands, status, cancellation, release.
 *
 * <p>Reads from: dts_sync state, both databases. Writes to: commands and their results; removes all of a task.
 */
package org.dtssync.app.control;
