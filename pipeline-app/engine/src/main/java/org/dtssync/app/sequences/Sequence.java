package org.dtssync.app.sequences;

import java.util.Optional;
import org.dtssync.connectors.postgres.TableName;

/**
 * A sequence as the catalog of one database describes it. Immutable.
 *
 * @param oid of its relation
 * @param name its name
 * @param sql the name, quoted only where SQL needs it
 * @param definition how it counts
 * @param owner the column that it belongs to; empty for one that stands alone
 * @param extension the extension that brings it along
 * @param rights what the account of the session may do with it
 * @param grants statements that give it the owner and the rights that it has here, each ended; may be empty
 */
public record Sequence(
        long oid,
        TableName name,
        String sql,
        Definition definition,
        Optional<Owner> owner,
        Optional<String> extension,
        Rights rights,
        String grants) {

    /** Returns the same sequence, but as one that stands alone. */
    Sequence withoutOwner() {
        return new Sequence(oid, name, sql, definition, Optional.empty(), extension, rights, grants);
    }

    /**
     * How a sequence counts.
     *
     * @param type smallint, integer or bigint
     * @param start where it starts over
     * @param increment the step, negative if it counts down
     * @param least its lower limit
     * @param most its upper limit
     * @param cache how many values a session draws at once
     * @param cycles whether it starts over at its limit
     */
    public record Definition(
            String type, long start, long increment, long least, long most, long cache, boolean cycles) {

        /** Returns whether it counts down. */
        public boolean descends() {
            return increment < 0;
        }

        /** Returns whether a value lies within its limits. */
        public boolean spans(long value) {
            return value >= least && value <= most;
        }

        /** Returns the clauses of {@code CREATE SEQUENCE} or {@code ALTER SEQUENCE} that make it count like this. */
        public String clauses() {
            return "AS " + type + " INCREMENT BY " + increment + " MINVALUE " + least + " MAXVALUE " + most
                    + " START WITH " + start + " CACHE " + cache + (cycles ? " CYCLE" : " NO CYCLE");
        }
    }

    /**
     * The column that a sequence belongs to.
     *
     * @param table the column's table
     * @param column the column
     * @param tableSql the table's name, quoted only where SQL needs it
     * @param columnSql the same of the column
     * @param identity {@code ALWAYS} or {@code BY DEFAULT} for an identity column, which cannot be without its sequence
     */
    public record Owner(TableName table, String column, String tableSql, String columnSql, Optional<String> identity) {

        /** Returns whether both are the same column, whichever way it draws its values. */
        boolean isColumnOf(Owner other) {
            return table.equals(other.table) && column.equals(other.column);
        }

        /** Returns the column's name for SQL. */
        String sql() {
            return tableSql + "." + columnSql;
        }
    }

    /**
     * What an account may do with a sequence.
     *
     * @param account its name, quoted only where SQL needs it
     * @param read whether it may read its position
     * @param set whether it may set its position
     * @param roleOfOwner the sequence's owner, quoted only where SQL needs it
     */
    public record Rights(String account, boolean read, boolean set, String roleOfOwner) {}
}
