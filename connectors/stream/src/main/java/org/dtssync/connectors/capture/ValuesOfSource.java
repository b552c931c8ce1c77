package org.dtssync.connectors.capture;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Reads the values that the source did not send, by the key of their row. What it finds is what the row has now: if a later change wrote
 * something else, that change has it too and follows. A row that is not there any more keeps its placeholders: its end follows as well.
 *
 * <p>Opens a session at the first such value. Not thread-safe.
 */
final class ValuesOfSource implements UnsentValues, AutoCloseable {

    /** The operators by which the index over the key finds a row: types of extensions and users have theirs in other schemas. */
    private static final String EQUALITIES = """
            SELECT a.attname, format('OPERATOR(%I.%s)', n.nspname, op.oprname)
            FROM pg_catalog.pg_index i
            CROSS JOIN generate_series(0, i.indnkeyatts - 1) p
            JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[p]
            JOIN pg_catalog.pg_opclass o ON o.oid = i.indclass[p]
            JOIN pg_catalog.pg_amop m ON m.amopfamily = o.opcfamily AND m.amoppurpose = 's' AND m.amopstrategy = 3
             AND m.amoplefttype = o.opcintype AND m.amoprighttype = o.opcintype
            JOIN pg_catalog.pg_operator op ON op.oid = m.amopopr
            JOIN pg_catalog.pg_namespace n ON n.oid = op.oprnamespace
            WHERE i.indrelid = pg_catalog.to_regclass(?) AND (i.indisreplident OR i.indisprimary)
            """;

    private static final String LOCK_LIMIT = "SET lock_timeout = '10s'";

    /** Syntax errors and unknown names: a command has changed the table since. */
    private static final String UNKNOWN_NAME_CLASS = "42";

    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private final DatabaseConnections source;
    private final Map<TableName, Map<String, String>> equalities = new HashMap<>();
    private @Nullable Connection session;

    /** Opens nothing yet. */
    ValuesOfSource(DatabaseConnections source) {
        this.source = source;
    }

    @Override
    public void fill(CapturedTable table, Struct row, @Nullable Struct movedFrom, List<Field> key) {
        List<Field> unsent = row.schema().fields().stream()
                .filter(field -> Unchanged.is(row.get(field)))
                .toList();
        if (key.isEmpty() || unsent.isEmpty()) {
            return;
        }
        try {
            @Nullable String @Nullable [] found = read(table, row, key, unsent);
            if (found == null && movedFrom != null) {
                // The server sends a commit a moment before others see it. They may see it between these two queries.
                found = read(table, movedFrom, key, unsent);
                found = found == null ? read(table, row, key, unsent) : found;
            }
            for (int i = 0; found != null && i < found.length; i++) {
                row.put(unsent.get(i), value(unsent.get(i).schema().type(), found[i]));
            }
        } catch (SQLException e) {
            equalities.remove(table.table());
            String state = String.valueOf(e.getSQLState());
            if (!state.startsWith(UNKNOWN_NAME_CLASS) || state.equals(INSUFFICIENT_PRIVILEGE)) {
                throw SqlFaults.explain(
                        "The values of table " + table.table() + " that the source did not send could not be read", e);
            }
        }
    }

    private @Nullable String @Nullable [] read(CapturedTable table, Struct row, List<Field> key, List<Field> columns)
            throws SQLException {
        String name = Identifiers.literal(table.table().sql()) + "::regclass";
        Map<String, String> operators = equalities(table.table());
        String condition = key.stream()
                .map(field -> {
                    String column = TopicNames.unescape(field.name());
                    return "t." + Identifiers.quote(column) + " " + operators.getOrDefault(column, "=") + " "
                            + literal(row.get(field));
                })
                .collect(Collectors.joining(" AND "));
        // Without the rows of tables that inherit from it, but with those of its partitions.
        String query = "SELECT "
                + columns.stream()
                        .map(field -> "t." + Identifiers.quote(TopicNames.unescape(field.name())))
                        .collect(Collectors.joining(", "))
                + " FROM " + table.table().sql() + " t WHERE " + condition + " AND (t.tableoid = " + name
                + " OR (SELECT c.relkind FROM pg_catalog.pg_class c WHERE c.oid = " + name + ") = 'p')";
        CopyOut copy = session().unwrap(PGConnection.class).getCopyAPI().copyOut("COPY (" + query + ") TO STDOUT");
        @Nullable String @Nullable [] found = null;
        for (byte @Nullable [] line = copy.readFromCopy(); line != null; line = copy.readFromCopy()) {
            found = CopyRow.texts(line, columns.size());
        }
        return found;
    }

    private Map<String, String> equalities(TableName table) throws SQLException {
        Map<String, String> known = equalities.get(table);
        if (known == null) {
            known = new HashMap<>();
            try (PreparedStatement statement = session().prepareStatement(EQUALITIES)) {
                statement.setString(1, table.sql());
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        known.put(rows.getString(1), rows.getString(2));
                    }
                }
            }
            equalities.put(table, known);
        }
        return known;
    }

    private Connection session() throws SQLException {
        Connection open = session;
        if (open == null) {
            open = source.open();
            session = open;
            try (Statement statement = open.createStatement()) {
                statement.execute(LOCK_LIMIT);
            }
        }
        return open;
    }

    private static String literal(Object value) {
        return Identifiers.literal(
                value instanceof byte[] bytes ? "\\x" + HexFormat.of().formatHex(bytes) : value.toString());
    }

    private static @Nullable Object value(Schema.Type type, @Nullable String text) {
        return text == null || type == Schema.Type.STRING
                ? text
                : ByteBuffer.wrap(HexFormat.of().parseHex(text, 2, text.length()));
    }

    @Override
    public void close() {
        Connection open = session;
        if (open == null) {
            return;
        }
        try {
            open.close();
        } catch (SQLException e) {
            // It has no transaction.
        }
    }
}
