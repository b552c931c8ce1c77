package org.dtssync.connectors.read;

import org.dtssync.connectors.postgres.Lsn;

/**
 * A place in a task's stream: right behind a cut.
 *
 * @param lsn where the cut ends in the source's log
 * @param offset the cut's offset in its topic
 */
public record CutPosition(Lsn lsn, long offset) {}
