package org.dtssync.connectors.apply;

import org.dtssync.connectors.postgres.TableName;

/**
 * One statement of a write.
 *
 * @param table the table it changes
 * @param sql the statement
 * @param expected how many rows it must change; -1 if any number will do
 * @param what the verb for what it does to these rows, for the message if the number is another
 */
record WriteStatement(TableName table, String sql, long expected, String what) {

    /** For a statement that may change any number of rows. */
    static final long ANY = -1;
}
