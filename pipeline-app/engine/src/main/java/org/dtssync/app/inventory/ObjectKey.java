package org.dtssync.app.inventory;

/**
 * Identifies an object within one database.
 *
 * @param catalog the oid of the catalog it is in
 * @param oid its oid there
 */
record ObjectKey(long catalog, long oid) {

    /** Reads the form {@code catalog.oid}, in which queries return it. */
    static ObjectKey parse(String text) {
        int dot = text.indexOf('.');
        return new ObjectKey(Long.parseLong(text.substring(0, dot)), Long.parseLong(text.substring(dot + 1)));
    }
}
