/**
 * The chain of digests through a task's cuts: capture writes it, a proof computes it again.
 *
 * <p>Reads from: nothing. Writes to: nothing.
 */
@NullMarked
package org.dtssync.connectors.chain;

import org.jspecify.annotations.NullMarked;
