/**
 * The face of the engine, all that entry points such as the command line use of it: typed commands, their outcomes, reports as
 * text and as JSON, events, and one {@link org.dtssync.app.tasks.SyncTask} that offers them.
 *
 * <p>Reads from: the state of a task, posted commands. Writes to: posted commands and their results.
 */
@NullMarked
package org.dtssync.app.tasks;

import org.jspecify.annotations.NullMarked;
