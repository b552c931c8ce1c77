package org.dtssync.app.structure.pgdump;

/**
 * Names an object of a database.
 *
 * @param catalog the oid of the system catalog it is in
 * @param oid its oid there
 */
record CatalogId(long catalog, long oid) {}
