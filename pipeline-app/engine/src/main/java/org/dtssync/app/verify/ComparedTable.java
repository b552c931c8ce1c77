package org.dtssync.app.verify;

import java.util.List;
import java.util.stream.Stream;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.TableName;

/**
 * A table that exists at both ends, and how its rows are identified.
 *
 * @param name the table
 * @param keyColumns the key's columns; empty if the table has none, and its rows are compared as a multiset
 * @param layouts what each end's catalog says
 * @param sameEncoding whether both databases store text in the same encoding
 */
record ComparedTable(TableName name, List<String> keyColumns, EndPair<TableLayout> layouts, boolean sameEncoding) {

    boolean keyed() {
        return !keyColumns.isEmpty();
    }

    /** The columns that both ends have, in the source's order. */
    List<String> columns() {
        return layouts.source().columnNames().stream()
                .filter(column -> layouts.destination().column(column).isPresent())
                .toList();
    }

    /** The columns that only one end has; each makes the tables different. */
    List<String> lonelyColumns() {
        List<String> source = layouts.source().columnNames();
        List<String> destination = layouts.destination().columnNames();
        return Stream.concat(
                        source.stream().filter(column -> !destination.contains(column)),
                        destination.stream().filter(column -> !source.contains(column)))
                .toList();
    }

    /**
     * Whether both ends sort the key alike, so that a range of keys contains the same rows. A wrong yes costs time, not
     * exactness: whatever the order, ranges that cover everything leave no row out.
     */
    boolean sortedAlike() {
        return keyed()
                && keyColumns.stream().allMatch(column -> {
                    String source =
                            layouts.source().column(column).orElseThrow().order();
                    String destination =
                            layouts.destination().column(column).orElseThrow().order();
                    return source.equals(destination) && !source.equals("unknown");
                });
    }

    TableSql sql(End end) {
        return new TableSql(this, layouts.at(end));
    }

    long estimatedRows() {
        return Math.max(layouts.source().rows(), layouts.destination().rows());
    }

    /** How many rows one chunk may have, so that wide rows do not make it long. */
    long chunkRows(long wanted) {
        long bytesPerRow = Math.max(
                1, layouts.source().bytes() / Math.max(1, layouts.source().rows()));
        return Math.min(wanted, Math.max(1_000, 512L * 1024 * 1024 / bytesPerRow));
    }
}
