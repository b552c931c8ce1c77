package org.dtssync.app.drift;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.dtssync.app.catalog.DestinationTable;
import org.dtssync.app.catalog.PartitionFiles;
import org.dtssync.app.catalog.SelectedTables;
import org.dtssync.app.catalog.ShapeFingerprint;
import org.dtssync.app.catalog.ShapeStep;
import org.dtssync.app.catalog.TableShape;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.ddl.DdlRecorder;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.source.Publication;
import org.dtssync.app.source.PublicationCheck;
import org.dtssync.app.source.SourcePosition;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.RecordedShape;
import org.dtssync.app.state.ShapeRecords;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.state.TableState;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out requests after a schema change: accepts a table's new shape, reloads it, adds a new one,
 * removes a dropped one. Used before capture and applier start, by one thread.
 */
public final class ShapeChanges {

    private static final Logger LOG = LoggerFactory.getLogger(ShapeChanges.class);

    private final Route route;
    private final ObjectSelection objects;
    private final ProgressStore progress;
    private final ShapeRecords structures;
    private final Epoch epoch;
    private final boolean made;
    private final Predicate<TableName> keyToCome;

    /**
     * Creates one; opens nothing yet.
     *
     * @param objects which tables belong to the task
     * @param epoch the right to write the state
     * @param made whether the destination must have the tables already
     * @param keyToCome whether the key of a table is still to be created there
     */
    public ShapeChanges(
            Route route, ObjectSelection objects, Epoch epoch, boolean made, Predicate<TableName> keyToCome) {
        this.route = route;
        this.objects = objects;
        this.progress = new ProgressStore(route.destination(), route.task());
        this.structures = new ShapeRecords(route.destination(), route.task());
        this.epoch = epoch;
        this.made = made;
        this.keyToCome = keyToCome;
    }

    /** Empties a table at the destination, and resets its copy progress. */
    @FunctionalInterface
    public interface LoadReset {
        void reset(TableName table) throws InterruptedException;
    }

    /** Copies all rows of a table that is published, and records it with its shape, in one transaction. */
    @FunctionalInterface
    public interface WholeLoad {
        void load(TableProgress table, String structure) throws InterruptedException;
    }

    /**
     * Accepts a table's current shape at the source; one that no longer exists there is removed from the task.
     *
     * @throws SyncException of kind USAGE if the task has no such table, of kind SHAPE_CHANGED if the destination does not
     *     have the change or the table has to be reloaded
     */
    public void accept(TableName table) throws InterruptedException {
        RecordedShape recorded = structures.read().get(table);
        if (recorded == null) {
            throw unknown(table);
        }
        Current read = current(table);
        String now = read.shape();
        if (now == null) {
            remove(table);
            return;
        }
        TableShape current = TableShape.parse(now);
        ShapeStep step =
                new ShapeStep(TableShape.parse(ShapeFingerprint.completed(recorded.structure(), now)), current);
        step.reloadReason().ifPresent(reason -> {
            throw new SyncException(
                    FaultKind.SHAPE_CHANGED,
                    "The change of table " + table + " cannot be accepted alone, since it " + reason + ".",
                    "Make the same change at the " + route.destination().role() + " and run with --resnapshot " + table
                            + "." + ReadOnlySide.hint(route.destination()));
        });
        requireAtDestination(table, current, Optional.of(step), "--accept-structure");
        if (!now.equals(recorded.structure())) {
            structures.accept(
                    table,
                    PartitionFiles.withFilesOf(now, recorded.structure()),
                    selected(table).keyColumns(),
                    read.position(),
                    epoch);
        }
        know(table);
        LOG.info("Schema change accepted. table={}", table);
    }

    private void remove(TableName table) {
        if (made && DestinationTable.read(route.destination(), table).isPresent()) {
            throw new SyncException(
                    FaultKind.SHAPE_CHANGED,
                    "Table " + table + " no longer exists at the "
                            + route.source().role() + " but still exists at the "
                            + route.destination().role() + ".",
                    "Drop or rename it there, then run with --accept-structure " + table + " again.");
        }
        structures.remove(table, epoch);
        know(table);
        LOG.info("Table removed from the task. table={}", table);
    }

    /** Marks a table to be reloaded, or adds one that is new at the source. */
    public void resnapshot(TableName table, LoadReset load) throws InterruptedException {
        Current read = current(table);
        String now = loadable(table, read.shape());
        TableProgress selected = selected(table);
        progress.addTables(List.of(selected), epoch);
        publish(table);
        Failpoint.SNAPSHOT_TABLE_PUBLISHED.reached();
        if (made || DestinationTable.read(route.destination(), table).isPresent()) {
            load.reset(table);
            Failpoint.SNAPSHOT_TABLE_RESET.reached();
        }
        boolean whole = made
                && DestinationTable.hasOtherUniqueIndexes(
                        route.destination(), table, selected.keyColumns().orElse(List.of()));
        structures.reload(table, now, selected.keyColumns(), read.position(), whole, epoch);
        know(table);
        LOG.info("Table will be reloaded. table={} in_one_snapshot={}", table, whole);
    }

    /**
     * Loads a table now, or one that is new at the source, for a direction that has no phases of a load. It belongs to the task once its
     * rows are there.
     */
    public void reload(TableName table, WholeLoad load) throws InterruptedException {
        String now = loadable(table, current(table).shape());
        TableProgress selected = selected(table);
        publish(table);
        Failpoint.SNAPSHOT_TABLE_PUBLISHED.reached();
        load.load(selected, now);
        recordPublished(table);
        know(table);
        LOG.info("Table reloaded. table={}", table);
    }

    /** Returns the shape of a table that can be loaded. */
    private String loadable(TableName table, @Nullable String now) {
        boolean known = progress.tables().stream()
                .anyMatch(one -> one.table().equals(table) && one.state() != TableState.SKIPPED);
        if (now == null) {
            throw known ? gone(table) : unknown(table);
        }
        requireAtDestination(table, TableShape.parse(now), Optional.empty(), "--resnapshot");
        return now;
    }

    /** Where commands are carried, a table that differs from how the event triggers left it would stop the task again. */
    private void know(TableName table) {
        if (!progress.ddlMode().carries()) {
            return;
        }
        try (Connection connection = route.source().open()) {
            DdlRecorder.accept(connection, List.of(table));
        } catch (SQLException e) {
            throw SqlFaults.explain("The shape of table " + table + " could not be noted at the source", e);
        }
    }

    private void publish(TableName table) {
        try (Connection connection = route.source().open()) {
            new Publication(route.name().publication()).include(connection, table);
            new PublicationCheck(route).record(connection, table, epoch);
        } catch (SQLException e) {
            throw SqlFaults.explain("Table " + table + " could not be published", e);
        }
    }

    /** Its entry was recorded with an earlier row, if there was one. */
    private void recordPublished(TableName table) {
        try (Connection connection = route.source().open()) {
            new PublicationCheck(route).record(connection, table, epoch);
        } catch (SQLException e) {
            throw SqlFaults.explain("The entry of table " + table + " in the publication could not be recorded", e);
        }
    }

    /**
     * A table as it is at the source.
     *
     * @param shape its shape; null if it does not exist
     * @param position a position behind the last change of it, and before anything is copied: see LowerBound
     */
    private record Current(@Nullable String shape, Lsn position) {}

    /** A command that is carried and comes while this is read is none that a person has repeated. */
    private Current current(TableName table) throws InterruptedException {
        if (!progress.ddlMode().carries()) {
            return new Current(fingerprint(table), SourcePosition.insert(route.source()));
        }
        AtomicReference<@Nullable String> shape = new AtomicReference<>();
        Lsn position = new LoadShapes(route, objects, epoch).during(() -> shape.set(fingerprint(table)));
        return new Current(shape.get(), position);
    }

    private @Nullable String fingerprint(TableName table) {
        Map<TableName, String> now = new ShapeFingerprint(route.source()).read(List.of(table));
        return now.get(table);
    }

    private TableProgress selected(TableName table) {
        return new SelectedTables(route.source(), objects)
                .read().stream()
                        .filter(one -> one.table().equals(table))
                        .findFirst()
                        .orElseThrow(() -> unknown(table));
    }

    private void requireAtDestination(TableName table, TableShape source, Optional<ShapeStep> step, String option) {
        Optional<TableShape> there = DestinationTable.read(route.destination(), table);
        if (there.isEmpty() && !made) {
            return;
        }
        Optional<String> difference = there.isEmpty()
                ? Optional.of("it does not exist there")
                : DestinationTable.difference(source, there.get(), step, keyToCome.test(table));
        difference.ifPresent(how -> {
            throw new SyncException(
                    FaultKind.SHAPE_CHANGED,
                    "Table " + table + " has a different shape at the "
                            + route.destination().role() + ": " + how + ".",
                    "Make the same change there, then run with " + option + " " + table + " again."
                            + ReadOnlySide.hint(route.destination()));
        });
    }

    private SyncException unknown(TableName table) {
        return new SyncException(
                FaultKind.USAGE,
                "Task " + route.task() + " has no table " + table + ".",
                "See dts-sync status; write names as schema.table.");
    }

    private SyncException gone(TableName table) {
        return new SyncException(
                FaultKind.SHAPE_CHANGED,
                "Table " + table + " no longer exists at the " + route.source().role() + " and cannot be loaded.",
                "Drop or rename it at the " + route.destination().role() + " too and run with --accept-structure "
                        + table + ".");
    }
}
