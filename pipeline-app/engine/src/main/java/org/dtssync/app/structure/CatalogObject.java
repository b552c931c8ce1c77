package org.dtssync.app.structure;

import java.util.Optional;

/**
 * An object of the database that may be migrated, before its statement is printed.
 *
 * @param address identifies it
 * @param kind what it is, for example {@code view}
 * @param schema the schema it belongs to; empty if it belongs to none
 * @param name its bare name
 * @param title names it in the task, without its kind: qualified, and with the types of its arguments
 * @param relation the oid of the table or view it is a part of, such as a trigger's; 0 if it stands for itself
 */
record CatalogObject(
        ObjectAddress address, String kind, Optional<String> schema, String name, String title, long relation) {

    boolean isTable() {
        return kind.equals("table") || kind.equals("foreign-table");
    }

    boolean isView() {
        return kind.equals("view");
    }

    /** Returns whether patterns for tables apply to it. */
    boolean isRelation() {
        return isTable() || isView() || kind.equals("materialized-view");
    }
}
