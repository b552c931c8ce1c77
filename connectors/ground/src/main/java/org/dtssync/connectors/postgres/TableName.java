package org.dtssync.connectors.postgres;

import java.util.Comparator;

/**
 * The name of a table with its schema, as the catalog has it (unquoted).
 *
 * @param schema the schema's name
 * @param table the table's name
 */
public record TableName(String schema, String table) implements Comparable<TableName> {

    private static final Comparator<TableName> ORDER =
            Comparator.comparing(TableName::schema).thenComparing(TableName::table);

    /** Returns the name quoted for SQL. */
    public String sql() {
        return Identifiers.quote(schema) + "." + Identifiers.quote(table);
    }

    @Override
    public int compareTo(TableName other) {
        return ORDER.compare(this, other);
    }

    /** Returns {@code schema.table} for people: unquoted, not for SQL. */
    @Override
    public String toString() {
        return schema + "." + table;
    }
}
