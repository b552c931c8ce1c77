/**
 * Operates a task from outside and serves requests inside: posted commands, status, cancellation, release.
 *
 * <p>Reads from: dts_sync state, both databases. Writes to: commands and their results; removes everything that belongs to a task.
 */
@NullMarked
package org.dtssync.app.control;

import org.jspecify.annotations.NullMarked;
