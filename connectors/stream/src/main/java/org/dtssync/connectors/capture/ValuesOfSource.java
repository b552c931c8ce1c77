package org.dtssync.connectors.capture;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.ChangeEnvelope;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the values that the source did not send, by the key of their row, once other sessions see the transaction of the change. What it
 * finds is what the row has then: if a later change wrote something else, that change has it too and follows. A row that is not there any
 * more keeps its placeholders: its end follows as well. So does a column that has another type since: its value has no place in the record.
 *
 * <p>Opens a session at the first such value. Not thread-safe.
 */
final class ValuesOfSource implements UnsentValues, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ValuesOfSource.class);

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

    /** Whether commits wait for the session that streams the slot. */
    private static final String SYNCHRONOUS = """
            SELECT FROM pg_catalog.pg_replication_slots s JOIN pg_catalog.pg_stat_replication r ON r.pid = s.active_pid
            WHERE s.slot_name = ? AND r.sync_state IN ('sync', 'quorum')
            """;

    /** After it an interrupt is noticed. */
    private static final String LOCK_LIMIT = "SET lock_timeout = '2s'";

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private static final long PAUSE_MILLIS = 5;

    /** A commit that takes longer waits for a standby. */
    private static final long USUAL_COMMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Types whose values are the same texts. */
    private static final Set<String> PLAIN_TEXTS = Set.of("text", "varchar");

    /** Unknown names, and a key that is no value of its column's type: a command has changed the table since. */
    private static final Set<String> CHANGED_CLASSES = Set.of("42", "22");

    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private final DatabaseConnections source;
    private final String slot;
    private final Map<TableName, Map<String, String>> equalities = new HashMap<>();

    /** Closed by another thread if the one that streams hangs. */
    private volatile @Nullable Connection session;

    /** The transaction that the session shows. */
    private @Nullable Integer shown;

    /**
     * Opens nothing yet.
     *
     * @param slot the slot whose changes are written
     */
    ValuesOfSource(DatabaseConnections source, String slot) {
        this.source = source;
        this.slot = slot;
    }

    @Override
    public List<Field> fill(CapturedTable table, Struct envelope, Struct row, List<Field> key) {
        List<Field> unsent = row.schema().fields().stream()
                .filter(field -> Unchanged.is(row.get(field)))
                .toList();
        if (key.isEmpty() || unsent.isEmpty()) {
            return List.of();
        }
        try {
            awaitShown(envelope.getStruct(ChangeEnvelope.SOURCE).getInt64(ChangeEnvelope.TRANSACTION));
            @Nullable String @Nullable [] found = readUnlocked(table, row, key, unsent);
            return found == null ? List.of() : put(row, unsent, found);
        } catch (SQLException e) {
            equalities.remove(table.table());
            String state = String.valueOf(e.getSQLState());
            if (CHANGED_CLASSES.stream().noneMatch(state::startsWith) || state.equals(INSUFFICIENT_PRIVILEGE)) {
                throw SqlFaults.explain(
                        "The values of table " + table.table() + " that the source did not send could not be read", e);
            }
            return List.of();
        }
    }

    private static List<Field> put(Struct row, List<Field> unsent, @Nullable String[] found) {
        List<Field> filled = new ArrayList<>(unsent.size());
        for (int i = 0; i < unsent.size(); i++) {
            Field field = unsent.get(i);
            if (isOfType(field.schema(), found[2 * i + 1])) {
                row.put(field, value(field.schema().type(), found[2 * i]));
                filled.add(field);
            }
        }
        return filled;
    }

    /** A command may have given the column another type since. */
    private static boolean isOfType(Schema schema, @Nullable String type) {
        String written = schema.parameters().get(ChangeEnvelope.TYPE_PARAMETER);
        return type != null && (type.equals(written) || (PLAIN_TEXTS.contains(type) && PLAIN_TEXTS.contains(written)));
    }

    /**
     * The server sends a commit a moment before other sessions see it, or long before where it waits for a standby. A query before that finds
     * the values from before the transaction, and no record follows that corrects them.
     */
    private void awaitShown(long transaction) throws SQLException {
        Integer wanted = (int) transaction;
        if (wanted.equals(shown)) {
            return;
        }
        long checked = System.nanoTime();
        while (!ShownTransactions.shows(session(), Set.of(wanted))) {
            pause();
            if (System.nanoTime() - checked >= USUAL_COMMIT_NANOS) {
                LOG.info(
                        "Changes wait for a transaction that other sessions do not see yet. slot={} xid={}",
                        slot,
                        transaction);
                requireOthers();
                checked = System.nanoTime();
            }
        }
        shown = wanted;
    }

    /** If the commit waits for what this capture confirms, neither of them continues. */
    private void requireOthers() throws SQLException {
        try (PreparedStatement statement = session().prepareStatement(SYNCHRONOUS)) {
            statement.setString(1, slot);
            try (ResultSet rows = statement.executeQuery()) {
                if (rows.next()) {
                    throw new SyncException(
                            FaultKind.PRECHECK,
                            "The source's commits wait for slot " + slot
                                    + " as for a synchronous standby, and with topics.unchanged: read the slot waits for them.",
                            "Set synchronous_standby_names to the names of the standbys alone, or topics.unchanged:"
                                    + " placeholder.");
                }
            }
        }
    }

    /** Waits for a lock of the table however long it takes: all changes wait meanwhile. */
    private @Nullable String @Nullable [] readUnlocked(
            CapturedTable table, Struct row, List<Field> key, List<Field> columns) throws SQLException {
        boolean noted = false;
        while (true) {
            try {
                return read(table, row, key, columns);
            } catch (SQLException e) {
                if (!LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                    throw e;
                }
            }
            if (!noted) {
                LOG.info("Changes wait for a lock of a table whose large values are read. table={}", table.table());
                noted = true;
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SyncException(
                    FaultKind.CANCELLED, "The capture was interrupted while it waited for the source.", "", e);
        }
    }

    /** Returns each column's value, and the name of its type; null if there is no such row. */
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
                        .map(field -> withType("t." + Identifiers.quote(TopicNames.unescape(field.name()))))
                        .collect(Collectors.joining(", "))
                + " FROM " + table.table().sql() + " t WHERE " + condition + " AND (t.tableoid = " + name
                + " OR (SELECT c.relkind FROM pg_catalog.pg_class c WHERE c.oid = " + name + ") = 'p')";
        CopyOut copy = session().unwrap(PGConnection.class).getCopyAPI().copyOut("COPY (" + query + ") TO STDOUT");
        @Nullable String @Nullable [] found = null;
        for (byte @Nullable [] line = copy.readFromCopy(); line != null; line = copy.readFromCopy()) {
            found = CopyRow.texts(line, 2 * columns.size());
        }
        return found;
    }

    private static String withType(String column) {
        return column + ", (SELECT y.typname FROM pg_catalog.pg_type y WHERE y.oid = pg_catalog.pg_typeof(" + column
                + "))";
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
