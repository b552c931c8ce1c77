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

    /** Widths of the temporary tables. A row of more columns may be too big for a page: short texts are never moved out. */
    private static final int[] WIDTHS = {8, 32, 256};

    private static final int WIDEST = WIDTHS[WIDTHS.length - 1];

    /** Wider rows go as JSON documents, this many columns each; a row can have 1,600 and its key once more. */
    private static final int DOCUMENT_COLUMNS = 800;

    private static final int DOCUMENTS = 3;

    private static final int INLINE_VALUES = 1_500;
    private static final long INLINE_CHARACTERS = 32_768;

    private final Map<Integer, CopyText> buffers = new TreeMap<>();
    private final CopyText wide = new CopyText();
    private int groups;
    private int names;

    /** Returns what to write behind FROM to read the rows as {@code s(c0, c1, ...)}. */
    String from(List<Object[]> rows) {
        return isSmall(rows) ? values(rows) : staged(rows);
    }

    private static boolean isSmall(List<Object[]> rows) {
        int width = rows.get(0).length;
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
        if (rows.get(0).length > WIDEST) {
            return documents(rows);
        }
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

    private String documents(List<Object[]> rows) {
        int width = rows.get(0).length;
        int group = groups++;
        for (Object[] row : rows) {
            wide.raw(Integer.toString(group));
            for (int document = 0; document < DOCUMENTS; document++) {
                int from = Math.min(width, document * DOCUMENT_COLUMNS);
                wide.tab();
                wide.value(document(row, from, Math.min(width, from + DOCUMENT_COLUMNS)));
            }
            wide.endRow();
        }
        StringBuilder sql = new StringBuilder("(SELECT d0.*");
        StringBuilder readers = new StringBuilder();
        for (int document = 0; document * DOCUMENT_COLUMNS < width; document++) {
            int from = document * DOCUMENT_COLUMNS;
            sql.append(document == 0 ? "" : ", d" + document + ".*");
            readers.append(", json_to_record(w.d")
                    .append(document)
                    .append(") AS d")
                    .append(document);
            for (int c = from; c < Math.min(width, from + DOCUMENT_COLUMNS); c++) {
                readers.append(c == from ? "(c" : ", c").append(c).append(" text");
            }
            readers.append(')');
        }
        return sql.append(" FROM pg_temp.dts_sync_stage_wide w").append(readers) + " WHERE w.g = " + group + ") s";
    }

    private static String document(Object[] row, int from, int to) {
        StringBuilder json = new StringBuilder("{");
        for (int c = from; c < to; c++) {
            if (row[c] != null) {
                json.append(json.length() == 1 ? "\"c" : ", \"c").append(c).append("\": \"");
                escape(text(row[c]), json);
                json.append('"');
            }
        }
        return json.append('}').toString();
    }

    private static void escape(String text, StringBuilder json) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                json.append(c);
            }
        }
    }

    private static String text(Object value) {
        if (value instanceof byte[] bytes) {
            return "\\x" + HexFormat.of().formatHex(bytes);
        }
        if (value instanceof Boolean bool) {
            return bool ? "t" : "f";
        }
        return value.toString();
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
            if (wide.length() > 0) {
                statement.execute("TRUNCATE pg_temp.dts_sync_stage_wide");
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
        if (wide.length() > 0) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("CREATE TEMPORARY TABLE IF NOT EXISTS dts_sync_stage_wide"
                        + " (g integer, d0 json, d1 json, d2 json) ON COMMIT DELETE ROWS");
            }
            copy(connection, "COPY pg_temp.dts_sync_stage_wide FROM STDIN", wide);
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
