package org.dtssync.app.rebuild;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.dtssync.app.base.BaseColumn;
import org.dtssync.app.base.DatabaseRows;
import org.dtssync.app.replay.LaterShape;
import org.dtssync.app.replay.LaterShapes;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.RecordedShape;
import org.dtssync.app.state.ReplayStore;
import org.dtssync.app.state.ShapeRecords;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.stream.CapturedTables;
import org.dtssync.connectors.apply.ApplySettings.AppliedTable;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.StateMigrations;

/**
 * The shapes that the tables of a target have: those of the base, until a change that the task accepted is made here too. Immutable, as
 * it was read.
 */
final class TargetShapes {

    private final DatabaseConnections target;
    private final List<TableProgress> tables;
    private final Map<TableName, RecordedShape> recorded;
    private final Map<TableName, LaterShape> made;
    private final List<LaterShape> waiting;

    private TargetShapes(
            DatabaseConnections target,
            List<TableProgress> tables,
            Map<TableName, RecordedShape> recorded,
            Map<TableName, LaterShape> made,
            List<LaterShape> waiting) {
        this.target = target;
        this.tables = tables;
        this.recorded = recorded;
        this.made = made;
        this.waiting = waiting;
    }

    /**
     * Reads which shapes the tables have.
     *
     * @param later what the task accepted; a table that a command has changed here is as the commands make it
     */
    static TargetShapes read(DatabaseConnections target, String task, LaterShapes later) {
        String name = ReplayStore.nameOf(task);
        Map<TableName, RecordedShape> recorded = new ShapeRecords(target, name).read();
        Map<TableName, LaterShape> made = new HashMap<>();
        List<LaterShape> waiting = new ArrayList<>();
        List<LaterShape> accepted = later.shapes().values().stream()
                .filter(shape -> Optional.ofNullable(recorded.get(shape.base().table()))
                        .map(RecordedShape::structure)
                        .equals(Optional.of(shape.base().shape().structure())))
                .toList();
        if (!accepted.isEmpty()) {
            List<TableName> changed =
                    accepted.stream().map(shape -> shape.base().table()).toList();
            try (DatabaseRows rows = DatabaseRows.open(target, task, changed)) {
                for (LaterShape shape : accepted) {
                    TableName table = shape.base().table();
                    boolean isBase = rows.has(table, shape.base().columns());
                    if (!isBase && rows.has(table, shape.columns())) {
                        made.put(table, shape);
                    } else {
                        waiting.add(shape);
                    }
                }
            }
        }
        waiting.sort(Comparator.comparing((LaterShape shape) -> shape.recorded().changedAt())
                .thenComparing(shape -> shape.base().table()));
        return new TargetShapes(target, new ProgressStore(target, name).tables(), recorded, made, waiting);
    }

    /** Returns the tables as the applier writes to them. Our own heartbeat is not part of what the source is. */
    List<AppliedTable> applied() {
        List<TableProgress> progress = new ArrayList<>();
        Map<TableName, RecordedShape> shapes = new HashMap<>(recorded);
        for (TableProgress table : tables) {
            LaterShape later = made.get(table.table());
            progress.add(later == null ? table : withKey(table, later.keyColumns()));
            if (later != null) {
                shapes.put(table.table(), later.recorded());
            }
        }
        return CapturedTables.applied(progress, shapes).stream()
                .map(table -> table.table().schema().equals(StateMigrations.SCHEMA)
                        ? new AppliedTable(
                                table.table(), List.of(), Optional.empty(), Optional.empty(), AppliedTable.NEVER)
                        : table)
                .toList();
    }

    private static TableProgress withKey(TableProgress table, Optional<List<String>> key) {
        return new TableProgress(table.table(), table.state(), key, 0, 0, 0, 0, Optional.empty());
    }

    /** Returns the tables that the replay has now. */
    List<TableName> names() {
        return tables.stream()
                .map(TableProgress::table)
                .filter(recorded::containsKey)
                .toList();
    }

    /** Returns the changes that are not made yet, in the order in which the task accepted them. */
    List<LaterShape> waiting(Predicate<LaterShape> which) {
        return waiting.stream().filter(which).toList();
    }

    /**
     * Makes a change, in one transaction.
     *
     * @throws SyncException of kind SHAPE_CHANGED if the rows that are there cannot be brought into this shape
     */
    void make(LaterShape shape, Epoch epoch) {
        shape.require();
        TableName table = shape.base().table();
        try (Connection connection = target.open()) {
            connection.setAutoCommit(false);
            epoch.hold(connection);
            try (Statement statement = connection.createStatement()) {
                for (String sql : statements(shape)) {
                    statement.execute(sql);
                }
                for (String sql : rules(shape)) {
                    attempt(connection, statement, sql);
                }
            }
            connection.commit();
        } catch (SQLException e) {
            SyncException fault =
                    SqlFaults.explain("The change of table " + table + " could not be made in the target", e);
            throw fault.kind() == FaultKind.DATA || fault.kind() == FaultKind.INTERNAL
                    ? new SyncException(
                            FaultKind.DATA,
                            fault.what(),
                            "Create there what it needs, such as types, or make the change yourself, then run the same command again.",
                            e)
                    : fault;
        }
    }

    /** What depends on a dropped column was dropped at the source as well. Rows from before get what they have at the source. */
    private static List<String> statements(LaterShape shape) {
        String alter = "ALTER TABLE " + shape.base().table().sql() + " ";
        List<String> statements = new ArrayList<>();
        shape.names().forEach((was, is) -> {
            if (is.isPresent() && !is.get().equals(was)) {
                statements.add(
                        alter + "RENAME COLUMN " + Identifiers.quote(was) + " TO " + Identifiers.quote(is.get()));
            } else if (is.isEmpty()) {
                statements.add(alter + "DROP COLUMN " + Identifiers.quote(was) + " CASCADE");
            }
        });
        for (BaseColumn column : shape.columns()) {
            Optional<String> before = shape.added().get(column.name());
            if (before == null) {
                continue;
            }
            String name = Identifiers.quote(column.name());
            String value =
                    before.map(text -> " DEFAULT " + Identifiers.literal(text)).orElse("");
            statements.add(alter + "ADD COLUMN " + name + " " + column.type() + value);
            if (before.isPresent()) {
                statements.add(alter + "ALTER COLUMN " + name + " DROP DEFAULT");
            }
        }
        return statements;
    }

    /** What new columns have besides their values. */
    private static List<String> rules(LaterShape shape) {
        String alter = "ALTER TABLE " + shape.base().table().sql() + " ALTER COLUMN ";
        List<String> statements = new ArrayList<>();
        for (String column : shape.added().keySet()) {
            String name = Identifiers.quote(column);
            shape.presetOf(column).ifPresent(preset -> statements.add(alter + name + " SET DEFAULT " + preset));
            if (shape.isNotNull(column)) {
                statements.add(alter + name + " SET NOT NULL");
            }
        }
        return statements;
    }

    /** A default may need a function or a sequence that only the destination has: then the column is without it. */
    private static void attempt(Connection connection, Statement statement, String sql) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            statement.execute(sql);
            connection.releaseSavepoint(before);
        } catch (SQLException e) {
            if (SqlFaults.kind(e) == FaultKind.CONNECTION) {
                throw e;
            }
            connection.rollback(before);
        }
    }
}
