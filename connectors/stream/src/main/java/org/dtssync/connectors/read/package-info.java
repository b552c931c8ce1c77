/**
 * Reads a task's topics: its cuts in order and, of each cut, the decoded changes that belong to it.
 *
 * <p>It does not know the destination. The applier writes what it reads to tables; a replay can do anything else with it.
 *
 * <p>Reads from: the cuts and the topics of tables. Writes to: nothing.
 */
@NullMarked
package org.dtssync.connectors.read;

import org.jspecify.annotations.NullMarked;
