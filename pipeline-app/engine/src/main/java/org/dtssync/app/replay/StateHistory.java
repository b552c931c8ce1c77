package org.dtssync.app.replay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.dtssync.app.base.BaseCut;
import org.dtssync.app.base.BaseManifest;
import org.dtssync.app.base.BaseTable;
import org.dtssync.app.config.TaskFile;
import org.dtssync.connectors.apply.CarriedCommands;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.CutPosition;
import org.dtssync.connectors.read.CutRecord;
import org.dtssync.connectors.read.CutScan;
import org.dtssync.connectors.read.NumberedCut;
import org.dtssync.connectors.read.ReceivedChange;
import org.dtssync.connectors.read.RecordScan;
import org.dtssync.connectors.read.StreamReader;
import org.dtssync.connectors.read.TableChange;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.Cut.CutPartition;
import org.dtssync.schemas.StateMigrations;
import org.dtssync.schemas.TopicNames;
import org.dtssync.schemas.TopicTable;

/**
 * What happened between a base and a moment: found, and known to be whole, before anything is done with it. Immutable; thread-safe.
 *
 * <p>As of an LSN means every transaction whose commit record ends there or before it. As of a time means every transaction before the
 * first one that committed later, as PostgreSQL's recovery to a time has it.
 */
public final class StateHistory {

    private static final Duration CUT_TIMEOUT = Duration.ofSeconds(60);

    /** Transactions can have their times in the other order by so much. */
    private static final long DISORDER_MICROS = 60_000_000;

    private static final String TAKE_BASE = "Take another base: dts-sync base TASK.yaml --to DIR.";

    private final ReplayTopics topics;
    private final BaseCut base;
    private final Set<TableName> tables;
    private final Lsn end;
    private final CommandHistory commands;
    private final Set<TableName> commanded;

    /** Receives changes of the tables, and commands, in the order in which they were made. */
    @FunctionalInterface
    public interface Receiver {

        /**
         * Receives a change.
         *
         * @throws IOException if whatever it is written to takes no more
         */
        void accept(TableChange change) throws IOException;
    }

    private StateHistory(
            ReplayTopics topics, BaseManifest manifest, Set<TableName> tables, Lsn end, CommandHistory commands) {
        this.topics = topics;
        this.base = manifest.cut();
        this.tables = tables;
        this.end = end;
        this.commands = commands;
        this.commanded = commands.commanded(manifest);
    }

    /**
     * Finds the history.
     *
     * @throws SyncException in one sentence if the topics do not lead from the base to the moment
     */
    public static StateHistory of(TaskFile file, BaseManifest manifest, Moment asOf) {
        ReplayTopics topics = ReplayTopics.of(file);
        requireTask(file, manifest);
        BaseCut base = manifest.cut();
        Set<TableName> tables = new HashSet<>();
        manifest.tables().stream().map(BaseTable::table).forEach(tables::add);
        try (CutScan cuts = topics.cuts()) {
            requireSameTopics(cuts, base);
            Cut last = cuts.last().map(CutRecord::cut).orElseThrow();
            CommandHistory commands = commands(topics, cuts, base);
            tables.addAll(commands.names());
            Lsn end = end(topics, cuts, base, tables, asOf, last);
            if (!end.reached(base.lsn())) {
                throw new SyncException(
                        FaultKind.USAGE,
                        "The base is of " + base.lsn() + time(base.commitTimeMicros()) + ", which is after "
                                + written(asOf) + ".",
                        "Use an earlier base: only what follows a base can be replayed.");
            }
            StateHistory history = new StateHistory(topics, manifest, tables, end, commands.upTo(end));
            history.requireWhole(cuts);
            topics.requireNotCompacted(tables);
            return history;
        }
    }

    private static CommandHistory commands(ReplayTopics topics, CutScan cuts, BaseCut base) {
        try {
            return CommandHistory.read(topics, cuts, new CutPosition(base.lsn(), base.offset()));
        } catch (SyncException e) {
            throw e.kind() == FaultKind.TOPIC && e.remedy().isEmpty()
                    ? new SyncException(e.kind(), e.what(), TAKE_BASE, e)
                    : e;
        }
    }

    private static void requireTask(TaskFile file, BaseManifest manifest) {
        if (!manifest.task().equals(file.name())) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "The base is of task " + manifest.task() + ", not of task " + file.name() + ".",
                    "Name a base of this task.");
        }
    }

    private static void requireSameTopics(CutScan cuts, BaseCut base) {
        if (!base.isIn(cuts)) {
            throw new SyncException(
                    FaultKind.TOPIC,
                    "The topics are not those the base was taken from: they do not have its cut " + base.number()
                            + " at " + base.lsn() + ".",
                    "Check kafka bootstrap.servers. If the topics were created again, take another base.");
        }
    }

    private static Lsn end(
            ReplayTopics topics, CutScan cuts, BaseCut base, Set<TableName> tables, Moment asOf, Cut last) {
        Lsn newest = new Lsn(last.lsn());
        if (asOf instanceof Moment.AtLsn at) {
            if (!newest.reached(at.lsn())) {
                throw notYet(at.lsn().toString(), newest.toString());
            }
            return at.lsn();
        }
        if (asOf instanceof Moment.AtTime at) {
            return before(topics, cuts, base, tables, at.micros(), last);
        }
        return newest;
    }

    private static SyncException notYet(String asked, String reached) {
        return new SyncException(
                FaultKind.USAGE,
                "The topics reach " + reached + " only, and " + asked + " is later.",
                "Wait until the task has captured it, or write latest.");
    }

    /** Returns the position before the first transaction that committed later than a time. */
    private static Lsn before(
            ReplayTopics topics, CutScan cuts, BaseCut base, Set<TableName> tables, long micros, Cut last) {
        if (base.commitTimeMicros().map(time -> time > micros).orElse(false)) {
            return Lsn.ZERO;
        }
        long earliest = micros - DISORDER_MICROS;
        CutPosition from = new CutPosition(base.lsn(), base.offset());
        Optional<CutRecord> near =
                cuts.find(cut -> cut.commitTimeMicros() != null && cut.commitTimeMicros() >= earliest);
        if (near.isPresent() && near.get().offset() > base.offset()) {
            CutRecord step =
                    cuts.at(Math.max(base.offset(), near.get().offset() - 16)).orElseThrow();
            from = step.offset() < near.get().offset() ? step.position() : from;
        }
        try (StreamReader reader = topics.changes(from)) {
            Lsn[] later = new Lsn[1];
            Lsn newest = new Lsn(last.lsn());
            Lsn reached = from.lsn();
            while (later[0] == null && !reached.reached(newest)) {
                NumberedCut next = next(reader);
                reader.readInOrder(table -> isRead(tables, table), change -> {
                    Long time = later[0] == null ? change.describe().commitTimeMicros() : null;
                    if (time != null && time > micros) {
                        later[0] = change.commit();
                    }
                });
                reached = next.end();
            }
            if (later[0] != null) {
                return new Lsn(later[0].value() - 1);
            }
            Long time = last.commitTimeMicros();
            if (time == null || time < micros) {
                throw notYet(text(micros), time == null ? "no time" : text(time));
            }
            return newest;
        }
    }

    private static boolean isRead(Set<TableName> tables, TableName table) {
        return tables.contains(table) || table.schema().equals(StateMigrations.SCHEMA);
    }

    private static NumberedCut next(StreamReader reader) {
        NumberedCut next = reader.peek(CUT_TIMEOUT);
        if (next == null) {
            throw new SyncException(FaultKind.CONNECTION, "Kafka did not deliver the cuts in time.", "");
        }
        return next;
    }

    private static String text(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
    }

    private static String time(Optional<Long> micros) {
        return micros.map(value -> " (" + text(value) + ")").orElse("");
    }

    private static String written(Moment moment) {
        if (moment instanceof Moment.AtLsn at) {
            return at.lsn().toString();
        }
        return moment instanceof Moment.AtTime at ? at.time().toString() : "latest";
    }

    /** Looks into the topics for every record that the history needs, without reading it. */
    private void requireWhole(CutScan cuts) {
        TopicNames names = topics.names();
        cuts.seek(base.offset() + 1);
        Lsn reached = base.lsn();
        try (RecordScan records = topics.records()) {
            for (CutRecord record = cuts.next(); record != null && !reached.reached(end); record = cuts.next()) {
                Cut cut = record.cut();
                if (cut.sequence() == 0) {
                    throw begunAgain(reached, new Lsn(cut.lsn()));
                }
                for (CutPartition part : cut.partitions()) {
                    TopicTable table = names.tableOf(part.topic());
                    requireThere(new TableName(table.schema(), table.table()), part, records);
                }
                reached = Lsn.max(reached, new Lsn(cut.lsn()));
            }
        }
    }

    /** Whatever reached the database in between came from the destination, or while no stream recorded it. */
    private static SyncException begunAgain(Lsn before, Lsn after) {
        return new SyncException(
                FaultKind.TOPIC,
                "The stream begins again at " + after
                        + ", after a rollback or because the task was begun again: changes between " + before
                        + " and that position are not in these topics.",
                "Name a moment up to " + before + ", or use a base that was taken later. " + TAKE_BASE);
    }

    private void requireThere(TableName table, CutPartition part, RecordScan records) {
        if (table.schema().equals(StateMigrations.SCHEMA)) {
            return;
        }
        if (!tables.contains(table)) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "Table " + table + " has changes behind the base, which does not have it.",
                    "It joined the task later: take another base. " + TAKE_BASE);
        }
        if (!records.has(part)) {
            throw new SyncException(
                    FaultKind.TOPIC,
                    "Topic " + part.topic() + " no longer has the changes of table " + table + " from offset "
                            + part.firstOffset() + " on, which follow the base.",
                    new WholeHistory(topics, tables::contains)
                                    .beginning()
                                    .map(lsn -> "A base of " + lsn + " or later would help. ")
                                    .orElse("")
                            + TAKE_BASE);
        }
    }

    /** Returns the commands that changed the structure. */
    CommandHistory commands() {
        return commands;
    }

    /** Returns the position before the first command that changed the structure; empty if there is none. */
    public Optional<Lsn> beforeCommands() {
        return commands.before();
    }

    /** Returns the tables of the base that commands changed. */
    public Set<TableName> commanded() {
        return commanded;
    }

    /** Returns up to which position transactions belong to it. */
    public Lsn end() {
        return end;
    }

    /**
     * Reads the changes.
     *
     * @param wanted the tables whose changes are needed, of those in the base
     * @throws IOException if the receiver takes no more
     * @throws InterruptedException if the thread was interrupted
     */
    public void read(Predicate<TableName> wanted, Receiver receiver) throws IOException, InterruptedException {
        Lsn reached = base.lsn();
        try (StreamReader reader = topics.changes(new CutPosition(base.lsn(), base.offset()))) {
            while (!reached.reached(end)) {
                NumberedCut next = next(reader);
                reader.readInOrder(
                        table -> table.equals(CarriedCommands.TABLE) || (tables.contains(table) && wanted.test(table)),
                        change -> pass(change, receiver));
                reached = next.end();
                if (Thread.interrupted()) {
                    throw new InterruptedException("The replay was interrupted");
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void pass(ReceivedChange change, Receiver receiver) {
        if (end.reached(change.commit())) {
            try {
                receiver.accept(change.decode());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
