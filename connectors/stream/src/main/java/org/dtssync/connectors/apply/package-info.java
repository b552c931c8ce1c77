/**
 * Writes topics to the destination, cut by cut, exactly once.
 *
 * <p>Reads from: the cuts and the topics of tables; the source for rows whose values were not sent, before the consistency
 * point. Writes to: the destination's tables and the applied position.
 */
@NullMarked
package org.dtssync.connectors.apply;

import org.jspecify.annotations.NullMarked;
