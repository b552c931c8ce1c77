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
import org.dtssync.app.progress.Phase;
import org.dtssync.app.progress.ProgressStore;
import org.dtssync.app.progress.TableProgress;
import org.dtssync.app.progress.TaskProgress;
import org.dtssync.app.source.Publication;
import org.dtssync.app.source.SourceIdentity;
import org.dtssync.app.task.TaskParts;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Fence;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.SqlResources;

/**
 * A task that flows against another one, the first, between the same two databases ({@code mirror.of}). It loads nothing: its
 * stream begins at its slot. Its position row at its destination names the first task, by which the first leaves its
 * transactions out; it leaves out the first one's by theirs at its source.
 *
 * @param parts the mirror's
 * @param first the name of the task it mirrors
 */
public record Mirror(TaskParts parts, String first) {

    private static final TableName POSITIONS = new TableName(SqlResources.SCHEMA, "apply_position");

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
        return parts.source().inTransaction("The source could not be queried for mirrors", connection -> {
            List<String> mirrors = new ArrayList<>();
            if (hasPositions(connection)) {
                try (PreparedStatement statement = connection.prepareStatement(
                        "SELECT task FROM dts_sync.apply_position WHERE mirror_of = ? AND task <> ? ORDER BY 1")) {
                    statement.setString(1, parts.task().name());
                    statement.setString(2, parts.task().reverseName());
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

    /** Prepares it: the first task learns to leave its transactions out before there is one. */
    public void prepare(Fence fence) {
        requireFirst();
        List<TableName> tables = new SelectedTables(parts.source(), parts.task().objects())
                .read().stream().map(TableProgress::table).toList();
        requireTables(tables);
        try (Connection connection = parts.destination().open()) {
            new Publication("dts_sync_" + first).include(connection, POSITIONS);
        } catch (SQLException e) {
            throw SqlFaults.explain(
                    "The publication of task " + first + " could not be extended with the position tables", e);
        }
        new Preparation(parts, fence).follow(tables);
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
                            + "; a mirror of it can start in phase incremental.",
                    "See dts-sync status of " + first + ".");
        }
        SourceIdentity theirs = new SourceIdentity(
                progress.get().sourceSystemIdentifier().orElse(""),
                sourceDatabase().orElse(""));
        TaskParts turned = parts.reversed();
        if (!SourceIdentity.current(turned).equals(theirs)) {
            throw wrong("Task " + first + " captures another database than the destination.");
        }
    }

    private Optional<String> sourceDatabase() {
        return parts.source().inTransaction("The state of task " + first + " could not be read", connection -> {
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT source_database FROM dts_sync.task WHERE task = ?")) {
                statement.setString(1, first);
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
                        DestinationTable.read(parts.destination(), table).isEmpty())
                .toList();
        if (!missing.isEmpty()) {
            throw new SyncException(
                    FaultKind.PRECHECK,
                    "Table " + missing.get(0) + " does not exist at the destination, and a mirror creates none.",
                    "Create it there, or exclude it in objects.exclude.");
        }
    }
}
