/**
 * Moves applications from one database to the other and back: preconditions, the closed database, sequences, the endpoint.
 *
 * <p>Reads from: both databases, dts_sync state, PgBouncer. Writes to: both databases, dts_sync state, PgBouncer.
 */
@NullMarked
package org.dtssync.app.moving;

import org.jspecify.annotations.NullMarked;
