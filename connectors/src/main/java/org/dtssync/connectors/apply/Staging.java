package org.dtssync.connectors.apply;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dtssync.connectors.postgres.Identifiers;
import org.postgresql.PGConnection;

/**
 * Brings rows to the server as text, for statements to read: many by COPY into temporary tables, few as VALUES within the
 * statement, which saves a round trip.
 *
 * <p>The temporary tables have text columns {@code c0, c1, ...} and are shared by all tables of one write; {@code g} is the
 * group a row belongs to. One write uses one object. Not thread-safe.
 */
final class Staging {

    /** Widths of the temporary tables; the last one holds the widest row PostgreSQL allows and its key. */
    private static final int[] WIDTHS = {8, 32, 256, 1598};

    private static final int INLINE_VALUES = 1_500;
    private static final long INLINE_CHARACTERS = 32_768;

    private final Map<Integer, CopyText> buffers = new TreeMap<>();
    private int groups;
    private int names;

    /** Returns what to write behind FROM to read the rows as {@code s(c0, c1, ...)}. */
    String from(List<Object[]> rows) {
        return isSmall(rows) ? values(rows) : staged(rows);
    }

    private static boolean isSmall(List<Object[]> rows) {
        int width = rows.get(0).length;
        if (width > WIDTHS[WIDTHS.length - 1]) {
            return true;
        }
        if ((long) rows.size() * width > INLINE_VALUES) {
            return false;
        }
        long characters = 0;
        for (Object[] row : rows) {
            for (Object value : row) {
                characters += characters(value);
            }
        }
        return characters <= INLINE_CHARACTERS;
    }

    private static long characters(Object value) {
        if (value instanceof String text) {
            return text.length();
        }
        return value instanceof byte[] bytes ? 2L * bytes.length : 8;
    }

    private static String values(List<Object[]> rows) {
        StringBuilder sql = new StringBuilder("(VALUES ");
        for (int r = 0; r < rows.size(); r++) {
            sql.append(r == 0 ? "(" : ", (");
            Object[] row = rows.get(r);
            for (int c = 0; c < row.length; c++) {
                sql.append(c == 0 ? "" : ", ").append(literal(row[c]));
            }
            sql.append(')');
        }
        sql.append(") s(");
        for (int c = 0; c < rows.get(0).length; c++) {
            sql.append(c == 0 ? "c" : ", c").append(c);
        }
        return sql.append(')').toString();
    }

    /** Always of type text, so that a column of NULLs alone has a type too. */
    static String literal(Object value) {
        if (value == null) {
            return "NULL::text";
        }
        if (value instanceof String text) {
            return Identifiers.literal(text) + "::text";
        }
        if (value instanceof byte[] bytes) {
            return "'\\x" + HexFormat.of().formatHex(bytes) + "'::text";
        }
        if (value instanceof Boolean bool) {
            return bool ? "'t'::text" : "'f'::text";
        }
        return "'" + value + "'::text";
    }

    private String staged(List<Object[]> rows) {
        int width = width(rows.get(0).length);
        CopyText copy = buffers.computeIfAbsent(width, absent -> new CopyText());
        int group = groups++;
        String prefix = Integer.toString(group);
        for (Object[] row : rows) {
            copy.raw(prefix);
            for (Object value : row) {
                copy.tab();
                copy.value(value);
            }
            for (int c = row.length; c < width; c++) {
                copy.tab();
                copy.nul();
            }
            copy.endRow();
        }
        return "(SELECT * FROM pg_temp.dts_sync_stage_" + width + " WHERE g = " + group + ") s";
    }

    private static int width(int columns) {
        for (int width : WIDTHS) {
            if (columns <= width) {
                return width;
            }
        }
        throw new IllegalArgumentException(columns + " columns");
    }

    /** Returns a name for another temporary table that no other step of this write uses. */
    String nextName() {
        return "dts_sync_base_" + names++;
    }

    /** Empties the temporary tables before the transaction ends, so that the next write within it begins anew. */
    void clear(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (int width : buffers.keySet()) {
                statement.execute("TRUNCATE pg_temp.dts_sync_stage_" + width);
            }
        }
    }

    /** Sends what was staged; to be called before the statements run. */
    void send(Connection connection) throws SQLException {
        for (Map.Entry<Integer, CopyText> buffer : buffers.entrySet()) {
            String table = "pg_temp.dts_sync_stage_" + buffer.getKey();
            try (Statement statement = connection.createStatement()) {
                statement.execute(createTable(table, buffer.getKey()));
            }
            copy(connection, "COPY " + table + " FROM STDIN", buffer.getValue());
        }
    }

    static void copy(Connection connection, String sql, CopyText text) throws SQLException {
        org.postgresql.copy.CopyIn copyIn =
                connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
        try {
            copyIn.writeToCopy(text.bytes(), 0, text.length());
            copyIn.endCopy();
        } finally {
            if (copyIn.isActive()) {
                copyIn.cancelCopy();
            }
        }
    }

    /** The rows go at the end of every transaction; the table stays with the session. */
    private static String createTable(String table, int width) {
        StringBuilder sql = new StringBuilder("CREATE TEMPORARY TABLE IF NOT EXISTS ");
        sql.append(table.substring("pg_temp.".length())).append(" (g integer");
        for (int c = 0; c < width; c++) {
            sql.append(", c").append(c).append(" text");
        }
        return sql.append(") ON COMMIT DELETE ROWS").toString();
    }
}
