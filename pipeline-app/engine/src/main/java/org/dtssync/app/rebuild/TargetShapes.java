package org.dtssync.app.rebuild;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.dtssync.app.base.BaseColumn;
import org.dtssync.app.base.BaseManifest;
import org.dtssync.app.base.BaseTable;
import org.dtssync.app.base.DatabaseRows;
import org.dtssync.app.replay.LaterShape;
import org.dtssync.app.replay.LaterShapes;
import org.dtssync.app.state.RecordedShape;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.state.TableState;
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
    private final BaseManifest manifest;
    private final Map<TableName, LaterShape> made;
    private final List<LaterShape> waiting;

    private TargetShapes(
            DatabaseConnections target,
            BaseManifest manifest,
            Map<TableName, LaterShape> made,
            List<LaterShape> waiting) {
        this.target = target;
        this.manifest = manifest;
        this.made = made;
        this.waiting = waiting;
    }

    /** Reads which shapes the tables have. */
    static TargetShapes read(DatabaseConnections target, BaseManifest manifest, LaterShapes later) {
        Map<TableName, LaterShape> made = new HashMap<>();
        List<LaterShape> waiting = new ArrayList<>();
        if (!later.shapes().isEmpty()) {
            List<TableName> changed = List.copyOf(later.shapes().keySet());
            try (DatabaseRows tables = DatabaseRows.open(target, manifest.task(), changed)) {
                for (LaterShape shape : later.shapes().values()) {
                    TableName table = shape.base().table();
                    boolean isBase = tables.has(table, shape.base().columns());
                    if (!isBase && tables.has(table, shape.columns())) {
                        made.put(table, shape);
                    } else {
                        waiting.add(shape);
                    }
                }
            }
        }
        waiting.sort(Comparator.comparing((LaterShape shape) -> shape.recorded().changedAt())
                .thenComparing(shape -> shape.base().table()));
        return new TargetShapes(target, manifest, made, waiting);
    }

    /** Returns the tables as the applier writes to them. Our own heartbeat is not part of what the source is. */
    List<AppliedTable> applied() {
        List<TableProgress> progress = new ArrayList<>();
        Map<TableName, RecordedShape> shapes = new HashMap<>();
        for (BaseTable table : manifest.tables()) {
            Optional<LaterShape> later = Optional.ofNullable(made.get(table.table()));
            progress.add(new TableProgress(
                    table.table(),
                    TableState.STREAMING,
                    later.map(LaterShape::keyColumns).orElse(table.keyColumns()),
                    0,
                    0,
                    0,
                    0,
                    Optional.empty()));
            shapes.put(table.table(), later.map(LaterShape::recorded).orElse(table.shape()));
        }
        return CapturedTables.applied(progress, shapes).stream()
                .map(table -> table.table().schema().equals(StateMigrations.SCHEMA)
                        ? new AppliedTable(
                                table.table(), List.of(), Optional.empty(), Optional.empty(), AppliedTable.NEVER)
                        : table)
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
}
