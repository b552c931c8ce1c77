package org.dtssync.connectors.apply;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;

/**
 * Writes folded changes of many tables within the caller's transaction, with as few round trips as it can.
 *
 * <p>Stateless.
 */
final class BatchWriter {

    /** More rows than this are copied straight into the table; fewer go as VALUES with the other statements. */
    private static final int COPY_FROM_ROWS = 100;

    /** A table, a column or a type that is no longer there, or no longer what it was. */
    private static final Set<String> UNDEFINED = Set.of("42P01", "42703", "42704", "42804");

    /**
     * Writes everything.
     *
     * @param anew whether keyed tables are written anew rather than in place
     * @return what was staged, to be cleared if another write follows in the same transaction
     * @throws SQLException only a {@link UniqueConflict}, that is, one that writing anew can mend
     */
    Staging write(Connection connection, BatchFold batch, WriteMode mode, boolean anew) throws SQLException {
        Staging staging = new Staging();
        List<Step> steps = new ArrayList<>();
        List<DirectCopy> copies = new ArrayList<>();
        truncate(batch, steps);
        for (TableFold fold : batch.keyed()) {
            KeyedPlan plan = new KeyedPlan(fold, mode, staging).plan(anew);
            steps.addAll(plan.steps());
            insert(fold.table(), plan.inserts(), staging, steps, copies);
        }
        for (KeylessFold fold : batch.keyless()) {
            KeylessPlan plan = new KeylessPlan(fold, staging);
            steps.addAll(plan.steps());
            insert(fold.table(), plan.inserts(), staging, steps, copies);
        }
        staging.send(connection);
        run(connection, steps);
        for (DirectCopy copy : copies) {
            copy.run(connection);
        }
        return staging;
    }

    /**
     * Writes everything, anew where it has to, so that another write can follow in the same transaction.
     *
     * @throws SyncException if the destination refuses it
     */
    void writePiece(Connection connection, BatchFold batch, WriteMode mode) throws SQLException {
        Savepoint savepoint = connection.setSavepoint();
        Staging staging;
        try {
            staging = write(connection, batch, mode, false);
        } catch (SQLException e) {
            if (!UniqueConflict.is(e)) {
                throw e;
            }
            connection.rollback(savepoint);
            staging = writeAnew(connection, batch, mode);
        }
        connection.releaseSavepoint(savepoint);
        staging.clear(connection);
    }

    /**
     * Writes everything anew.
     *
     * @throws SyncException if the destination refuses it
     */
    Staging writeAnew(Connection connection, BatchFold batch, WriteMode mode) throws SQLException {
        try {
            return write(connection, batch, mode, true);
        } catch (SQLException e) {
            throw refused(batch, e);
        }
    }

    /**
     * All tables at once: a table that another one refers to can only be truncated together with it. Where the other one is
     * not among them (it comes with another piece of the same transaction, or is none of the task's), rows are deleted.
     */
    private static void truncate(BatchFold batch, List<Step> steps) {
        Map<TableName, TargetTable> tables = new TreeMap<>();
        batch.truncated().forEach(table -> tables.put(table.name(), table));
        List<String> together = new ArrayList<>();
        for (TargetTable table : tables.values()) {
            if (tables.keySet().containsAll(table.referredToBy())) {
                together.add(table.onlySql());
            } else {
                steps.add(new Step(table.name(), "DELETE FROM " + table.onlySql(), Step.ANY, "delete"));
            }
        }
        if (!together.isEmpty()) {
            steps.add(new Step(
                    tables.keySet().iterator().next(),
                    "TRUNCATE " + String.join(", ", together),
                    Step.ANY,
                    "truncate"));
        }
    }

    private static void insert(
            TargetTable table, List<Object[]> rows, Staging staging, List<Step> steps, List<DirectCopy> copies) {
        if (rows.isEmpty()) {
            return;
        }
        if (rows.size() > COPY_FROM_ROWS) {
            copies.add(new DirectCopy(table, rows));
            return;
        }
        List<String> values = new ArrayList<>();
        for (int i = 0; i < table.columns().size(); i++) {
            values.add(table.columns().get(i).fromText("s.c" + i));
        }
        steps.add(new Step(
                table.name(),
                "INSERT INTO " + table.sql() + " (" + table.columnList() + ") OVERRIDING SYSTEM VALUE SELECT "
                        + String.join(", ", values) + " FROM " + staging.from(rows),
                rows.size(),
                "insert"));
    }

    private static void run(Connection connection, List<Step> steps) throws SQLException {
        if (steps.isEmpty()) {
            return;
        }
        String script = steps.stream().map(Step::sql).collect(Collectors.joining(";\n"));
        int index = 0;
        try (Statement statement = connection.createStatement()) {
            statement.execute(script);
            for (Step step : steps) {
                check(step, statement.getUpdateCount());
                index++;
                statement.getMoreResults();
            }
        } catch (SQLException e) {
            throw explain(steps, index, e);
        }
    }

    private static void check(Step step, long changed) {
        if (step.expected() != Step.ANY && changed != step.expected()) {
            throw DestinationFaults.otherRows(
                    step.table(),
                    (step.expected() - changed) + " of " + step.expected() + " rows to " + step.what()
                            + " do not exist");
        }
    }

    private static SQLException explain(List<Step> steps, int index, SQLException e) {
        if (UniqueConflict.is(e)) {
            return e;
        }
        TableName table = steps.get(Math.min(index, steps.size() - 1)).table();
        String named = e instanceof org.postgresql.util.PSQLException server
                        && server.getServerErrorMessage() != null
                        && server.getServerErrorMessage().getTable() != null
                ? server.getServerErrorMessage().getSchema() + "."
                        + server.getServerErrorMessage().getTable()
                : table.toString();
        throw notWritten(named, e);
    }

    /** A table or column that is gone is named by the next try, which looks the table up anew. */
    private static SyncException notWritten(String table, SQLException e) {
        SyncException fault =
                SqlFaults.explain("Changes of table " + table + " could not be written to the destination", e);
        return UNDEFINED.contains(String.valueOf(e.getSQLState()))
                ? new SyncException(FaultKind.TRANSIENT, fault.what(), fault.remedy(), e)
                : fault;
    }

    /** Explains a conflict that writing anew did not mend: the row that is in the way came from somewhere else. */
    private static SyncException refused(BatchFold batch, SQLException e) {
        if (UniqueConflict.is(e)
                && e instanceof org.postgresql.util.PSQLException server
                && server.getServerErrorMessage() != null) {
            String schema = server.getServerErrorMessage().getSchema();
            String table = server.getServerErrorMessage().getTable();
            String constraint = server.getServerErrorMessage().getConstraint();
            for (TableFold fold : batch.keyed()) {
                if (fold.table().name().equals(new TableName(schema, table))) {
                    return DestinationFaults.otherRows(
                            fold.table().name(), "an existing row conflicts with a source row in " + constraint);
                }
            }
        }
        return SqlFaults.explain("The destination rejects the source's rows", e);
    }

    /** Rows copied straight into a table. */
    private record DirectCopy(TargetTable table, List<Object[]> rows) {

        void run(Connection connection) throws SQLException {
            try {
                Staging.copy(
                        connection, "COPY " + table.sql() + " (" + table.columnList() + ") FROM STDIN", this::write);
            } catch (SQLException e) {
                if (UniqueConflict.is(e)) {
                    throw e;
                }
                throw notWritten(table.name().toString(), e);
            }
        }

        private void write(CopyText text) throws SQLException {
            for (Object[] row : rows) {
                for (int i = 0; i < row.length; i++) {
                    if (i > 0) {
                        text.tab();
                    }
                    text.value(row[i]);
                }
                text.endRow();
            }
        }
    }
}
