package org.dtssync.app.verify;

import java.util.List;
import java.util.Optional;
import org.dtssync.app.catalog.KeyColumn;

/**
 * What one end's catalog says about a table, as far as reading it in chunks needs it.
 *
 * @param partitioned whether it is the root of partitions, whose rows are read through it
 * @param columns its columns in order
 * @param rows estimated rows
 * @param bytes size with TOAST, without indexes
 * @param blocks blocks of its largest leaf
 * @param leaves how many relations hold its rows
 */
record TableLayout(boolean partitioned, List<Column> columns, long rows, long bytes, long blocks, int leaves) {

    /**
     * A column.
     *
     * @param name its name
     * @param order what its sort order depends on: empty if on nothing but the type, otherwise the collation's provider,
     *     locale and version; {@code unknown} where the server does not tell
     * @param addressable whether a value that the other end has can be looked up by its text
     * @param asKey how it is compared as a column of the key, of a table with the alias {@code t}
     */
    record Column(String name, String order, boolean addressable, KeyColumn asKey) {}

    Optional<Column> column(String name) {
        return columns.stream().filter(column -> column.name().equals(name)).findFirst();
    }

    List<String> columnNames() {
        return columns.stream().map(Column::name).toList();
    }
}
