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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    /** More rows than this are copied directly into the table; fewer are sent as VALUES with the other statements. */
    private static final int COPY_FROM_ROWS = 100;

    /** An undefined function, table or type. */
    private static final Set<String> NOT_FOUND = Set.of("42883", "42P01", "42704");

    private final DestinationFaults faults;

    /** Creates one; {@code faults} puts into words what is wrong with a table. */
    BatchWriter(DestinationFaults faults) {
        this.faults = faults;
    }

    private static final Pattern FUNCTION =
            Pattern.compile("^(?:PL/pgSQL|SQL) function (\"[^\"]+\"|[^(\n]+\\([^)\n]*\\))", Pattern.MULTILINE);

    private static final int NAMED = 5;

    /** A table, a column or a type that no longer exists, or has changed. */
    private static final Set<String> UNDEFINED = Set.of("42P01", "42703", "42704", "42804");

    /**
     * Writes everything.
     *
     * @param rewrite whether rows of keyed tables are deleted and inserted again rather than changed in place
     * @return what was staged, to be cleared if another write follows in the same transaction
     * @throws SQLException only a {@link UniqueConflict}, that is, one that a rewrite can resolve
     */
    Staging write(Connection connection, BatchFold batch, WriteMode mode, boolean rewrite) throws SQLException {
        Staging staging = new Staging();
        List<WriteStatement> statements = new ArrayList<>();
        List<DirectCopy> copies = new ArrayList<>();
        truncate(batch, statements);
        for (TableFold fold : batch.keyed()) {
            KeyedPlan plan = new KeyedPlan(fold, mode, staging).plan(rewrite);
            statements.addAll(plan.statements());
            insert(fold.table(), plan.inserts(), staging, statements, copies);
        }
        for (KeylessFold fold : batch.keyless()) {
            KeylessPlan plan = new KeylessPlan(fold, staging);
            statements.addAll(plan.statements());
            insert(fold.table(), plan.inserts(), staging, statements, copies);
        }
        staging.send(connection);
        run(connection, statements);
        for (DirectCopy copy : copies) {
            try {
                copy.run(connection);
            } catch (SQLException e) {
                if (UniqueConflict.is(e)) {
                    throw e;
                }
                throw notWritten(copy.table().name().toString(), e);
            }
        }
        return staging;
    }

    /**
     * Writes everything, by a rewrite where it has to, so that another write can follow in the same transaction.
     *
     * @throws SyncException if the destination rejects it
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
            staging = rewrite(connection, batch, mode);
        }
        connection.releaseSavepoint(savepoint);
        staging.clear(connection);
    }

    /**
     * Deletes every touched row of keyed tables and inserts every final one.
     *
     * @throws SyncException if the destination rejects it
     */
    Staging rewrite(Connection connection, BatchFold batch, WriteMode mode) throws SQLException {
        try {
            return write(connection, batch, mode, true);
        } catch (SQLException e) {
            throw refused(batch, e);
        }
    }

    /**
     * All tables at once: a table that another one refers to can only be truncated together with it. Where the other one is
     * not among them (it comes with another piece of the same transaction, or does not belong to the task), rows are deleted.
     */
    private static void truncate(BatchFold batch, List<WriteStatement> statements) {
        Map<TableName, TargetTable> tables = new TreeMap<>();
        batch.truncated().forEach(table -> tables.put(table.name(), table));
        List<String> together = new ArrayList<>();
        for (TargetTable table : tables.values()) {
            if (tables.keySet().containsAll(table.referredToBy())) {
                together.add(table.onlySql());
            } else {
                statements.add(new WriteStatement(
                        table.name(), "DELETE FROM " + table.onlySql(), WriteStatement.ANY, "delete"));
            }
        }
        if (!together.isEmpty()) {
            statements.add(new WriteStatement(
                    tables.keySet().iterator().next(),
                    "TRUNCATE " + String.join(", ", together),
                    WriteStatement.ANY,
                    "truncate"));
        }
    }

    private static void insert(
            TargetTable table,
            List<Object[]> rows,
            Staging staging,
            List<WriteStatement> statements,
            List<DirectCopy> copies) {
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
        statements.add(new WriteStatement(
                table.name(),
                "INSERT INTO " + table.sql() + " (" + table.columnList() + ") OVERRIDING SYSTEM VALUE SELECT "
                        + String.join(", ", values) + " FROM " + staging.from(rows),
                rows.size(),
                "insert"));
    }

    private void run(Connection connection, List<WriteStatement> statements) throws SQLException {
        if (statements.isEmpty()) {
            return;
        }
        String script = statements.stream().map(WriteStatement::sql).collect(Collectors.joining(";\n"));
        try (Statement statement = connection.createStatement()) {
            statement.execute(script);
            for (WriteStatement each : statements) {
                check(each, statement.getUpdateCount());
                statement.getMoreResults();
            }
        } catch (SQLException e) {
            throw explain(statements, e);
        }
    }

    private void check(WriteStatement each, long changed) {
        if (each.expected() != WriteStatement.ANY && changed != each.expected()) {
            throw faults.otherRows(
                    each.table(),
                    (each.expected() - changed) + " of " + each.expected() + " rows to " + each.what()
                            + " do not exist");
        }
    }

    private SQLException explain(List<WriteStatement> statements, SQLException e) {
        if (UniqueConflict.is(e)) {
            return e;
        }
        String named = e instanceof org.postgresql.util.PSQLException server
                        && server.getServerErrorMessage() != null
                        && server.getServerErrorMessage().getTable() != null
                ? server.getServerErrorMessage().getSchema() + "."
                        + server.getServerErrorMessage().getTable()
                : oneOf(statements);
        throw notWritten(named, e);
    }

    /** The statements are sent together, and the server does not say which of them it refuses. */
    private static String oneOf(List<WriteStatement> statements) {
        List<String> tables = statements.stream()
                .map(statement -> statement.table().toString())
                .distinct()
                .toList();
        return String.join(" or ", tables.subList(0, Math.min(NAMED, tables.size())))
                + (tables.size() > NAMED ? " or one of " + (tables.size() - NAMED) + " others" : "");
    }

    /** Returns what to do if a function that a column, index or check uses did not find something; the context has no row in it. */
    private static String remedy(SQLException e) {
        if (!NOT_FOUND.contains(String.valueOf(e.getSQLState()))
                || !(e instanceof org.postgresql.util.PSQLException server)
                || server.getServerErrorMessage() == null
                || server.getServerErrorMessage().getWhere() == null) {
            return "";
        }
        Matcher function = FUNCTION.matcher(server.getServerErrorMessage().getWhere());
        return function.find()
                ? "Function " + function.group(1)
                        + ", which a column, index or check uses, needs a search path of its own: ALTER FUNCTION "
                        + function.group(1) + " SET search_path = SCHEMA, pg_temp; at the database that is written to."
                : "";
    }

    /** A missing table or column is named by the next try, which looks the table up again. */
    private SyncException notWritten(String table, SQLException e) {
        SyncException fault =
                SqlFaults.explain("Changes of table " + table + " could not be written to the " + faults.here(), e);
        String remedy = remedy(e);
        return remedy.isEmpty() && UNDEFINED.contains(String.valueOf(e.getSQLState()))
                ? new SyncException(FaultKind.TRANSIENT, fault.what(), "", e)
                : new SyncException(fault.kind(), fault.what(), remedy, e);
    }

    /** Explains a conflict that a rewrite did not resolve: the conflicting row came from another client. */
    private SyncException refused(BatchFold batch, SQLException e) {
        if (UniqueConflict.is(e)
                && e instanceof org.postgresql.util.PSQLException server
                && server.getServerErrorMessage() != null) {
            String schema = server.getServerErrorMessage().getSchema();
            String table = server.getServerErrorMessage().getTable();
            String constraint = server.getServerErrorMessage().getConstraint();
            for (TableFold fold : batch.keyed()) {
                if (fold.table().name().schema().equals(schema)
                        && fold.table().name().table().equals(table)) {
                    return faults.otherRows(
                            fold.table().name(), "an existing row conflicts with a source row in " + constraint);
                }
            }
        }
        return SqlFaults.explain("The " + faults.here() + " rejects rows", e);
    }

    /** Rows copied directly into a table. */
    private record DirectCopy(TargetTable table, List<Object[]> rows) {

        void run(Connection connection) throws SQLException {
            Staging.copy(connection, "COPY " + table.sql() + " (" + table.columnList() + ") FROM STDIN", this::write);
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
