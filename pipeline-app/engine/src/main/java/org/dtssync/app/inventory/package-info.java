/**
 * The inventory: every object of a database, each with one verdict on what becomes of it.
 *
 * <p>Reads from: the catalogs of either database. Writes to: nothing.
 */
@NullMarked
package org.dtssync.app.inventory;

import org.jspecify.annotations.NullMarked;
