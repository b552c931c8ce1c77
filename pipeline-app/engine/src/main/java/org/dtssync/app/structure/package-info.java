/**
 * The database's structure (DDL), carried in two sections: what the load needs before it, and what is built after it.
 *
 * <p>What PostgreSQL prints itself (constraints, indexes, triggers, rules, statistics) is taken from PostgreSQL; what it has no
 * function for (types, domains, tables, views, functions) is written out by pgCodeKeeper, which also finds the order.
 *
 * <p>Reads from: the catalogs of both databases. Writes to: the destination's structure and dts_sync.structure_object.
 */
package org.dtssync.app.structure;
