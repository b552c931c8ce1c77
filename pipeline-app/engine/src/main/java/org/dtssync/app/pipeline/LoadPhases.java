package org.dtssync.app.pipeline;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.config.ObjectSelection.LargeObjects;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.drift.LoadShapes;
import org.dtssync.app.runtime.Retry;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.runtime.RowPace;
import org.dtssync.app.snapshot.ChunkBeginning;
import org.dtssync.app.snapshot.LargeObjectCopy;
import org.dtssync.app.snapshot.SnapshotJob;
import org.dtssync.app.snapshot.SnapshotListener;
import org.dtssync.app.snapshot.TableGuard;
import org.dtssync.app.snapshot.UnsentTables;
import org.dtssync.app.state.DdlCommandStore;
import org.dtssync.app.state.LiveLimit;
import org.dtssync.app.state.LiveSetting;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.Section;
import org.dtssync.app.state.SettingStore;
import org.dtssync.app.state.ShapeRecords;
import org.dtssync.app.state.StructureForms;
import org.dtssync.app.state.StructureObject;
import org.dtssync.app.state.StructureObjectStore;
import org.dtssync.app.state.TaskProgress;
import org.dtssync.app.stream.Direction;
import org.dtssync.app.structure.LateObjects;
import org.dtssync.app.structure.ObjectReader;
import org.dtssync.app.structure.StructureApplier;
import org.dtssync.app.structure.StructureComparison;
import org.dtssync.app.structure.StructureFinisher;
import org.dtssync.app.structure.pgdump.ReaderChoice;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What brings the rows of a task to its destination: the schema objects, the load, the catch-up, and what is made once all rows are there.
 *
 * <p>Commands that change the structure come meanwhile too, where a task carries them. The destination keeps the structure that was read in
 * phase schema until the catch-up, where commands are repeated in their order. What was copied of a table before a command is then exactly
 * what the command found. A table of which something would be copied behind one is set aside, empty, and loaded as soon as the destination
 * has had the command. Indexes, constraints, triggers and rules come last; their list is read again if commands have come.
 *
 * <p>Used by one thread.
 */
final class LoadPhases {

    private static final Logger LOG = LoggerFactory.getLogger(LoadPhases.class);

    private final TaskFile task;
    private final Route route;
    private final Epoch epoch;
    private final Retry retry;
    private final PipelineListener listener;
    private final ProgressStore progress;
    private final LoadShapes shapes;

    /** Wires them; runs nothing yet. */
    LoadPhases(TaskFile task, Route route, Epoch epoch, Retry retry, PipelineListener listener) {
        this.task = task;
        this.route = route;
        this.epoch = epoch;
        this.retry = retry;
        this.listener = listener;
        this.progress = new ProgressStore(route.destination(), route.task());
        this.shapes = new LoadShapes(route, task.objects(), epoch);
    }

    /** Records that a phase begins. */
    void enter(Phase phase) throws InterruptedException {
        retry.run("state", () -> progress.enter(phase, epoch));
        listener.entered(phase);
        LOG.info("Entering phase. task={} phase={}", route.task(), phase.label());
    }

    /** Creates the schema objects that rows depend on. */
    void schema() throws InterruptedException {
        enter(Phase.SCHEMA);
        retry.run("schema", () -> {
            StructureObjectStore store = structureStore();
            if (!store.isSaved()) {
                store.save(schemaObjects(), epoch);
            }
            recordForms(End.SOURCE);
            Failpoint.SCHEMA_LIST_SAVED.reached();
            structureApplier(store, task.destination().existing()).apply(Section.PRE_DATA);
        });
    }

    private List<StructureObject> schemaObjects() throws InterruptedException {
        if (!shapes.areCarried()) {
            return reader().read();
        }
        List<StructureObject> list = new ArrayList<>();
        shapes.record(() -> {
            list.clear();
            list.addAll(reader().read());
        });
        return list;
    }

    private ObjectReader reader() {
        return new ReaderChoice(task.structure(), route.source(), Optional.of(route.destination()), task.objects())
                .reader();
    }

    /**
     * Those of the source as they were read, those of the destination as they were made: a switch names what changes later. A task is not held up if
     * the built-in reader cannot print something.
     */
    private void recordForms(End end) {
        StructureForms forms = new StructureForms(route.destination(), route.task());
        if (!forms.read().of(end).isEmpty()) {
            return;
        }
        forms(end).ifPresent(found -> forms.record(end, found, epoch));
    }

    private Optional<Map<String, String>> forms(End end) {
        try {
            return Optional.of(StructureComparison.digests(
                    end == End.SOURCE ? route.source() : route.destination(), task.objects()));
        } catch (SyncException e) {
            if (e.kind() != FaultKind.DATA) {
                throw e;
            }
            LOG.warn(
                    "Schema objects could not be recorded, so a switch cannot say whether one was changed. {}",
                    e.what());
            return Optional.empty();
        }
    }

    private StructureObjectStore structureStore() {
        return new StructureObjectStore(route.destination(), route.task());
    }

    /** Commands that came during the load have made some of it. */
    private Existing existing() {
        Existing asked = task.destination().existing();
        boolean carried = shapes.areCarried() && hasPassed(Lsn.ZERO, false);
        return carried && asked == Existing.FAIL ? Existing.ADOPT : asked;
    }

    private StructureApplier structureApplier(StructureObjectStore store, Existing existing) {
        return new StructureApplier(
                route.destination(),
                store,
                epoch,
                existing,
                task.snapshot().workers(),
                (object, state, seconds) -> listener.structureObject(object.name(), state.label(), seconds));
    }

    /** Copies the rows of every table that is not loaded yet, except those that are set aside. */
    void snapshot(Direction direction) throws InterruptedException {
        enter(Phase.SNAPSHOT);
        try (LiveLimit limit = new LiveLimit(
                new SettingStore(route.destination(), route.task()),
                LiveSetting.SNAPSHOT_ROWS_PER_SECOND,
                task.snapshot().rowsPerSecond())) {
            SnapshotJob job = snapshotJob(
                    task.destination().existing() == Existing.EMPTY, new RowPace(limit), beginning(direction));
            listener.snapshotStarted(job.progress());
            job.run();
        }
        // Building an index in one go takes a fraction of the time of maintaining it during the load.
        retry.run("snapshot", this::makeKeys);
    }

    /**
     * Once commands have run, every key that was to be made is there; the list may have one that a command which it does not have, but the
     * destination has, has dropped.
     */
    private void makeKeys() throws InterruptedException {
        if (!shapes.areCarried() || !hasPassed(progress.structurePosition(), false)) {
            structureApplier(structureStore(), existing()).apply(Section.KEYS);
        }
    }

    /** Rows for the topics are written by the capture, which runs alongside. */
    private ChunkBeginning beginning(Direction direction) {
        return task.topics().withRows()
                ? (table, source, parts, begin) -> direction.writeRows(table, source, parts.read(), begin::run)
                : ChunkBeginning.ALONE;
    }

    private SnapshotJob snapshotJob(boolean emptyFirst, RowPace pace, ChunkBeginning beginning) {
        return new SnapshotJob(
                route.source(),
                route.destination(),
                progress,
                epoch,
                task.snapshot(),
                task.retry(),
                emptyFirst,
                pace,
                beginning,
                guard(),
                tellOfTables());
    }

    private TableGuard guard() {
        return shapes.areCarried()
                ? TableGuard.of(progress, new ShapeRecords(route.destination(), route.task()), route.source())
                : TableGuard.none();
    }

    private SnapshotListener tellOfTables() {
        return new SnapshotListener() {
            @Override
            public void copied(TableName table, int chunk, long rows, long bytes) {
                listener.chunkCopied(table, rows, bytes);
            }

            @Override
            public void retrying(FaultKind kind) {
                listener.retrying("snapshot", kind);
            }

            @Override
            public void tableCopied(TableName table, long rows, long bytes, Duration time) {
                listener.tableCopied(table, rows, bytes, time);
            }
        };
    }

    /** Empties a table at the destination, so that the next load copies it again. */
    void reset(TableName table) throws InterruptedException {
        snapshotJob(false, new RowPace(() -> 0), ChunkBeginning.ALONE).resnapshot(table);
    }

    /** Returns whether the key of a table is still to be created. */
    boolean isKeyToCome(TableName table) {
        return structureStore().isKeyToCome(table);
    }

    /** Takes back what acts only at a destination that applications use. */
    void withdrawLateObjects() {
        new LateObjects(route.destination(), structureStore(), epoch).withdraw();
    }

    /** A table that is changed more often than it can be loaded would never be there. */
    private void takeUp(Direction direction, Map<TableName, Integer> loads) throws InterruptedException {
        for (TableName table : waiting()) {
            int times = loads.merge(table, 1, Integer::sum);
            if (times > 1) {
                LOG.warn(
                        "A table was changed again while it was loaded, and is loaded from its beginning; raise snapshot.workers or let"
                                + " commands that change it rest. table={} times={}",
                        table,
                        times);
            }
        }
        retry.run(
                "catch-up",
                () -> shapes.takeUp(position -> direction.converge(applied -> applied.reached(position)), this::reset));
    }

    /** Applies changes until every table has its rows, and the list of what is still to be made is that of these tables. */
    void catchUp(Direction direction) throws InterruptedException {
        enter(Phase.CATCH_UP);
        Map<TableName, Integer> loads = new HashMap<>();
        direction.converge(this::isConsistent);
        while (!isSettled(direction)) {
            if (!waiting().isEmpty()) {
                takeUp(direction, loads);
                snapshot(direction);
                enter(Phase.CATCH_UP);
            }
            direction.converge(this::isConsistent);
        }
        Failpoint.CATCH_UP_CONVERGED.reached();
        retry.run("state", () -> progress.startStreaming(epoch));
    }

    private List<TableName> waiting() throws InterruptedException {
        return retry.call("state", shapes::setAside);
    }

    private boolean isSettled(Direction direction) throws InterruptedException {
        return waiting().isEmpty()
                && retry.call("schema", () -> renewList(direction))
                && waiting().isEmpty();
    }

    /**
     * Reads the list of schema objects again, if commands came since it was read; returns whether the destination has exactly the
     * commands that the list has.
     */
    private boolean renewList(Direction direction) throws InterruptedException {
        if (!shapes.areCarried() || !hasPassed(progress.structurePosition(), isLoaded())) {
            return true;
        }
        List<StructureObject> list = new ArrayList<>();
        Map<String, String> forms = new HashMap<>();
        Lsn position = shapes.during(() -> {
            list.clear();
            list.addAll(reader().read());
            forms.clear();
            forms(End.SOURCE).ifPresent(forms::putAll);
        });
        direction.converge(applied -> applied.reached(position) && isConsistent(applied));
        if (hasPassed(position, false)) {
            return false;
        }
        structureStore().renew(list, position, epoch);
        if (!forms.isEmpty()) {
            new StructureForms(route.destination(), route.task()).record(End.SOURCE, forms, epoch);
        }
        Failpoint.CATCH_UP_LIST_RENEWED.reached();
        LOG.info("Commands came during the load; the list of schema objects was read again. task={}", route.task());
        return true;
    }

    private boolean hasPassed(Lsn position, boolean left) {
        return new DdlCommandStore(route.destination(), route.task()).hasPassed(position, left);
    }

    /** Returns whether what follows the rows was made before, for an earlier load. */
    private boolean isLoaded() {
        return !new StructureForms(route.destination(), route.task())
                .read()
                .of(End.DESTINATION)
                .isEmpty();
    }

    /** Evaluated after every write: reading rows from the source raises the point while the applier approaches it. */
    private boolean isConsistent(Lsn applied) {
        return progress.task()
                .flatMap(TaskProgress::consistencyPoint)
                .map(applied::reached)
                .orElse(true);
    }

    /** Creates everything else, and makes the destination ready for use. */
    void finish() throws InterruptedException {
        enter(Phase.FINALIZE);
        retry.run("finalize", () -> {
            StructureApplier applier = structureApplier(structureStore(), existing());
            applier.apply(Section.KEYS);
            applier.apply(Section.POST_DATA);
            shapes.removeInterimKeys();
        });
        Failpoint.FINALIZE_OBJECTS_MADE.reached();
        retry.run("finalize", () -> {
            StructureFinisher finisher =
                    new StructureFinisher(route.source(), route.destination(), task.objects(), epoch);
            copyUnsentRows();
            finisher.analyze(task.snapshot().workers(), table -> {});
            finisher.refresh(Optional.of(structureStore()), view -> {});
            recordForms(End.DESTINATION);
        });
        Failpoint.FINALIZE_DONE.reached();
    }

    /** After foreign keys were created, which PostgreSQL would check: these rows are of another moment. */
    private void copyUnsentRows() throws InterruptedException {
        if (task.objects().largeObjects() == LargeObjects.COPY) {
            new LargeObjectCopy(
                            route.source(),
                            route.destination(),
                            epoch,
                            task.objects().owners())
                    .copy();
        }
        List<TableName> tables = UnsentTables.of(route.source(), task.objects());
        if (tables.isEmpty()) {
            return;
        }
        try (LiveLimit limit = new LiveLimit(
                new SettingStore(route.destination(), route.task()),
                LiveSetting.SNAPSHOT_ROWS_PER_SECOND,
                task.snapshot().rowsPerSecond())) {
            new UnsentTables(route.source(), route.destination(), epoch, limit).copy(tables);
        }
    }
}
