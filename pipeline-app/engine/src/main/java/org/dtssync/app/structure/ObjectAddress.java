package org.dtssync.app.structure;

/**
 * Identifies an object of one database as {@code pg_depend} does.
 *
 * @param catalog the oid of the catalog that has a row for it; those of the system catalogs never change
 * @param oid its own oid
 */
record ObjectAddress(long catalog, long oid) {

    static final long TYPE = 1247;
    static final long ROUTINE = 1255;
    static final long RELATION = 1259;
    static final long DEFAULT = 2604;
    static final long CONSTRAINT = 2606;
    static final long SCHEMA = 2615;
}
