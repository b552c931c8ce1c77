package org.dtssync.connectors.apply;

import java.io.IOException;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SqlFaults;
import org.postgresql.PGConnection;

/**
 * Finds, before the consistency point, the rows whose values were not sent and which the destination does not have yet, and
 * reads them from the source as they are now.
 *
 * <p>Such a row was not there when its chunk was copied, or is in another chunk's range by now. What is read is newer than
 * the position of the stream, so the consistency point moves behind it; a row that is gone will be ended by the stream.
 * Thread-safe.
 */
public final class CatchUpRows {

    private static final int KEYS_PER_QUERY = 500;

    private final DatabaseConnections source;
    private final ConsistencyPoint consistencyPoint;

    /** Creates a reader of the source; opens nothing yet. */
    public CatchUpRows(DatabaseConnections source, ConsistencyPoint consistencyPoint) {
        this.source = source;
        this.consistencyPoint = consistencyPoint;
    }

    /**
     * Completes the rows of a fold that the destination cannot complete.
     *
     * <p>A row that was moved is never completed from the destination, not even where it came back to its key: what lies under
     * that key there may be another row, which a chunk copied in between, or a row read from the source then, had found in its
     * place. A row that stayed is: whoever takes its place later is moved there, or sent whole.
     */
    void complete(Connection destination, TableFold fold) throws SQLException {
        List<Map.Entry<RowKey, TableFold.Slot>> open = new ArrayList<>();
        for (Map.Entry<RowKey, TableFold.Slot> entry : fold.slots().entrySet()) {
            TableFold.Row row = entry.getValue().after();
            if (row != null && row.base() != null) {
                open.add(entry);
            }
        }
        for (int from = 0; from < open.size(); from += KEYS_PER_QUERY) {
            complete(destination, fold.table(), open.subList(from, Math.min(open.size(), from + KEYS_PER_QUERY)));
        }
    }

    private void complete(Connection destination, TargetTable table, List<Map.Entry<RowKey, TableFold.Slot>> part)
            throws SQLException {
        Set<Integer> wanted = missing(destination, table, part);
        for (int i = 0; i < part.size(); i++) {
            if (part.get(i).getValue().after().moved()) {
                wanted.add(i);
            }
        }
        if (wanted.isEmpty()) {
            return;
        }
        List<Map.Entry<RowKey, TableFold.Slot>> rows =
                wanted.stream().sorted().map(part::get).toList();
        try (Connection connection = source.open()) {
            Map<Integer, Object[]> found = read(connection, table, rows);
            for (int i = 0; i < rows.size(); i++) {
                rows.get(i).getValue().replace(found.get(i));
            }
            consistencyPoint.raise(destination, insertLsn(connection));
        }
    }

    private static Set<Integer> missing(
            Connection destination, TargetTable table, List<Map.Entry<RowKey, TableFold.Slot>> rows)
            throws SQLException {
        StringBuilder values = new StringBuilder();
        for (int i = 0; i < rows.size(); i++) {
            values.append(i == 0 ? "(" : ", (").append(i);
            RowKey base = rows.get(i).getValue().after().base();
            for (int k = 0; k < table.keyIndexes().length; k++) {
                values.append(", ").append(Staging.literal(base.value(k)));
            }
            values.append(')');
        }
        Set<Integer> missing = new HashSet<>();
        try (Statement statement = destination.createStatement();
                ResultSet result = statement.executeQuery("SELECT s.n FROM (VALUES " + values + ") s(n"
                        + stagedKeys(table) + ") WHERE NOT EXISTS (SELECT 1 FROM " + table.onlySql() + " t WHERE "
                        + matches(table) + ")")) {
            while (result.next()) {
                missing.add(result.getInt(1));
            }
        }
        return missing;
    }

    /** By COPY, whose text is exact whatever the type. */
    private static Map<Integer, Object[]> read(
            Connection connection, TargetTable table, List<Map.Entry<RowKey, TableFold.Slot>> rows) {
        StringBuilder values = new StringBuilder();
        for (int i = 0; i < rows.size(); i++) {
            values.append(i == 0 ? "(" : ", (").append(i);
            for (int k = 0; k < table.keyIndexes().length; k++) {
                values.append(", ").append(Staging.literal(rows.get(i).getKey().value(k)));
            }
            values.append(')');
        }
        String columns =
                table.columns().stream().map(column -> "t." + column.sql()).collect(Collectors.joining(", "));
        String sql = "COPY (SELECT s.n, " + columns + " FROM (VALUES " + values + ") s(n" + stagedKeys(table)
                + ") JOIN " + table.onlySql() + " t ON " + matches(table) + ") TO STDOUT";
        StringWriter text = new StringWriter();
        try {
            connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql, text);
        } catch (SQLException e) {
            throw SqlFaults.explain("Rows of table " + table.name() + " could not be read from the source", e);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        Map<Integer, Object[]> found = new HashMap<>();
        for (String line : text.toString().lines().toList()) {
            if (!line.isEmpty()) {
                int tab = line.indexOf('\t');
                found.put(Integer.valueOf(line.substring(0, tab)), CopyFields.parse(line.substring(tab + 1)));
            }
        }
        return found;
    }

    private static String stagedKeys(TargetTable table) {
        return IntStream.range(0, table.keyIndexes().length)
                .mapToObj(k -> ", c" + k)
                .collect(Collectors.joining());
    }

    private static String matches(TargetTable table) {
        return IntStream.range(0, table.keyIndexes().length)
                .mapToObj(k -> column(table, k).isEqual("t", "s.c" + k))
                .collect(Collectors.joining(" AND "));
    }

    private static TargetColumn column(TargetTable table, int keyIndex) {
        return table.columns().get(table.keyIndexes()[keyIndex]);
    }

    private static Lsn insertLsn(Connection connection) {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT pg_current_wal_insert_lsn()::text")) {
            rows.next();
            return Lsn.parse(rows.getString(1));
        } catch (SQLException e) {
            throw SqlFaults.explain("The source's position could not be read", e);
        }
    }
}
