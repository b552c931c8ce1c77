/**
 * Secrets in files, read for each use: they may be replaced while a task runs.
 *
 * <p>Reads from: the files that a task file names. Writes to: nothing.
 */
@NullMarked
package org.dtssync.connectors.secrets;

import org.jspecify.annotations.NullMarked;
