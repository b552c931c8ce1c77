package org.dtssync.app.stream;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.app.catalog.ShapeFingerprint;
import org.dtssync.app.catalog.ShapeStep;
import org.dtssync.app.catalog.TableShape;
import org.dtssync.app.state.HeartbeatStore;
import org.dtssync.app.state.RecordedShape;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.state.TableState;
import org.dtssync.connectors.apply.ApplySettings.AppliedTable;
import org.dtssync.connectors.apply.EarlierShape;
import org.dtssync.connectors.apply.VisibleSnapshot;
import org.dtssync.connectors.capture.CapturedTable;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/**
 * Turns the tables of the task, with their recorded shapes, into the settings of capture and applier. Never
 * from the source's current catalog: a change would then be adopted silently. Stateless.
 */
public final class CapturedTables {

    private static final TableName HEARTBEAT = HeartbeatStore.TABLE;
    private static final List<String> HEARTBEAT_KEY = List.of("task");

    private CapturedTables() {}

    /** Returns every table of the task and the heartbeat. */
    static List<CapturedTable> captured(List<TableProgress> tables, Map<TableName, RecordedShape> structures) {
        List<CapturedTable> captured = new ArrayList<>();
        for (TableProgress table : tables) {
            RecordedShape recorded = structures.get(table.table());
            if (table.state() == TableState.SKIPPED || recorded == null) {
                captured.add(new CapturedTable(
                        table.table(),
                        Optional.empty(),
                        List.of(),
                        new CapturedTable.Earlier(AppliedTable.NEVER, AppliedTable.NEVER, Map.of())));
            } else {
                captured.add(new CapturedTable(
                        table.table(),
                        table.keyColumns(),
                        TableShape.parse(recorded.structure()).carried(),
                        new CapturedTable.Earlier(
                                recorded.changedAt(), recorded.applyAfter(), earlierNames(recorded))));
            }
        }
        captured.add(
                new CapturedTable(HEARTBEAT, Optional.of(HEARTBEAT_KEY), List.of("task", "sequence", "written_at")));
        return captured;
    }

    /** Returns what changes may look like that were written before a table's shape changed; empty if it never did. */
    public static Optional<EarlierShape> earlier(RecordedShape recorded) {
        return step(recorded).map(step -> earlier(step, recorded.changedAt()));
    }

    private static Optional<ShapeStep> step(RecordedShape recorded) {
        return recorded.earlier()
                .map(earlier -> new ShapeStep(
                        TableShape.parse(ShapeFingerprint.completed(earlier, recorded.structure())),
                        TableShape.parse(recorded.structure())));
    }

    private static Map<String, String> earlierNames(RecordedShape recorded) {
        Map<String, String> names = new HashMap<>();
        step(recorded).ifPresent(step -> step.names().forEach((was, is) -> is.ifPresent(name -> names.put(name, was))));
        return names;
    }

    /** Returns the applier's settings: keys, snapshots, and how to read older changes. */
    public static List<AppliedTable> applied(List<TableProgress> tables, Map<TableName, RecordedShape> structures) {
        List<AppliedTable> applied = new ArrayList<>();
        for (TableProgress table : tables) {
            RecordedShape recorded = structures.get(table.table());
            if (table.state() == TableState.SKIPPED || recorded == null) {
                applied.add(new AppliedTable(
                        table.table(), List.of(), Optional.empty(), Optional.empty(), AppliedTable.NEVER));
            } else {
                applied.add(new AppliedTable(
                        table.table(),
                        table.keyColumns().orElse(List.of()),
                        table.visibleSnapshot().map(VisibleSnapshot::parse),
                        earlier(recorded),
                        recorded.applyAfter()));
            }
        }
        applied.add(new AppliedTable(HEARTBEAT, HEARTBEAT_KEY, Optional.empty()));
        return applied;
    }

    private static EarlierShape earlier(ShapeStep step, Lsn until) {
        return new EarlierShape(until, step.names(), step.added(), step.retyped());
    }
}
