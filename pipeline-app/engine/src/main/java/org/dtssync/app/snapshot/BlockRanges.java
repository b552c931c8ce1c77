package org.dtssync.app.snapshot;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;

/**
 * Divides the rows of a table by where they are stored: a table without a key has no other order. Rows that move between two ranges while
 * these are read one after the other are changed rows, which the stream has. Used once, by one thread.
 */
final class BlockRanges {

    /** Of a table whose statistics say nothing. */
    private static final int ROW_BYTES = 50;

    private static final String STORED = """
            SELECT c.oid::bigint, format('%I.%I', n.nspname, c.relname),
                   pg_catalog.pg_relation_filenode(c.oid)::bigint,
                   pg_catalog.pg_relation_size(c.oid) / current_setting('block_size')::int,
                   CASE WHEN c.relpages > 0 AND c.reltuples > 0 THEN c.reltuples / c.relpages
                        ELSE current_setting('block_size')::float8 / ? END,
                   pg_catalog.has_table_privilege(c.oid, 'SELECT')
            FROM (SELECT pg_catalog.to_regclass(?)::oid AS oid) t
            JOIN pg_catalog.pg_class c
              ON c.oid = t.oid OR c.oid IN (SELECT p.relid FROM pg_catalog.pg_partition_tree(t.oid) p)
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r'
            ORDER BY 2
            """;

    private final Connection source;
    private final int rows;

    /** The files of the relations that are divided, by their numbers. */
    private final Map<Long, Long> files = new HashMap<>();

    private record Stored(long number, String sql, long file, long blocks, double rowsPerBlock, boolean readable) {}

    /**
     * @param source the session that reads
     * @param rows about as many in each range
     */
    BlockRanges(Connection source, int rows) {
        this.source = source;
        this.rows = rows;
    }

    /**
     * Returns what follows {@code FROM} in queries of the ranges.
     *
     * @param whole what follows it in a query of all rows; the account may have rights on a partitioned table alone
     */
    List<String> of(TableName table, String whole) throws SQLException {
        files.clear();
        List<Stored> relations = read(table);
        if (relations.isEmpty() || !relations.stream().allMatch(Stored::readable)) {
            return List.of(whole);
        }
        List<String> ranges = new ArrayList<>();
        for (Stored relation : relations) {
            files.put(relation.number(), relation.file());
            long step = Math.max(1, (long) (rows / relation.rowsPerBlock()));
            add(ranges, "ONLY " + relation.sql(), relation.blocks(), step);
        }
        return ranges;
    }

    /** The last range is open: the table grows meanwhile. */
    private static void add(List<String> ranges, String relation, long blocks, long step) {
        for (long from = 0; from == 0 || from < blocks; from += step) {
            String range = " WHERE ctid >= '(" + from + ",0)'";
            ranges.add(
                    relation + (from + step < blocks ? range + " AND ctid < '(" + (from + step) + ",0)'" : range));
        }
    }

    /**
     * Requires that nothing has been rewritten since it was divided: VACUUM FULL and the like move rows that no change mentions.
     *
     * @throws SyncException of kind TRANSIENT if something was: divide it again
     */
    void requireSame(TableName table) throws SQLException {
        if (files.isEmpty()) {
            return;
        }
        Map<Long, Long> now = new HashMap<>();
        read(table).forEach(relation -> now.put(relation.number(), relation.file()));
        now.keySet().retainAll(files.keySet());
        if (!now.equals(files)) {
            throw new SyncException(
                    FaultKind.TRANSIENT, "Table " + table + " was rewritten at the source while it was read.", "");
        }
    }

    private List<Stored> read(TableName table) throws SQLException {
        List<Stored> relations = new ArrayList<>();
        try (PreparedStatement statement = source.prepareStatement(STORED)) {
            statement.setInt(1, ROW_BYTES);
            statement.setString(2, table.sql());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    relations.add(new Stored(
                            rows.getLong(1),
                            rows.getString(2),
                            rows.getLong(3),
                            rows.getLong(4),
                            rows.getDouble(5),
                            rows.getBoolean(6)));
                }
            }
        }
        return relations;
    }
}
