/**
 * A base as Debezium's read events, in topics of its own.
 *
 * <p>Reads from: a base, the catalog of the destination. Writes to: topics of bases.
 */
@NullMarked
package org.dtssync.app.publish;

import org.jspecify.annotations.NullMarked;
