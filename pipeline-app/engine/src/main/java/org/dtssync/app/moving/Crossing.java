package org.dtssync.app.moving;

import org.dtssync.connectors.postgres.Lsn;

/**
 * The result of the steps of a switch that applications wait for, except the last ones.
 *
 * @param began when they started to wait, as {@link System#nanoTime}
 * @param seconds until the database was writable again, if nothing was opened
 * @param lsn the position up to which the other side has everything
 * @param sequences how many were set
 */
record Crossing(long began, double seconds, Lsn lsn, int sequences) {}
