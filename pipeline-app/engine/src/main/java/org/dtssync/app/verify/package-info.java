/**
 * Compares the tables of both databases row for row and value for value, and names every difference that is not just a
 * change under way.
 *
 * <p>Reads from: the tables of both databases. Writes to: the progress of the comparison.
 */
package org.dtssync.app.verify;
