/**
 * The command line: one class per command, one sentence and an exit code for every error.
 *
 * <p>Reads from: the task file, progress. Writes to: stdout, stderr, posted commands.
 */
@NullMarked
package org.dtssync.app.cli;

import org.jspecify.annotations.NullMarked;
