/**
 * A base: every table of a task as files, exact at one cut, with which a replay of the topics begins.
 *
 * <p>Reads from: the destination, dts_sync state, the cuts. Writes to: a directory.
 */
@NullMarked
package org.dtssync.app.base;

import org.jspecify.annotations.NullMarked;
