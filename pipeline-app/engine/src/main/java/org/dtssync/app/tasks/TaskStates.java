package org.dtssync.app.tasks;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.base.BaseCheck;
import org.dtssync.app.base.BaseCut;
import org.dtssync.app.base.BaseDirectory;
import org.dtssync.app.base.BaseJob;
import org.dtssync.app.base.BaseListener;
import org.dtssync.app.base.BaseManifest;
import org.dtssync.app.base.BaseShelf;
import org.dtssync.app.base.CutTopic;
import org.dtssync.app.base.FileFaults;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.config.TaskFileReader;
import org.dtssync.app.pipeline.TaskInventory;
import org.dtssync.app.publish.Publication;
import org.dtssync.app.rebuild.Rebuild;
import org.dtssync.app.rebuild.RebuildListener;
import org.dtssync.app.replay.Moment;
import org.dtssync.app.replay.StateReplay;
import org.dtssync.app.replay.StatementKey;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.BaseRecords;
import org.dtssync.app.state.BaseRecords.RecordedBase;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.TableName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task's tables as of any moment: bases, and what the topics make of them. Immutable; thread-safe.
 *
 * @param file the task file, with embedded servers resolved to their addresses
 */
public record TaskStates(TaskFile file) {

    /** What {@code --against} names the task's own destination by. */
    public static final String DESTINATION = "destination";

    private static final Logger LOG = LoggerFactory.getLogger(TaskStates.class);

    private static final String AS_OF = "--as-of";

    private static final int REUSED_HOURS = 12;

    /**
     * Takes a base, and reads it again.
     *
     * @param rowsPerSecond how many rows are read per second; empty: as the task file limits the snapshot
     * @throws InterruptedException if the thread was interrupted; the same call resumes
     */
    public BaseReport base(Path directory, Optional<Long> rowsPerSecond, BaseListener listener)
            throws InterruptedException {
        BaseManifest manifest = take(directory, rowsPerSecond, listener);
        record(directory, manifest, listener);
        return checkBase(directory, listener);
    }

    /** An account that only reads can take a base too. */
    private void record(Path directory, BaseManifest manifest, BaseListener listener) {
        try {
            records()
                    .add(new RecordedBase(
                            place(directory),
                            manifest.cut().number(),
                            manifest.cut().lsn(),
                            manifest.cut()
                                    .commitTimeMicros()
                                    .map(micros -> Instant.EPOCH.plus(micros, ChronoUnit.MICROS))
                                    .orElse(manifest.takenAt()),
                            manifest.takenAt()));
        } catch (SyncException e) {
            listener.notRecorded(e.getMessage());
        }
    }

    private BaseRecords records() {
        return new BaseRecords(Route.forReading(file).destination(), file.name());
    }

    private static String place(Path directory) {
        return directory.toAbsolutePath().normalize().toString();
    }

    /**
     * Takes a base into a directory of bases, and deletes the oldest ones there once the new one is known to be whole.
     *
     * @param shelf the directory; the base gets a directory of its own in it
     * @param keep how many bases stay, with the new one
     * @param rowsPerSecond how many rows are read per second; empty: as the task file limits the snapshot
     * @throws InterruptedException if the thread was interrupted; the same call resumes
     */
    public BaseReport regularBase(Path shelf, int keep, Optional<Long> rowsPerSecond, BaseListener listener)
            throws InterruptedException {
        if (new BaseDirectory(shelf).isComplete()) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "Directory " + shelf + " is a base itself.",
                    "Name the directory that has the bases, or a new one.");
        }
        BaseShelf bases = new BaseShelf(shelf, file.name());
        Path taken = bases.next(Instant.now());
        BaseReport report = base(taken, rowsPerSecond, listener);
        if (report.whole()) {
            for (Path deleted : bases.deleteAllBut(keep, taken)) {
                listener.deleted(deleted);
                records().remove(place(deleted));
            }
        }
        return report;
    }

    /**
     * Takes a base into topics of its own: first into files under {@code data.dir}, then from these, which are deleted once everything is
     * written.
     *
     * @param keep of how many bases the topics stay, with this one; empty: of all
     * @param rowsPerSecond how many rows are read per second; empty: as the task file limits the snapshot
     * @throws InterruptedException if the thread was interrupted; the same call resumes
     */
    public TopicBaseReport baseToTopics(Optional<Integer> keep, Optional<Long> rowsPerSecond, BaseListener listener)
            throws InterruptedException {
        BaseDirectory files = new BaseDirectory(file.dataDir().resolve(file.name() + "-base-for-topics"));
        try (BaseDirectory.Lock lock = files.lockBeside()) {
            if (!isOfUse(files)) {
                files.deleteAll();
            }
            if (!files.isComplete()) {
                take(files.path(), rowsPerSecond, listener);
            }
            TopicBaseReport report = new TopicBaseReport(new Publication(file, files, listener).run(keep));
            files.deleteAll();
            return report;
        } catch (IOException e) {
            throw new SyncException(
                    FaultKind.DATA,
                    "Directory " + files.path() + " could not be written: " + FileFaults.reason(e) + ".",
                    "Check its rights and its room, or set data.dir.",
                    e);
        }
    }

    /**
     * What an interrupted call has left is of use as long as the topics have what follows it, and are those that it was taken from: an
     * earlier task may have had the same name. A base that is not finished is looked through when it is continued.
     */
    private boolean isOfUse(BaseDirectory files) {
        if (!files.isComplete()) {
            return files.isBegun();
        }
        BaseManifest manifest;
        try {
            manifest = files.manifest();
        } catch (SyncException e) {
            LOG.debug("What an interrupted call left cannot be read.", e);
            return false;
        }
        if (manifest.takenAt().isBefore(Instant.now().minus(REUSED_HOURS, ChronoUnit.HOURS))) {
            return false;
        }
        try (CutTopic cuts = new CutTopic(file)) {
            return manifest.task().equals(file.name()) && cuts.has(manifest.cut());
        }
    }

    private BaseManifest take(Path directory, Optional<Long> rowsPerSecond, BaseListener listener)
            throws InterruptedException {
        return new BaseJob(
                        file,
                        directory,
                        new TaskInventory(file)::statementsOfDestination,
                        rowsPerSecond.orElse(file.snapshot().rowsPerSecond()),
                        listener)
                .run();
    }

    /** Returns the bases that were taken of the task and not deleted by dts-sync since, the newest first. */
    public BaseList bases() {
        return new BaseList(records().list(), file.topics().leastRetentionMillis(), Instant.now());
    }

    /** Reads a base again and compares it with what was written; needs no server. */
    public static BaseReport checkBase(Path directory, BaseListener listener) throws InterruptedException {
        return new BaseReport(BaseCheck.of(new BaseDirectory(directory), listener));
    }

    /**
     * Makes another database the source as of a commit.
     *
     * @param target a file that names it
     * @param asOf an LSN, a time or {@code latest}
     * @param follow whether to apply what comes later too, until the thread is interrupted
     * @return as of which LSN it is
     * @throws InterruptedException if the thread was interrupted; the same call resumes
     */
    public String into(Path target, String asOf, Optional<Path> base, boolean follow, RebuildListener listener)
            throws InterruptedException {
        Moment moment = Moment.parse(AS_OF, asOf);
        DatabaseSettings settings = new TaskFileReader().readTarget(target);
        return new Rebuild(file, settings, directory(base, settings, moment), listener)
                .run(moment, follow)
                .toString();
    }

    /**
     * The rows that were there when the task began are not in the topics. Of a directory that has bases, the newest one before the
     * moment is taken: it leaves the least to be replayed.
     */
    private BaseDirectory required(Optional<Path> base, Moment asOf) {
        BaseDirectory named = new BaseDirectory(base.orElseThrow(() -> new SyncException(
                FaultKind.USAGE,
                "The topics do not have the rows that were there when the task began, nor the tables' structure: name a base from before"
                        + " that moment with --base DIR.",
                "Take one while the task is in phase incremental: dts-sync base TASK.yaml --to DIR")));
        if (named.isComplete()) {
            return named;
        }
        List<BaseShelf.Shelved> bases = new BaseShelf(named.path(), file.name()).ofNewestSource();
        if (bases.isEmpty()) {
            return named;
        }
        return bases.stream()
                .filter(each -> isBefore(each.manifest().cut(), asOf))
                .map(BaseShelf.Shelved::directory)
                .findFirst()
                .orElseThrow(() -> new SyncException(
                        FaultKind.USAGE,
                        "The oldest base in directory " + named.path() + " is of "
                                + bases.get(bases.size() - 1).manifest().cut().lsn() + ", which is after that moment.",
                        "Use an earlier base: only what follows a base can be replayed."));
    }

    /** A database that a replay was begun in stays with its base. */
    private BaseDirectory directory(Optional<Path> base, DatabaseSettings target, Moment asOf) {
        if (base.isPresent() && !new BaseDirectory(base.get()).isComplete()) {
            Optional<String> begun = Rebuild.base(file, target);
            Optional<BaseDirectory> same = new BaseShelf(base.get(), file.name())
                    .bases().stream()
                            .map(BaseShelf.Shelved::directory)
                            .filter(each -> begun.equals(Optional.of(each.manifestDigest())))
                            .findFirst();
            if (same.isPresent()) {
                return same.get();
            }
        }
        return required(base, asOf);
    }

    private static boolean isBefore(BaseCut cut, Moment asOf) {
        if (asOf instanceof Moment.AtLsn at) {
            return at.lsn().reached(cut.lsn());
        }
        return !(asOf instanceof Moment.AtTime at)
                || cut.commitTimeMicros()
                        .map(micros ->
                                !Instant.EPOCH.plus(micros, ChronoUnit.MICROS).isAfter(at.time()))
                        .orElse(true);
    }

    /**
     * Writes the rows of one table as of a moment, without a database.
     *
     * @param table {@code schema.table}
     * @param asOf an LSN, a time or {@code latest}
     * @param out gets them; not closed
     * @return how many rows there are
     * @throws IOException if the stream takes no more, or the base cannot be read
     * @throws InterruptedException if the thread was interrupted
     */
    public long table(String table, String asOf, Optional<Path> base, StateForm form, OutputStream out)
            throws IOException, InterruptedException {
        return table(table, asOf, base, List.of(), form, out);
    }

    /**
     * Writes the same without the values of some columns.
     *
     * @param masks patterns {@code schema.table.column} with {@code *} and {@code ?}
     */
    public long table(
            String table, String asOf, Optional<Path> base, List<String> masks, StateForm form, OutputStream out)
            throws IOException, InterruptedException {
        int dot = table.indexOf('.');
        if (dot <= 0 || dot == table.length() - 1) {
            throw new SyncException(FaultKind.USAGE, table + " is no table.", "Write it as schema.table.");
        }
        TableName name = new TableName(table.substring(0, dot), table.substring(dot + 1));
        Moment moment = Moment.parse(AS_OF, asOf);
        return new StateReplay(file, required(base, moment)).table(name, moment, masks, form.sink(out));
    }

    /**
     * Writes the same into a file, which has its name once all rows are in it.
     *
     * @throws SyncException if it cannot be written
     */
    public long table(String table, String asOf, Optional<Path> base, List<String> masks, StateForm form, Path file)
            throws InterruptedException {
        if (Files.isDirectory(file)) {
            throw new SyncException(FaultKind.USAGE, file + " is a directory.", "Name a file.");
        }
        try (ResultFile result = ResultFile.of(file)) {
            long rows = table(table, asOf, base, masks, form, result.out());
            result.finish();
            return rows;
        } catch (IOException e) {
            throw new SyncException(
                    FaultKind.DATA,
                    "File " + file + " could not be written, or the base not read: " + FileFaults.reason(e) + ".",
                    "Check the directory, its rights and its room.",
                    e);
        }
    }

    /**
     * Compares what base and topics make of the tables with a database.
     *
     * @param against {@code destination}, or a file that names a database
     * @param asOf an LSN, a time or {@code latest}
     * @param key a file with the Ed25519 key that signs the statement; empty: it is not signed
     * @throws InterruptedException if the thread was interrupted
     */
    public StateProofReport compare(String against, String asOf, Optional<Path> base, Optional<Path> key)
            throws InterruptedException {
        Moment moment = Moment.parse(AS_OF, asOf);
        Optional<StatementKey> signing = key.map(StatementKey::read);
        DatabaseConnections database = against.equals(DESTINATION)
                ? Route.forReading(file).destination()
                : new DatabaseConnections(
                        End.DESTINATION,
                        new TaskFileReader().readTarget(Path.of(against)),
                        file.taskName().readerName());
        try {
            return StateProofReport.of(
                    new StateReplay(file, required(base, moment)).compare(database, moment),
                    Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                    against,
                    signing);
        } catch (IOException e) {
            throw new SyncException(FaultKind.DATA, "The base cannot be read: " + FileFaults.reason(e) + ".", "", e);
        }
    }
}
