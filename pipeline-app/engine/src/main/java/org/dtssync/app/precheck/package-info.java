/**
 * Checks everything that could make a task fail or be inexact, and changes nothing: many small checks that all run.
 *
 * <p>Reads from: both databases, the brokers, the registry. Writes to: nothing.
 */
@NullMarked
package org.dtssync.app.precheck;

import org.jspecify.annotations.NullMarked;
