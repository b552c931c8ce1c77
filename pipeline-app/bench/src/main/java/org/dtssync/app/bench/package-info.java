/**
 * The benchmark behind {@code scripts/bench}: dts-sync and its alternatives, side by side on the same machine and data.
 *
 * <p>Reads from: the distribution, both servers. Writes to: servers of its own in a temporary directory, standard output.
 */
@NullMarked
package org.dtssync.app.bench;

import org.jspecify.annotations.NullMarked;
