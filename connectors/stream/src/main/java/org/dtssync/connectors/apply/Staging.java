package org.dtssync.connectors.apply;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.read.ValueText;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Brings rows to the server as text, for statements to read: many by COPY into temporary tables, few as VALUES within the
 * statement, which saves a round trip.
 *
 * <p>The temporary tables have text columns {@code c0, c1, ...} and are shared by all tables of one write; {@code g} is the
 * group a row belongs to. One write uses one object. Not thread-safe.
 */
final class Staging {

    /** Widths of the temporary tables. A row with more columns may be too large for a page: short texts are never stored out of line. */
    private static final int[] WIDTHS = {8, 32, 256};

    private static final int WIDEST = WIDTHS[WIDTHS.length - 1];

    /** Wider rows go as JSON documents, this many columns each; a row can have 1,600 and its key once more. */
    private static final int DOCUMENT_COLUMNS = 800;

    private static final int DOCUMENTS = 3;

    /** Staged values are read once: to compress them costs the server more than all the rest of a large value's write. */
    private static final String AS_IT_IS = " STORAGE EXTERNAL";

    /** The first server that takes this within CREATE TABLE; earlier ones take it for large values alone, in another statement. */
    private static final int STORAGE_IN_CREATE_TABLE = 16;

    private static final int LARGE_CHARACTERS = 1 << 16;

    private static final int INLINE_VALUES = 1_500;
    private static final long INLINE_CHARACTERS = 32_768;

    /** Data sent by COPY, by the width of the temporary table. */
    private final Map<Integer, List<Group>> staged = new TreeMap<>();

    private final List<Group> wide = new ArrayList<>();
    private int groups;
    private int names;

    /** Rows that one statement reads. They are converted to text while they are sent, since the text doubles their memory. */
    private record Group(int number, List<Object[]> rows) {}

    /** Writes the text of a COPY. */
    interface Rows {
        /** Writes all rows. */
        void write(CopyText text) throws SQLException;
    }

    /** Returns what to write behind FROM to read the rows as {@code s(c0, c1, ...)}; they must not change until they are sent. */
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
    static String literal(@Nullable Object value) {
        if (value == null) {
            return "NULL::text";
        }
        return Identifiers.literal(ValueText.of(value)) + "::text";
    }

    private String staged(List<Object[]> rows) {
        if (rows.get(0).length > WIDEST) {
            return documents(rows);
        }
        int width = width(rows.get(0).length);
        int group = groups++;
        staged.computeIfAbsent(width, absent -> new ArrayList<>()).add(new Group(group, rows));
        return "(SELECT * FROM pg_temp.dts_sync_stage_" + width + " WHERE g = " + group + ") s";
    }

    private String documents(List<Object[]> rows) {
        int width = rows.get(0).length;
        int group = groups++;
        wide.add(new Group(group, rows));
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

    private static int width(int columns) {
        for (int width : WIDTHS) {
            if (columns <= width) {
                return width;
            }
        }
        throw new IllegalArgumentException(columns + " columns");
    }

    /** Returns a name for another temporary table that no other statement of this write uses. */
    String nextName() {
        return "dts_sync_base_" + names++;
    }

    /**
     * Empties the temporary tables before the transaction ends, so that the next write within it finds them empty. Outside of any
     * savepoint: only there the server truncates the same files repeatedly; within one it would create new ones each time,
     * and keep all of them until the transaction ends.
     */
    void clear(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (int width : staged.keySet()) {
                statement.execute("TRUNCATE pg_temp.dts_sync_stage_" + width);
            }
            if (!wide.isEmpty()) {
                statement.execute("TRUNCATE pg_temp.dts_sync_stage_wide");
            }
        }
    }

    /** Sends the staged rows; call before the statements run. */
    void send(Connection connection) throws SQLException {
        String storage = connection.getMetaData().getDatabaseMajorVersion() >= STORAGE_IN_CREATE_TABLE ? AS_IT_IS : "";
        for (Map.Entry<Integer, List<Group>> table : staged.entrySet()) {
            int width = table.getKey();
            String name = "pg_temp.dts_sync_stage_" + width;
            try (Statement statement = connection.createStatement()) {
                statement.execute(createTable(name, width, storage));
                if (storage.isEmpty() && table.getValue().stream().anyMatch(Staging::hasLargeValue)) {
                    statement.execute(storeAsIs(name, width));
                }
            }
            copy(connection, "COPY " + name + " FROM STDIN", text -> writeRows(table.getValue(), width, text));
        }
        if (!wide.isEmpty()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("CREATE TEMPORARY TABLE IF NOT EXISTS dts_sync_stage_wide"
                        + " (g integer, d0 json%1$s, d1 json%1$s, d2 json%1$s) ON COMMIT DELETE ROWS"
                                .formatted(storage));
            }
            copy(connection, "COPY pg_temp.dts_sync_stage_wide FROM STDIN", this::writeDocuments);
        }
    }

    private static void writeRows(List<Group> groups, int width, CopyText text) throws SQLException {
        for (Group group : groups) {
            String prefix = Integer.toString(group.number());
            for (Object[] row : group.rows()) {
                text.raw(prefix);
                for (Object value : row) {
                    text.tab();
                    text.value(value);
                }
                for (int c = row.length; c < width; c++) {
                    text.tab();
                    text.nul();
                }
                text.endRow();
            }
        }
    }

    private void writeDocuments(CopyText text) throws SQLException {
        for (Group group : wide) {
            for (Object[] row : group.rows()) {
                text.raw(Integer.toString(group.number()));
                for (int document = 0; document < DOCUMENTS; document++) {
                    int from = Math.min(row.length, document * DOCUMENT_COLUMNS);
                    text.tab();
                    new StagedDocument(text).write(row, from, Math.min(row.length, from + DOCUMENT_COLUMNS));
                }
                text.endRow();
            }
        }
    }

    /** Runs a COPY into a table. */
    static void copy(Connection connection, String sql, Rows rows) throws SQLException {
        org.postgresql.copy.CopyIn copyIn =
                connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
        try {
            CopyText text = new CopyText((bytes, length) -> copyIn.writeToCopy(bytes, 0, length));
            rows.write(text);
            text.flush();
            copyIn.endCopy();
        } finally {
            if (copyIn.isActive()) {
                copyIn.cancelCopy();
            }
        }
    }

    /** The rows are deleted at the end of every transaction; the table stays with the session. */
    private static String createTable(String table, int width, String storage) {
        StringBuilder sql = new StringBuilder("CREATE TEMPORARY TABLE IF NOT EXISTS ");
        sql.append(table.substring("pg_temp.".length())).append(" (g integer");
        for (int c = 0; c < width; c++) {
            sql.append(", c").append(c).append(" text").append(storage);
        }
        return sql.append(") ON COMMIT DELETE ROWS").toString();
    }

    private static boolean hasLargeValue(Group group) {
        for (Object[] row : group.rows()) {
            for (Object value : row) {
                if (characters(value) > LARGE_CHARACTERS) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String storeAsIs(String table, int width) {
        return "ALTER TABLE " + table + " "
                + IntStream.range(0, width)
                        .mapToObj(c -> "ALTER c" + c + " SET" + AS_IT_IS)
                        .collect(Collectors.joining(", "));
    }
}
