package org.dtssync.app.catalog;

import org.dtssync.connectors.postgres.TableName;

/**
 * One thing about a captured table that is no longer as it was when its capture began.
 *
 * @param table the table
 * @param what what changed, in words that follow the table's name: {@code column phone (text) was added}
 */
public record StructureChange(TableName table, String what) {

    /** Returns the table and the change as one clause. */
    @Override
    public String toString() {
        return "table " + table + ": " + what;
    }
}
