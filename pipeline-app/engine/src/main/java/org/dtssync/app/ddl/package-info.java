/**
 * Changes of structure: event triggers that keep the replica identities of published tables, event triggers that record commands, and
 * how a recorded command is repeated.
 *
 * <p>Reads from: the source's catalog. Writes to: schema dts_sync, publications and replica identities at the source; structure at the
 * destination.
 */
@NullMarked
package org.dtssync.app.ddl;

import org.jspecify.annotations.NullMarked;
