/**
 * What every other package needs from PostgreSQL: names and their quoting, LSNs, connections with fixed session settings,
 * SQLSTATEs, the epoch.
 *
 * <p>Reads from: both databases. Writes to: only its own epoch row.
 */
@NullMarked
package org.dtssync.connectors.postgres;

import org.jspecify.annotations.NullMarked;
