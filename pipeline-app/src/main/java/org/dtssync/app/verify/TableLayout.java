package org.dtssync.app.verify;

import java.util.List;
import java.util.Optional;

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
     * @param type its type as SQL, with modifiers
     * @param order what its sort order depends on: empty if on nothing but the type, otherwise the collation's provider,
     *     locale and version; {@code unknown} where the server does not tell the version
     * @param addressable whether a value can be found by its text and the operators of {@code pg_catalog} alone; types of
     *     extensions have operators of their own
     */
    record Column(String name, String type, String order, boolean addressable) {}

    Optional<Column> column(String name) {
        return columns.stream().filter(column -> column.name().equals(name)).findFirst();
    }

    List<String> columnNames() {
        return columns.stream().map(Column::name).toList();
    }
}
