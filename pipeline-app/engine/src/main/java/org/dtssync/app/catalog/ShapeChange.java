package org.dtssync.app.catalog;

import org.dtssync.connectors.postgres.TableName;

/**
 * One property of a captured table that has changed since capture began.
 *
 * @param table the table
 * @param what what changed, in words that follow the table's name: {@code column phone (text) was added}
 */
public record ShapeChange(TableName table, String what) {

    /** Returns the table and the change as one clause. */
    @Override
    public String toString() {
        return "table " + table + ": " + what;
    }
}
