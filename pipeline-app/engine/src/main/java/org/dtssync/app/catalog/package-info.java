/**
 * The source's catalog of the tables that a task migrates: names, keys, sizes.
 *
 * <p>Reads from: the source's catalog. Writes to: nothing.
 */
@NullMarked
package org.dtssync.app.catalog;

import org.jspecify.annotations.NullMarked;
