/**
 * What a line of the log looks like: text for people, JSON for programs, and one line each for what libraries report.
 *
 * <p>Reads from: log events. Writes to: stderr, and a file for traces of unexpected errors.
 */
@NullMarked
package org.dtssync.app.logging;

import org.jspecify.annotations.NullMarked;
