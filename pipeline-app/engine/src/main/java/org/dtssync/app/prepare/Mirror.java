package org.dtssync.app.prepare;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.catalog.DestinationTable;
import org.dtssync.app.catalog.SelectedTables;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.progress.Phase;
import org.dtssync.app.progress.ProgressStore;
import org.dtssync.app.progress.TableProgress;
import org.dtssync.app.progress.TaskProgress;
import org.dtssync.app.source.Publication;
import org.dtssync.app.source.SourceIdentity;
import org.dtssync.app.task.Route;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.SqlResources;
import org.dtssync.schemas.TaskName;

/**
 * A task that flows against another one, the first, between the same two databases ({@code mirror.of}). It loads nothing: its
 * stream begins at its slot. Its position row at its destination names the first task, by which the first leaves its
 * transactions out; it leaves out the first one's by theirs at its source.
 *
 * @param route the mirror's
 * @param objects which tables the mirror carries
 * @param first the name of the task it mirrors
 */
public record Mirror(Route route, ObjectSelection objects, TaskName first) {

    private static final TableName POSITIONS = new TableName(SqlResources.SCHEMA, "apply_position");

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
        return route.source().inTransaction("The source could not be asked for mirrors", connection -> {
            List<String> mirrors = new ArrayList<>();
            if (hasPositions(connection)) {
                try (PreparedStatement statement = connection.prepareStatement(
                        "SELECT task FROM dts_sync.apply_position WHERE mirror_of = ? AND task <> ? ORDER BY 1")) {
                    statement.setString(1, route.task());
                    statement.setString(2, route.name().reverse().text());
                    try (ResultSet rows = statement.executeQuery()) {
                        while (rows.next()) {
                            mirrors.add(rows.getString(1));
                        }
                    }
                }
            }
            return mirrors;
        });
    }

    private static boolean hasPositions(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT to_regclass('dts_sync.apply_position') IS NOT NULL")) {
            rows.next();
            return rows.getBoolean(1);
        }
    }

    /**
     * Prepares it: the first task learns to leave its transactions out before there is one.
     *
     * @param preparation the mirror's
     */
    public void prepare(Preparation preparation) {
        requireFirst();
        List<TableName> tables = new SelectedTables(route.source(), objects)
                .read().stream().map(TableProgress::table).toList();
        requireTables(tables);
        try (Connection connection = route.destination().open()) {
            new Publication(first.publication()).include(connection, POSITIONS);
        } catch (SQLException e) {
            throw SqlFaults.explain("The publication of task " + first + " could not take in the positions", e);
        }
        preparation.follow(tables);
    }

    /** What the first task keeps at its destination, which is this one's source, tells whether both fit together. */
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
                            + "; a mirror of it can begin in phase incremental.",
                    "See dts-sync status of " + first + ".");
        }
        SourceIdentity theirs = new SourceIdentity(
                progress.get().sourceSystemIdentifier().orElse(""),
                sourceDatabase().orElse(""));
        if (!SourceIdentity.current(route.destination()).equals(theirs)) {
            throw wrong("Task " + first + " captures another database than the destination.");
        }
    }

    private Optional<String> sourceDatabase() {
        return route.source().inTransaction("The state of task " + first + " could not be read", connection -> {
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT source_database FROM dts_sync.task WHERE task = ?")) {
                statement.setString(1, first.text());
                try (ResultSet rows = statement.executeQuery()) {
                    return rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
                }
            }
        });
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
                    "Table " + missing.get(0) + " does not exist at the destination, and a mirror makes none.",
                    "Make it there, or exclude it in objects.exclude.");
        }
    }
}
