package org.dtssync.app.prepare;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.catalog.DestinationTable;
import org.dtssync.app.catalog.SelectedTables;
import org.dtssync.app.source.Publication;
import org.dtssync.app.source.SourceIdentity;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.state.TaskProgress;
import org.dtssync.app.task.TaskParts;
import org.dtssync.connectors.apply.AppliedPosition;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;

/**
 * A task that flows against another one, the first, between the same two databases ({@code mirror.of}). It loads nothing: its
 * stream begins at its slot. Its position row at its destination names the first task, by which the first leaves its
 * transactions out; it leaves out the first one's by theirs at its source.
 *
 * @param parts the mirror's
 * @param first the name of the task it mirrors
 */
public record Mirror(TaskParts parts, String first) {

    /** Returns the mirror that a task file describes; empty if it describes none. */
    public static Optional<Mirror> of(TaskParts parts) {
        return parts.task().mirrorOf().map(first -> new Mirror(parts, first));
    }

    /**
     * Returns which tasks mirror this one.
     *
     * @param parts the first task's
     */
    public static List<String> mirrorsOf(TaskParts parts) {
        return parts.source()
                .inTransaction(
                        "The source could not be asked for mirrors",
                        connection -> AppliedPosition.mirrorsOf(
                                connection, parts.task().name(), parts.task().reverseName()));
    }

    /** Prepares it: the first task learns to leave its transactions out before there is one. */
    public void prepare(Epoch epoch) {
        requireFirst();
        List<TableName> tables = new SelectedTables(parts.source(), parts.task().objects())
                .read().stream().map(TableProgress::table).toList();
        requireTables(tables);
        try (Connection connection = parts.destination().open()) {
            new Publication("dts_sync_" + first).include(connection, AppliedPosition.TABLE);
        } catch (SQLException e) {
            throw SqlFaults.explain("The publication of task " + first + " could not take in the positions", e);
        }
        new Preparation(parts, epoch).follow(tables);
    }

    /** What the first task keeps at its destination, which is this one's source, tells whether both fit together. */
    private void requireFirst() {
        Optional<TaskProgress> progress = new ProgressStore(parts.source(), first).task();
        if (progress.isEmpty()) {
            throw wrong("Task " + first + " has no state at the source, so it does not write there.");
        }
        Phase phase = progress.get().phase();
        if (phase != Phase.INCREMENTAL) {
            throw new SyncException(
                    FaultKind.PRECHECK,
                    "Task " + first + " is in phase " + phase.label()
                            + "; a mirror of it can begin in phase incremental.",
                    "See dts-sync status of " + first + ".");
        }
        SourceIdentity theirs = new ProgressStore(parts.source(), first)
                .source()
                .map(SourceIdentity::of)
                .orElseGet(() -> new SourceIdentity("", ""));
        TaskParts turned = parts.reversed();
        if (!SourceIdentity.current(turned).equals(theirs)) {
            throw wrong("Task " + first + " captures another database than the destination.");
        }
    }

    private SyncException wrong(String what) {
        return new SyncException(
                FaultKind.USAGE,
                what,
                "mirror.of names a task whose destination is source.url and whose source is destination.url of this task file.");
    }

    private void requireTables(List<TableName> tables) {
        if (tables.isEmpty()) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "No table of the source matches objects.include.",
                    "Correct objects.include and objects.exclude in the task file.");
        }
        List<TableName> missing = tables.stream()
                .filter(table ->
                        DestinationTable.read(parts.destination(), table).isEmpty())
                .toList();
        if (!missing.isEmpty()) {
            throw new SyncException(
                    FaultKind.PRECHECK,
                    "Table " + missing.get(0) + " does not exist at the destination, and a mirror makes none.",
                    "Make it there, or exclude it in objects.exclude.");
        }
    }
}
