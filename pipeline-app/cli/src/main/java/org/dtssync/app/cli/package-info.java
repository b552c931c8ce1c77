/**
 * The command line: one class a command, one sentence and an exit code for every mistake.
 *
 * <p>Reads from: the task file, progress. Writes to: standard output and error, posted commands.
 */
package org.dtssync.app.cli;
