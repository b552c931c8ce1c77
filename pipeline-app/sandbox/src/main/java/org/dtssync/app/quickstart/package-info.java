/**
 * The quickstart: migrates a sample shop between two servers while an application keeps writing to it, and verifies.
 *
 * <p>Reads from: the pipeline, both databases. Writes to: a temporary directory, the source, stdout and stderr.
 */
@NullMarked
package org.dtssync.app.quickstart;

import org.jspecify.annotations.NullMarked;
