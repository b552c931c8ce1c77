/**
 * The forms of values in the topics: PostgreSQL's text of a value as Debezium's schemas have it, and back to exactly that text.
 *
 * <p>Reads from and writes to: nothing.
 */
@NullMarked
package org.dtssync.connectors.values;

import org.jspecify.annotations.NullMarked;
