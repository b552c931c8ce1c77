/**
 * Shows the progress of a task: a block that is redrawn on a terminal, log lines everywhere else.
 *
 * <p>Reads from: the pipeline's notifications. Writes to: stderr.
 */
@NullMarked
package org.dtssync.app.display;

import org.jspecify.annotations.NullMarked;
