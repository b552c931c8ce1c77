/**
 * Shows people how a task gets on: a block that is redrawn on a terminal, log lines everywhere else.
 *
 * <p>Reads from: what the pipeline tells its listener. Writes to: standard error.
 */
package org.dtssync.app.display;
