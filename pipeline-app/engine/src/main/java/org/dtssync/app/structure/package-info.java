/**
 * The schema objects (DDL), in three sections: before the load, after it (keys), and after the consistency point.
 *
 * <p>PostgreSQL prints what it has a function for (functions, views, constraints, indexes, triggers, expressions, types); the rest
 * comes from the catalogs in the same queries. The order comes from {@code pg_depend}.
 *
 * <p>Reads from: the catalogs of both databases. Writes to: the destination's structure and dts_sync.structure_object.
 */
@NullMarked
package org.dtssync.app.structure;

import org.jspecify.annotations.NullMarked;
