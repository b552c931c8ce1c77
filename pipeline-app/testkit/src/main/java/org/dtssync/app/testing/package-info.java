/**
 * Real servers shared by all tests of one run.
 *
 * <p>Reads from: nothing. Writes to: a temporary directory, removed at the end of the run.
 */
@NullMarked
package org.dtssync.app.testing;

import org.jspecify.annotations.NullMarked;
