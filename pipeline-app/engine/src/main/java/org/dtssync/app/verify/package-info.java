/**
 * Verifies the tables of both databases row by row and value by value, and names every difference that is not just a
 * change in flight.
 *
 * <p>Reads from: the tables of both databases. Writes to: the progress of the verification.
 */
@NullMarked
package org.dtssync.app.verify;

import org.jspecify.annotations.NullMarked;
