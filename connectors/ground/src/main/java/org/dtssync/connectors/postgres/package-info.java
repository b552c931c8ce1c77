/**
 * What every other package needs of PostgreSQL: names and their quoting, LSNs, connections with fixed session settings,
 * SQLSTATEs, the fence.
 *
 * <p>Reads from: both databases. Writes to: nothing but its own fence row.
 */
package org.dtssync.connectors.postgres;
