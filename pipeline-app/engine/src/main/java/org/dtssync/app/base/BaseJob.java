package org.dtssync.app.base;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.runtime.RowPace;
import org.dtssync.app.state.DdlCommandStore;
import org.dtssync.app.state.FollowedTable;
import org.dtssync.app.state.StateSchema;
import org.dtssync.app.state.StructureObject;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.TableName;

/**
 * Takes a base: everything in one snapshot of the destination. After an interruption, tables that no cut has touched since they were
 * written are kept, and all others are read again in a new snapshot.
 *
 * <p>Used by one thread.
 */
public final class BaseJob {

    /** A table that is emptied all the time is read first in the next snapshot, within moments after it was taken. */
    private static final int ROUNDS = 5;

    private final TaskFile file;
    private final BaseDirectory directory;
    private final DatabaseConnections destination;
    private final Supplier<List<StructureObject>> structure;
    private final BaseListener listener;
    private final RowPace pace;

    /**
     * Creates it; reads nothing yet.
     *
     * @param file the task file, with embedded servers resolved to their addresses
     * @param structure reads the schema objects of the destination
     * @param rowsPerSecond how many rows are read per second; 0 for no limit
     */
    public BaseJob(
            TaskFile file,
            Path directory,
            Supplier<List<StructureObject>> structure,
            long rowsPerSecond,
            BaseListener listener) {
        this.file = file;
        this.directory = new BaseDirectory(directory);
        this.destination = Route.forReading(file).destination();
        this.structure = structure;
        this.listener = listener;
        this.pace = new RowPace(() -> rowsPerSecond);
    }

    /**
     * Takes the base.
     *
     * @throws SyncException if the destination is at no cut, or the directory has something else in it
     * @throws InterruptedException if the thread was interrupted; the same call resumes
     */
    public BaseManifest run() throws InterruptedException {
        if (file.mirrorOf().isPresent()) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "Task " + file.name() + " is a mirror: applications write to its destination, which is at no cut.",
                    "A base needs a destination that only its task writes to.");
        }
        try (CutTopic topic = new CutTopic(file)) {
            topic.requireReadable();
        }
        try (BaseDirectory.Lock lock = directory.lock()) {
            List<FinishedTable> finished = new ArrayList<>(directory.begin(file.name()));
            Set<TableName> moved = new HashSet<>();
            for (int round = 1; round <= ROUNDS; round++) {
                Optional<BaseManifest> manifest = round(finished, moved);
                if (manifest.isPresent()) {
                    directory.finish(manifest.get());
                    return manifest.get();
                }
            }
            if (moved.isEmpty()) {
                throw new SyncException(
                        FaultKind.TRANSIENT,
                        "Commands changed the structure each time before the base was taken, " + ROUNDS + " times.",
                        "Run the same command again, which resumes, when that happens less often.");
            }
            throw new SyncException(
                    FaultKind.TRANSIENT,
                    "Table " + moved.stream().min(Comparator.naturalOrder()).orElseThrow()
                            + " was emptied or rewritten before it could be read, " + ROUNDS + " times.",
                    "Run the same command again, which resumes, when that happens less often.");
        } catch (IOException e) {
            throw new SyncException(
                    FaultKind.DATA,
                    "Directory " + directory.path() + " could not be written: " + FileFaults.reason(e) + ".",
                    "Check its rights and its room, or name another directory.",
                    e);
        }
    }

    /**
     * Reads what is missing in one snapshot.
     *
     * @param finished replaced by what is finished then
     * @param moved replaced by what was emptied or rewritten
     */
    private Optional<BaseManifest> round(List<FinishedTable> finished, Set<TableName> moved)
            throws IOException, InterruptedException {
        try (Snapshot snapshot = Snapshot.take(
                        destination, file.name(), file.taskName().reverse().text());
                CutTopic topic = new CutTopic(file)) {
            BaseCut cut = topic.at(snapshot.position());
            Map<TableName, TableLayout> layouts = snapshot.layouts();
            List<FinishedTable> kept = BaseRound.unchanged(finished, snapshot, layouts, topic, cut);
            directory.removeAllBut(kept);
            directory.progress(file.name(), kept);
            List<FollowedTable> open = open(snapshot, kept, moved, layouts);
            listener.begun(cut, open.size(), kept.size());
            TableFiles files = new TableFiles(destination, snapshot, directory.path(), pace, listener);
            Set<TableName> again = new BaseRound(directory, file.name(), files, topic, cut, listener, kept)
                    .run(
                            open,
                            layouts,
                            numbers(snapshot),
                            Math.max(1, file.snapshot().workers()));
            finished.clear();
            finished.addAll(kept);
            moved.clear();
            moved.addAll(again);
            return again.isEmpty() ? manifest(cut, kept) : Optional.empty();
        }
    }

    /** Returns what is to be read: what was emptied before comes first, then the largest. */
    private static List<FollowedTable> open(
            Snapshot snapshot, List<FinishedTable> kept, Set<TableName> moved, Map<TableName, TableLayout> layouts) {
        Set<TableName> done = new HashSet<>();
        kept.forEach(each -> done.add(each.table().table()));
        List<FollowedTable> open = new ArrayList<>();
        snapshot.tables().stream()
                .filter(table -> !done.contains(table.table()))
                .forEach(open::add);
        open.sort(Comparator.comparing((FollowedTable table) -> !moved.contains(table.table()))
                .thenComparing(table -> -pages(layouts.get(table.table())))
                .thenComparing(FollowedTable::table));
        return open;
    }

    private static long pages(@org.jspecify.annotations.Nullable TableLayout layout) {
        return layout == null ? 0 : layout.pages();
    }

    /** A table keeps its number over all attempts as long as no table is added. */
    private static Map<TableName, Integer> numbers(Snapshot snapshot) {
        Map<TableName, Integer> numbers = new HashMap<>();
        snapshot.tables().forEach(table -> numbers.put(table.table(), numbers.size() + 1));
        return numbers;
    }

    /** Returns what the base has; empty if a command was run meanwhile: the schema objects may have it already. */
    private Optional<BaseManifest> manifest(BaseCut cut, List<FinishedTable> finished) {
        List<BaseTable> tables = finished.stream()
                .map(FinishedTable::table)
                .sorted(Comparator.comparing(BaseTable::table))
                .toList();
        List<StructureObject> objects = structure.get();
        if (new DdlCommandStore(destination, file.name()).hasRunSince(cut.lsn())) {
            return Optional.empty();
        }
        requireSameColumns(tables);
        return Optional.of(new BaseManifest(file.name(), StateSchema.program(), Instant.now(), cut, tables, objects));
    }

    /** The schema objects are read after the rows, and describe tables with just these columns. */
    private void requireSameColumns(List<BaseTable> tables) {
        Map<TableName, TableLayout> now = destination.inTransaction(
                "The tables of the destination could not be read",
                connection -> TableLayouts.read(
                        connection, tables.stream().map(BaseTable::table).toList()));
        for (BaseTable table : tables) {
            TableLayout layout = now.get(table.table());
            if (layout == null || !layout.columns().equals(table.columns())) {
                throw new SyncException(
                        FaultKind.SHAPE_CHANGED,
                        "Table " + table.table() + " changed its columns while the base was taken.",
                        "Run the same command again, which reads this table again.");
            }
        }
    }
}
