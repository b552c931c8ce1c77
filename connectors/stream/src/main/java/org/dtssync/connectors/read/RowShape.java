package org.dtssync.connectors.read;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.connectors.postgres.TableName;

/**
 * The columns of a table in its records, which may be earlier than the table's current ones. Immutable.
 *
 * <p>Changes of one shape share one object, so that data derived from a shape can be cached by identity.
 */
public final class RowShape {

    /**
     * A column.
     *
     * @param name its name at the source
     * @param type the name of its PostgreSQL type; empty if unknown
     */
    public record Column(String name, Optional<String> type) {}

    private final TableName table;
    private final List<Column> columns;
    private final List<String> names;
    private final Map<String, Integer> indexes = new HashMap<>();

    /** Creates the shape of a table's records. */
    public RowShape(TableName table, List<Column> columns) {
        this.table = table;
        this.columns = List.copyOf(columns);
        this.names = this.columns.stream().map(Column::name).toList();
        for (int i = 0; i < columns.size(); i++) {
            indexes.put(columns.get(i).name(), i);
        }
    }

    /** Returns the table the records belong to. */
    public TableName table() {
        return table;
    }

    /** Returns the columns in the order of the values of a row. */
    public List<Column> columns() {
        return columns;
    }

    /** Returns their names; always the same list. */
    public List<String> names() {
        return names;
    }

    /** Returns the place of a column's value in a row, or -1 if the records have no such column. */
    public int indexOf(String column) {
        return indexes.getOrDefault(column, -1);
    }

    @Override
    public String toString() {
        return "RowShape[" + table + ", " + columns + "]";
    }
}
