package org.dtssync.app.verify;

import java.util.List;
import java.util.Optional;
import org.dtssync.app.catalog.KeyColumn;

/**
 * The facts from one end's catalog that reading a table in slices needs.
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
     * @param order what its sort order depends on: empty if only on the type, otherwise the collation's provider,
     *     locale and version; {@code unknown} if the server does not report it
     * @param addressable whether a value of the other end can be looked up by its text
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
