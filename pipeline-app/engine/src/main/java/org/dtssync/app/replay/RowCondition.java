package org.dtssync.app.replay;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.read.RowShape;
import org.jspecify.annotations.Nullable;

/**
 * Passes on the changes whose row fulfills an SQL condition. The destination evaluates it, many rows at a time, in read-only
 * transactions and without reading a table: it has the types, and the source is spared.
 *
 * <p>The row is the one after the change, of a deletion the one before it. Values that were not sent are NULL. Not thread-safe.
 */
final class RowCondition implements HistorySink, AutoCloseable {

    private static final int BATCH = 2_000;

    private static final String READ_ONLY = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY";

    private final String condition;
    private final HistorySink sink;
    private final Connection connection;
    private final ConditionColumns columns;
    private final List<HistoryChange> waiting = new ArrayList<>();

    /**
     * Connects to the destination.
     *
     * @param condition a Boolean expression over the columns of the row
     * @throws SyncException of kind USAGE if it is more than an expression
     */
    RowCondition(String condition, DatabaseConnections destination, HistorySink sink) {
        if (condition.indexOf(';') >= 0) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "--where takes one SQL expression, and no semicolon.",
                    "Write chr(59) for a semicolon within a text.");
        }
        this.condition = condition;
        this.sink = sink;
        this.connection = destination.open();
        this.columns = new ConditionColumns(connection, condition);
        try (Statement statement = connection.createStatement()) {
            statement.execute(READ_ONLY);
        } catch (SQLException e) {
            closeQuietly(e);
            throw SqlFaults.explain("A read-only session at the destination could not be opened", e);
        }
    }

    private void closeQuietly(SQLException fault) {
        try {
            connection.close();
        } catch (SQLException e) {
            fault.addSuppressed(e);
        }
    }

    @Override
    public void accept(HistoryChange change) throws IOException {
        waiting.add(change);
        if (waiting.size() >= BATCH) {
            evaluate();
        }
    }

    @Override
    public void command(HistoryCommand command) throws IOException {
        evaluate();
        sink.command(command);
    }

    @Override
    public void flush() throws IOException {
        evaluate();
        sink.flush();
    }

    private void evaluate() throws IOException {
        IdentityHashMap<RowShape, List<Integer>> byShape = new IdentityHashMap<>();
        for (int i = 0; i < waiting.size(); i++) {
            if (row(waiting.get(i)) != null) {
                byShape.computeIfAbsent(waiting.get(i).shape(), shape -> new ArrayList<>())
                        .add(i);
            }
        }
        BitSet fulfilled = new BitSet(waiting.size());
        byShape.forEach((shape, indexes) -> evaluate(shape, indexes, fulfilled));
        for (int i = fulfilled.nextSetBit(0); i >= 0; i = fulfilled.nextSetBit(i + 1)) {
            sink.accept(waiting.get(i));
        }
        waiting.clear();
    }

    private static @Nullable RowValues row(HistoryChange change) {
        return change.after() == null ? change.before() : change.after();
    }

    private void evaluate(RowShape shape, List<Integer> indexes, BitSet fulfilled) {
        try {
            List<ConditionColumns.Typed> typed = columns.of(shape);
            // Without parameters: to the driver a question mark in the condition would be one.
            try (Statement statement = connection.createStatement()) {
                statement.setEscapeProcessing(false);
                try (ResultSet rows = statement.executeQuery(sql(shape, typed, indexes))) {
                    while (rows.next()) {
                        fulfilled.set(rows.getInt(1));
                    }
                }
            }
        } catch (SQLException e) {
            throw explain(shape, e);
        }
    }

    private @Nullable Object[] texts(String column, List<Integer> indexes) {
        @Nullable Object[] texts = new Object[indexes.size()];
        for (int i = 0; i < texts.length; i++) {
            RowValues row = row(waiting.get(indexes.get(i)));
            int place = row == null ? -1 : row.indexOf(column);
            texts[i] = row == null || place < 0 ? null : row.text(place);
        }
        return texts;
    }

    /** The row has the table's name, so that the condition can name it. */
    private String sql(RowShape shape, List<ConditionColumns.Typed> typed, List<Integer> indexes) throws SQLException {
        StringBuilder values = new StringBuilder();
        StringBuilder arrays = new StringBuilder(array("int4", indexes.toArray()));
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < typed.size(); i++) {
            values.append(", u.c").append(i).append("::").append(typed.get(i).type());
            values.append(" AS ").append(typed.get(i).quoted());
            arrays.append(", ").append(array("text", texts(typed.get(i).name(), indexes)));
            names.append(", c").append(i);
        }
        return """
                SELECT "dts sync change" FROM (
                    SELECT u.change AS "dts sync change"%s
                    FROM unnest(%s) AS u(change%s)
                ) AS %s
                WHERE (
                %s
                )
                """.formatted(
                        values, arrays, names, Identifiers.quote(shape.table().table()), condition);
    }

    private String array(String type, @Nullable Object[] elements) throws SQLException {
        return Identifiers.literal(connection.createArrayOf(type, elements).toString()) + "::" + type + "[]";
    }

    /** The server repeats values in messages about values, and only in those. */
    private SyncException explain(RowShape shape, SQLException e) {
        String state = String.valueOf(e.getSQLState());
        String of = "The condition of --where cannot be evaluated on rows of table " + shape.table();
        if (state.startsWith("22")) {
            return new SyncException(
                    FaultKind.USAGE, of + ": one of their values does not fit it (SQLSTATE " + state + ").", "", e);
        }
        SyncException fault = SqlFaults.explain(of, e);
        return state.startsWith("42")
                ? new SyncException(
                        FaultKind.USAGE,
                        fault.what(),
                        "Name tables with --table; functions and types outside pg_catalog need their schema's name.",
                        e)
                : fault;
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw SqlFaults.explain("The session at the destination could not be closed", e);
        }
    }
}
