package org.dtssync.app.prepare;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.catalog.DestinationTable;
import org.dtssync.app.catalog.SelectedTables;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.source.Publication;
import org.dtssync.app.source.SourceIdentity;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.state.TaskProgress;
import org.dtssync.connectors.apply.AppliedPosition;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.TaskName;

/**
 * A task in the opposite direction of another one, the first, between the same two databases ({@code mirror.of}). It copies no existing rows: its
 * stream begins at its slot. Its position row at its destination names the first task, by which the first ignores its
 * transactions; it ignores the first one's by theirs at its source.
 *
 * @param route the mirror's
 * @param objects which tables the mirror replicates
 * @param first the name of the task it mirrors
 */
public record Mirror(Route route, ObjectSelection objects, TaskName first) {

    /** Returns the mirror that a task file describes; empty if it describes none. */
    public static Optional<Mirror> of(TaskFile task) {
        return task.mirrorOf().map(first -> new Mirror(Route.of(task), task.objects(), new TaskName(first)));
    }

    /**
     * Returns which tasks mirror this one.
     *
     * @param route the first task's
     */
    public static List<String> mirrorsOf(Route route) {
        return route.source()
                .inTransaction(
                        "The source could not be queried for mirrors",
                        connection -> AppliedPosition.mirrorsOf(
                                connection, route.task(), route.name().reverse().text()));
    }

    /**
     * Prepares it: the first task learns to ignore its transactions before there is one.
     *
     * @param preparation the mirror's
     */
    public void prepare(Preparation preparation) {
        requireFirst();
        List<TableName> tables = new SelectedTables(route.source(), objects)
                .read().stream().map(TableProgress::table).toList();
        requireTables(tables);
        try (Connection connection = route.destination().open()) {
            new Publication(first.publication()).include(connection, AppliedPosition.TABLE);
        } catch (SQLException e) {
            throw SqlFaults.explain(
                    "The publication of task " + first + " could not be extended with the position tables", e);
        }
        preparation.follow(tables);
    }

    /** The first task's state at its destination, which is this one's source, shows whether both match. */
    private void requireFirst() {
        Optional<TaskProgress> progress = new ProgressStore(route.source(), first.text()).task();
        if (progress.isEmpty()) {
            throw wrong("Task " + first + " has no state at the source, so it does not write there.");
        }
        Phase phase = progress.get().phase();
        if (phase != Phase.INCREMENTAL) {
            throw new SyncException(
                    FaultKind.PRECHECK,
                    "Task " + first + " is in phase " + phase.label()
                            + "; a mirror of it can start in phase incremental.",
                    "See dts-sync status of " + first + ".");
        }
        SourceIdentity theirs = new ProgressStore(route.source(), first.text())
                .source()
                .map(SourceIdentity::of)
                .orElseGet(() -> new SourceIdentity("", ""));
        if (!SourceIdentity.current(route.destination()).equals(theirs)) {
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
                        DestinationTable.read(route.destination(), table).isEmpty())
                .toList();
        if (!missing.isEmpty()) {
            throw new SyncException(
                    FaultKind.PRECHECK,
                    "Table " + missing.get(0) + " does not exist at the destination, and a mirror creates none.",
                    "Create it there, or exclude it in objects.exclude.");
        }
    }
}
