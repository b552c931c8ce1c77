package org.dtssync.app.precheck;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dtssync.app.catalog.CatalogTable;
import org.dtssync.connectors.postgres.Identifiers;

/**
 * Looks for a table's largest row at little cost: the sizes of stored values stand in the rows themselves, so that nothing out
 * of line is read but for the few rows that come out largest. Large tables are sampled, and every statement is bounded.
 *
 * <p>Used by one thread, on a session in autocommit mode.
 */
final class RowSizes {

    /** Text of a value that is stored compressed can be this much longer, whichever of PostgreSQL's methods compressed it. */
    static final long COMPRESSION = 256;

    private static final long PAGE_BYTES = 8_192;

    /** Tables whose own pages, without what is out of line, are at most this large are read whole. */
    private static final long WHOLE_BYTES = 1L << 30;

    private static final long SAMPLE_BYTES = 128L << 20;

    /** Rows whose values are measured exactly, as text. */
    private static final int CANDIDATES = 10;

    private static final String QUERY_CANCELED = "57014";

    private final Connection connection;

    RowSizes(Connection connection) {
        this.connection = connection;
    }

    /**
     * The largest row that was found.
     *
     * @param bytes its values as they stand in a record, in bytes
     * @param column the column with the largest of them
     * @param columnBytes that value, in bytes
     * @param percent how much of the table was looked at, 100 if all of it
     */
    record Largest(long bytes, String column, long columnBytes, double percent) {}

    private record Column(String name, boolean tellsSize) {

        String sql() {
            return "r." + Identifiers.quote(name);
        }

        /** Without reading what is out of line: the text's own length where the type is one, else as it is stored. */
        String estimate() {
            return "coalesce(" + (tellsSize ? "octet_length(" : "pg_column_size(") + sql() + "), 0)::bigint";
        }

        String exact() {
            return "coalesce(octet_length(" + sql() + (tellsSize ? "" : "::text") + "), 0)";
        }
    }

    /** Returns whether a table can hold a row of so many bytes at all, by what it stores. */
    static boolean canHold(CatalogTable table, long bytes) {
        return (table.toastBytes() + PAGE_BYTES) * COMPRESSION > bytes;
    }

    /**
     * Measures one table.
     *
     * @param limit how long each of at most two statements may take
     * @return the largest row found; empty if that took too long
     * @throws SQLException if the table cannot be read
     */
    Optional<Largest> measure(CatalogTable table, Duration limit) throws SQLException {
        List<Column> columns = columns(table);
        if (columns.isEmpty()) {
            return Optional.of(new Largest(0, "", 0, 100));
        }
        long ownBytes = Math.max(PAGE_BYTES, table.bytes() - table.toastBytes());
        Optional<Largest> found = Optional.empty();
        if (ownBytes <= WHOLE_BYTES) {
            found = query(table, columns, "", 100, limit);
        }
        if (found.isEmpty()) {
            double percent = Math.min(10, 100.0 * SAMPLE_BYTES / ownBytes);
            found = query(table, columns, " TABLESAMPLE SYSTEM (" + percent + ")", percent, limit);
        }
        return found;
    }

    private List<Column> columns(CatalogTable table) throws SQLException {
        return new Query(connection, """
                        WITH RECURSIVE kind(attnum, attname, type) AS (
                            SELECT attnum, attname, atttypid FROM pg_attribute
                            WHERE attrelid = ?::oid AND attnum > 0 AND NOT attisdropped AND attlen = -1
                                  AND attgenerated = ''
                            UNION ALL
                            SELECT kind.attnum, kind.attname, t.typbasetype
                            FROM kind JOIN pg_type t ON t.oid = kind.type WHERE t.typtype = 'd'
                        )
                        SELECT kind.attname, kind.type IN ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'bytea'::regtype)
                        FROM kind JOIN pg_type t ON t.oid = kind.type WHERE t.typtype <> 'd' ORDER BY kind.attnum
                        """, table.oid()).list(row -> new Column(row.getString(1), row.getBoolean(2)));
    }

    private Optional<Largest> query(
            CatalogTable table, List<Column> columns, String sample, double percent, Duration limit)
            throws SQLException {
        String sql = "SELECT " + columns.stream().map(Column::exact).collect(Collectors.joining(", "))
                + " FROM (SELECT * FROM ONLY " + table.name().sql() + " r" + sample + " ORDER BY "
                + columns.stream().map(Column::estimate).collect(Collectors.joining(" + ")) + " DESC LIMIT "
                + CANDIDATES + ") r";
        limitStatements(limit.toMillis() + "ms");
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            Largest largest = new Largest(0, "", 0, percent);
            while (rows.next()) {
                Largest row = row(rows, columns, percent);
                largest = row.bytes() > largest.bytes() ? row : largest;
            }
            return Optional.of(largest);
        } catch (SQLException e) {
            if (QUERY_CANCELED.equals(e.getSQLState())) {
                return Optional.empty();
            }
            throw e;
        } finally {
            limitStatements(Precheck.STATEMENT_LIMIT);
        }
    }

    private static Largest row(ResultSet rows, List<Column> columns, double percent) throws SQLException {
        long bytes = 0;
        long columnBytes = 0;
        String column = "";
        for (int i = 0; i < columns.size(); i++) {
            long size = rows.getLong(i + 1);
            bytes += size;
            if (size > columnBytes) {
                columnBytes = size;
                column = columns.get(i).name();
            }
        }
        return new Largest(bytes, column, columnBytes, percent);
    }

    private void limitStatements(String limit) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET statement_timeout = '" + limit + "'");
        }
    }
}
