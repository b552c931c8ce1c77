package org.dtssync.app.replay;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.runtime.Route;
import org.dtssync.connectors.apply.CarriedCommands;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.DescribedChange;
import org.dtssync.connectors.read.ReceivedChange;
import org.dtssync.schemas.StateMigrations;

/**
 * Answers questions about a task's history from its topics. It reads them without a consumer group, and neither reads nor writes the
 * task's state. Immutable; thread-safe.
 *
 * @param file the task file, with embedded servers resolved to their addresses
 */
public record Replay(TaskFile file) {

    private static final long LOW_BITS = 0xFFFF_FFFFL;

    /**
     * Passes on the changes that are asked for, whole transactions in the order of their commits.
     *
     * @throws SyncException if the topics do not have them
     * @throws IOException if the sink takes no more
     * @throws InterruptedException if the thread was interrupted
     */
    public void changes(ChangesQuestion question, HistorySink sink) throws IOException, InterruptedException {
        if (!question.masks().isEmpty()) {
            MaskedHistory masked = masked(question.masks(), sink);
            changes(question.masked(), masked);
            masked.end();
            return;
        }
        Predicate<TableName> tables = tables(question.tables());
        ReplayTopics topics = ReplayTopics.of(file);
        ChangeHistory history = ChangeHistory.find(
                topics,
                question.from(),
                question.to(),
                question.commands() ? tables.or(CarriedCommands.TABLE::equals) : tables);
        if (question.where().isEmpty()) {
            read(history, question, tables, sink);
            return;
        }
        try (RowCondition condition =
                new RowCondition(question.where().get(), Route.forReading(file).destination(), sink)) {
            read(history, question, tables, condition);
        }
    }

    /** A mask of a table that does not exist is misspelled, and would leave values visible. */
    private MaskedHistory masked(List<String> patterns, HistorySink sink) {
        ColumnMasks masks = new ColumnMasks(patterns);
        for (String unmatched : unmatched(masks.tables())) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "--mask names table " + unmatched + ", which is not in the topics.",
                    "Check how the table is written.");
        }
        return new MaskedHistory(masks, sink);
    }

    /** Returns those of the patterns, {@code schema.table} with {@code *} and {@code ?}, that match no table which has changes. */
    public List<String> unmatched(List<String> patterns) {
        Set<TableName> known = ReplayTopics.of(file).tables();
        return patterns.stream()
                .filter(pattern -> known.stream().noneMatch(tables(List.of(pattern))))
                .toList();
    }

    /** Our own heartbeat changes each second; it is left out unless it is named. */
    private static Predicate<TableName> tables(List<String> patterns) {
        for (String pattern : patterns) {
            if (pattern.indexOf('.') < 0) {
                throw new SyncException(
                        FaultKind.USAGE,
                        "--table " + pattern + " has no schema.",
                        "Write it as SCHEMA.TABLE, or *.TABLE.");
            }
        }
        if (patterns.isEmpty()) {
            return table -> !table.schema().equals(StateMigrations.SCHEMA);
        }
        ObjectSelection selection = new ObjectSelection(patterns, List.of(), ObjectSelection.Owners.KEEP);
        return table -> selection.selects(table.schema(), table.table());
    }

    private static void read(
            ChangeHistory history, ChangesQuestion question, Predicate<TableName> tables, HistorySink sink)
            throws IOException, InterruptedException {
        OptionalLong transaction = question.transaction();
        long wanted = transaction.orElse(0) & LOW_BITS;
        HistoryAssembler assembler = new HistoryAssembler(sink);
        ShownCommands commands = new ShownCommands(question.tables().isEmpty(), tables, sink);
        ReceivingThread thread = new ReceivingThread(new ChangeHistory.Receiver() {
            @Override
            public void accept(ReceivedChange change) throws IOException {
                DescribedChange described = change.describe();
                boolean isWanted = transaction.isEmpty() || described.change().transaction() == wanted;
                if (!isWanted || !history.hasTime(described)) {
                    return;
                }
                boolean isCommand = change.table().equals(CarriedCommands.TABLE);
                if (isCommand && question.commands()) {
                    assembler.end();
                    commands.add(described);
                } else {
                    assembler.add(described);
                }
            }

            @Override
            public void endCut() throws IOException {
                assembler.end();
                commands.end();
            }

            @Override
            public void beginAgain(Lsn lsn) {
                ChangeHistory.warnOfBeginning(lsn);
            }

            @Override
            public void caughtUp() throws IOException {
                sink.flush();
            }
        });
        try (thread) {
            read(history, question.follow(), thread);
        } catch (InterruptedException | SyncException e) {
            flush(thread, sink, e);
            throw e;
        } catch (ReceivingThread.Interrupted e) {
            Thread.interrupted();
            flush(thread, sink, e);
            throw (InterruptedException) new InterruptedException(e.getMessage()).initCause(e);
        }
    }

    /** What comes before a fault of the topics is still passed on. */
    private static void read(ChangeHistory history, boolean follow, ReceivingThread thread)
            throws IOException, InterruptedException {
        try {
            history.read(follow, thread);
        } catch (SyncException e) {
            if (!Thread.currentThread().isInterrupted()) {
                thread.finish();
            }
            throw e;
        }
        thread.finish();
    }

    /** What was printed before an end or a fault is whole lines. A thread that still prints has nobody who reads it. */
    private static void flush(ReceivingThread thread, HistorySink sink, Exception fault) throws IOException {
        try {
            if (thread.hasEnded()) {
                sink.flush();
            }
        } catch (SyncException again) {
            // The first one says why.
            if (again != fault) {
                fault.addSuppressed(again);
            }
        }
    }

    /**
     * Passes on the history of one row, through changes of its key.
     *
     * @return how many changes it has
     * @throws SyncException if the topics do not have it, or the columns do not identify a row
     * @throws IOException if the sink takes no more
     * @throws InterruptedException if the thread was interrupted
     */
    public long row(RowQuestion question, HistorySink sink) throws IOException, InterruptedException {
        RowHistory history = new RowHistory(ReplayTopics.of(file), question);
        if (question.masks().isEmpty()) {
            return history.read(sink);
        }
        MaskedHistory masked = masked(question.masks(), sink);
        long changes = history.read(masked);
        masked.end();
        return changes;
    }

    /**
     * Computes the chain of digests again and compares it with the one in the cuts.
     *
     * @param from the first cut to prove; empty: the first one that has a digest
     * @param to the last cut to prove; empty: the last one
     */
    public ProofResult prove(Optional<Moment> from, Optional<Moment> to) throws InterruptedException {
        return new Proof(ReplayTopics.of(file), from, to).run();
    }
}
