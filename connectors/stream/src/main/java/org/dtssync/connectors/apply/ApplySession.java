package org.dtssync.connectors.apply;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.dtssync.connectors.apply.ApplySettings.AppliedTable;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.ChangeSink;
import org.dtssync.connectors.read.NumberedCut;
import org.dtssync.connectors.read.ReceivedChange;
import org.dtssync.connectors.read.StreamReader;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.TopicNames;
import org.dtssync.schemas.TopicTable;

/**
 * Applies one cut after the other within one session of the destination, as long as that session and the reader of the topics last.
 *
 * <p>Not thread-safe.
 */
final class ApplySession {

    private static final Duration IDLE_POLL = Duration.ofMillis(200);

    private final ApplySettings settings;
    private final Connection connection;
    private final StreamReader stream;
    private final Supplier<DestinationTransaction> transactions;
    private final TargetCatalog catalog;
    private final TopicNames names;
    private final ApplyListener listener;
    private final BooleanSupplier aborted;
    private final Optional<CarriedCommands> commands;

    /** Of the write under way. */
    private final Map<TableName, TableCount> counts = new HashMap<>();

    /**
     * Creates a session.
     *
     * @param settings tables and limits
     * @param connection where tables are looked up
     * @param stream what is applied
     * @param exact whether the destination's rows are those of the source at each change
     * @param faults what is wrong with a table, in words
     * @param transactions makes the transaction of each write
     * @param listener notified of every write
     * @param aborted whether to end as soon as possible
     * @param commands runs commands that change the structure; empty where none are carried
     */
    ApplySession(
            ApplySettings settings,
            Connection connection,
            StreamReader stream,
            boolean exact,
            DestinationFaults faults,
            Supplier<DestinationTransaction> transactions,
            ApplyListener listener,
            BooleanSupplier aborted,
            Optional<CarriedCommands> commands) {
        this.settings = settings;
        this.connection = connection;
        this.stream = stream;
        this.transactions = transactions;
        this.catalog = new TargetCatalog(settings.tables(), exact, faults);
        this.names = settings.reading().names();
        this.listener = listener;
        this.aborted = aborted;
        this.commands = commands;
    }

    /**
     * Applies until the goal is reached.
     *
     * @param from the applied position
     * @param goal whether to stop at an applied LSN
     * @param end nothing that committed behind it is applied
     */
    void run(AppliedPosition from, Predicate<Lsn> goal, Optional<Lsn> end) throws SQLException {
        AppliedPosition applied = from;
        while (!aborted.getAsBoolean() && !goal.test(applied.lsn())) {
            NumberedCut first = stream.peek(IDLE_POLL);
            if (first != null) {
                if (!isWithin(first, end)) {
                    applied = applyPart(first, applied, end.orElseThrow());
                } else if (first.hasCommands()) {
                    applied = applyCommands(first);
                } else {
                    applied = applyFrom(first, end);
                }
            }
        }
    }

    private static boolean isWithin(NumberedCut cut, Optional<Lsn> end) {
        return end.isEmpty() || end.get().reached(cut.end());
    }

    /**
     * Folds the first cut and as many waiting ones as fit, and writes them as one. A cut that is too large for memory is written in pieces, in one
     * destination transaction all the same.
     */
    private AppliedPosition applyFrom(NumberedCut first, Optional<Lsn> end) throws SQLException {
        CutBatch batch = new CutBatch(transactions.get(), settings.maximumChanges(), settings.maximumBytes(), aborted);
        NumberedCut last;
        NumberedCut next = first;
        long changes = 0;
        long begun = System.nanoTime();
        counts.clear();
        do {
            batch.begin(next, AppliedPosition.behind(next));
            lookUp(next);
            stream.read((table, cutEnd) -> open(batch, table, cutEnd, end));
            changes += next.cut().changes();
            last = next;
            next = stream.peek(Duration.ZERO);
        } while (next != null && isWithin(next, end) && !next.hasCommands() && batch.hasRoomFor(next.cut()));
        long read = System.nanoTime();
        listener.timed(ApplyStage.READ, read - begun);
        long written = batch.finish();
        listener.timed(ApplyStage.WRITE, written - read);
        listener.timed(ApplyStage.COMMIT, System.nanoTime() - written);
        AppliedPosition applied = AppliedPosition.behind(last);
        listener.applied(applied, last.cut().commitTimeMicros(), changes, perTable());
        return applied;
    }

    /** Writes the rows of a cut and runs its commands in the order in which they were made, in one transaction. */
    private AppliedPosition applyCommands(NumberedCut cut) throws SQLException {
        CarriedCommands carried = commands.orElseThrow(() -> new SyncException(
                FaultKind.SHAPE_CHANGED, "The transaction at " + cut.end() + " changes the structure.", ""));
        DestinationTransaction transaction = transactions.get();
        AppliedPosition applied = AppliedPosition.behind(cut);
        CutBatch batch = new CutBatch(transaction, settings.maximumChanges(), settings.maximumBytes(), aborted);
        counts.clear();
        CarriedCommands.Transaction running = carried.begin(connection, cut.end());
        try {
            batch.begin(cut, applied);
            batch.open();
            new CommandCut(batch, running).read(cut);
            batch.finish();
        } catch (SQLException | RuntimeException e) {
            transaction.rollback();
            running.failed(e);
            throw e;
        }
        listener.applied(applied, cut.cut().commitTimeMicros(), cut.cut().changes(), perTable());
        return applied;
    }

    /** A cut whose changes and commands are taken one after the other. */
    private final class CommandCut {

        private final CutBatch batch;
        private final CarriedCommands.Transaction running;
        private CarriedCommands.Effect effect = CarriedCommands.Effect.NONE;

        CommandCut(CutBatch batch, CarriedCommands.Transaction running) {
            this.batch = batch;
            this.running = running;
        }

        void read(NumberedCut cut) {
            stream.readInOrder(table -> isRead(table, cut), this::take);
        }

        /** One of the commands may make a table that is not known yet, or that has left the task under this name before. */
        private boolean isRead(TableName name, NumberedCut cut) {
            if (!catalog.knows(name)) {
                return true;
            }
            AppliedTable table = catalog.applied(name);
            return table.applyAfter().equals(AppliedTable.NEVER) || !table.leavesOut(cut.end());
        }

        private void take(ReceivedChange change) {
            try {
                if (change.table().equals(CarriedCommands.TABLE)) {
                    batch.flush();
                    effect = running.run(change.decode().texts());
                    catalog.change(effect.tables());
                    Failpoint.APPLY_COMMAND_RUN.reached();
                } else {
                    add(change);
                }
            } catch (SQLException e) {
                throw SqlFaults.explain("Changes could not be written to the destination", e);
            }
        }

        private void add(ReceivedChange change) {
            AppliedTable table = catalog.applied(change.table());
            if (table.leavesOut(change.commit())) {
                return;
            }
            TargetChanges target = target(table);
            if (effect.rewritten().filter(change.table()::equals).isPresent()) {
                batch.addImage(target, change);
            } else {
                batch.add(target, change);
            }
            counts.computeIfAbsent(change.table(), absent -> new TableCount()).changes++;
        }
    }

    /** Applies what a cut has up to a position inside it. The cut before it stays the last one that is applied as a whole. */
    private AppliedPosition applyPart(NumberedCut cut, AppliedPosition before, Lsn end) throws SQLException {
        CutBatch batch = new CutBatch(transactions.get(), settings.maximumChanges(), settings.maximumBytes(), aborted);
        AppliedPosition applied = new AppliedPosition(end, before.cutOffset());
        counts.clear();
        batch.begin(cut, applied);
        // A cut with commands is a single transaction, which is behind the end, and may have tables that no command has
        // made yet.
        boolean whollyBehind = cut.hasCommands();
        stream.read((table, cutEnd) -> whollyBehind ? Optional.empty() : open(batch, table, cutEnd, Optional.of(end)));
        batch.finish();
        listener.applied(applied, null, cut.cut().changes(), perTable());
        return applied;
    }

    private Map<TableName, Long> perTable() {
        Map<TableName, Long> changes = new HashMap<>();
        counts.forEach((table, count) -> changes.put(table, count.changes));
        return changes;
    }

    /** How many changes of a table a write has. */
    private static final class TableCount {
        private long changes;
    }

    /** A table that was dropped or reloaded since is not read: its topic need not exist any more. */
    private Optional<ChangeSink> open(CutBatch batch, TableName name, Lsn cutEnd, Optional<Lsn> end) {
        AppliedTable table = catalog.applied(name);
        if (table.leavesOut(cutEnd)) {
            return Optional.empty();
        }
        TargetChanges target = target(table);
        TableCount count = counts.computeIfAbsent(name, absent -> new TableCount());
        return Optional.of(change -> {
            boolean within = end.isEmpty() || end.get().reached(change.commit());
            if (within && !table.leavesOut(change.commit())) {
                batch.add(target, change);
                count.changes++;
            }
        });
    }

    /** Asks for all tables of a cut at once: one after the other, hundreds of them wait for the server again and again. */
    private void lookUp(NumberedCut cut) throws SQLException {
        List<AppliedTable> tables = new ArrayList<>();
        for (Cut.CutPartition part : cut.cut().partitions()) {
            TopicTable name = names.tableOf(part.topic());
            AppliedTable table = catalog.applied(new TableName(name.schema(), name.table()));
            if (!table.leavesOut(cut.end())) {
                tables.add(table);
            }
        }
        catalog.prepare(connection, tables);
    }

    private TargetChanges target(AppliedTable table) {
        try {
            return catalog.changes(connection, table);
        } catch (SQLException e) {
            throw SqlFaults.explain("Changes could not be written to the destination", e);
        }
    }
}
