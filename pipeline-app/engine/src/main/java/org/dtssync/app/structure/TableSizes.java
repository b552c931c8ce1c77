package org.dtssync.app.structure;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.dtssync.connectors.postgres.TableName;

/**
 * How large the tables of a database are at one moment, which says how long it takes to read them. Immutable.
 *
 * @param bytes the size of each table that has rows of its own
 */
record TableSizes(Map<TableName, Long> bytes) {

    /** A table of this size is read in a few milliseconds. */
    private static final long SMALL = 1024L * 1024;

    /** Partitions count for themselves; their roots have no size, since it is not known what a statement does to all of them. */
    private static final String SIZES = """
            SELECT n.nspname, c.relname, pg_relation_size(c.oid)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND c.oid >= 16384
            """;

    /** Copies the map. */
    TableSizes {
        bytes = Map.copyOf(bytes);
    }

    /** Reads them. A table that is dropped meanwhile has none. */
    static TableSizes read(Connection connection) throws SQLException {
        Map<TableName, Long> bytes = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(SIZES)) {
            while (rows.next()) {
                long size = rows.getLong(3);
                if (!rows.wasNull()) {
                    bytes.put(new TableName(rows.getString(1), rows.getString(2)), size);
                }
            }
        }
        return new TableSizes(bytes);
    }

    /** Returns whether all tables are known to be small. */
    boolean areSmall(Collection<TableName> tables) {
        return tables.stream().allMatch(table -> bytes.getOrDefault(table, Long.MAX_VALUE) <= SMALL);
    }

    /** Orders what concerns tables by the largest of them, and what is not known first. What is equal keeps its order in a stable sort. */
    <T> Comparator<T> largestFirst(Function<T, List<TableName>> tables) {
        return Comparator.comparing(
                one -> tables.apply(one).stream()
                        .mapToLong(table -> bytes.getOrDefault(table, Long.MAX_VALUE))
                        .max()
                        .orElse(Long.MAX_VALUE),
                Comparator.reverseOrder());
    }
}
