package org.dtssync.connectors.apply;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.apply.ApplySettings.AppliedTable;
import org.dtssync.connectors.avro.CutCodec;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Fence;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SoleSession;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.ChangeHeaders;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.TopicNames;
import org.dtssync.schemas.TopicTable;

/**
 * Applies cuts to the destination: reads up to a cut, folds to the last change per key, writes set-wise, and commits the data
 * and the position in one transaction.
 *
 * <p>One object runs once at a time, in the thread that calls it; {@link #stop} and {@link #abort} may come from others.
 */
public final class Applier {

    private static final Duration IDLE_POLL = Duration.ofMillis(200);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(60);

    private static final int LONG_RECORD_BYTES = 1 << 16;

    /** Tables that go into one write, unless a single cut has more: each takes some of the server's room for locks. */
    private static final int MAXIMUM_TABLES = 600;

    private final ApplySettings settings;
    private final SoleSession destination;
    private final Fence fence;
    private final Converter keyConverter;
    private final Converter valueConverter;
    private final CutCodec codec;
    private final ApplyListener listener;
    private final TopicNames names;
    private final BatchWriter writer = new BatchWriter();
    private final AtomicReference<Connection> open = new AtomicReference<>();
    private volatile boolean stopped;

    /**
     * Creates an applier; nothing is opened yet.
     *
     * @param settings what is applied
     * @param destination the session there of whatever applies this task in this process
     * @param fence the right to write there
     * @param keyConverter reads keys; used by this applier alone
     * @param valueConverter reads envelopes; used by this applier alone
     * @param codec reads cuts; used by this applier alone
     * @param listener told how it gets on
     */
    public Applier(
            ApplySettings settings,
            SoleSession destination,
            Fence fence,
            Converter keyConverter,
            Converter valueConverter,
            CutCodec codec,
            ApplyListener listener) {
        this.settings = settings;
        this.destination = destination;
        this.fence = fence;
        this.keyConverter = keyConverter;
        this.valueConverter = valueConverter;
        this.codec = codec;
        this.listener = listener;
        this.names = new TopicNames(settings.task());
    }

    /** Asks a running applier to end after the write it is at; returns at once. */
    public void stop() {
        stopped = true;
    }

    /** Ends the connection of a running applier, so that a write that takes long is rolled back; returns at once. */
    public void abort() {
        stopped = true;
        Connection connection = open.get();
        if (connection != null) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException e) {
                throw SqlFaults.explain("A write to the destination could not be interrupted", e);
            }
        }
    }

    /**
     * Applies before the consistency point: rows may be there already or not yet.
     *
     * @param rows completes rows whose values were not sent
     * @param goal tells from the applied LSN whether to end
     * @throws SyncException on any fault; call again to go on from the applied position
     */
    public void converge(CatchUpRows rows, Predicate<Lsn> goal) {
        run(WriteMode.CONVERGE, Optional.of(rows), goal);
    }

    /**
     * Applies after the consistency point: every statement must find exactly the rows it is for.
     *
     * @param goal tells from the applied LSN whether to end
     * @throws SyncException on any fault; call again to go on from the applied position
     */
    public void follow(Predicate<Lsn> goal) {
        run(WriteMode.EXACT, Optional.empty(), goal);
    }

    private void run(WriteMode mode, Optional<CatchUpRows> rows, Predicate<Lsn> goal) {
        try (Connection connection = destination.open()) {
            open.set(connection);
            prepare(connection);
            AppliedPosition position = AppliedPosition.read(connection, settings.task())
                    .orElseThrow(() -> new SyncException(
                            FaultKind.FENCED, "Task " + settings.task() + " has no position: it was released.", ""));
            try (TopicCheck check = new TopicCheck(settings.task(), settings.kafka());
                    CutReader cuts = new CutReader(settings, codec, position, check);
                    ChangeReader changes = new ChangeReader(settings.kafka(), READ_TIMEOUT, check)) {
                new Run(connection, check, cuts, changes, mode, rows).loop(position, goal);
            }
        } catch (SQLException e) {
            throw SqlFaults.explain("Changes could not be written to the destination", e);
        } finally {
            open.set(null);
        }
    }

    /**
     * Triggers and foreign keys must not act on what the source's have done already. A commit that a crash of the server
     * loses takes its position with it, so there is no need to wait for the disk.
     */
    private void prepare(Connection connection) throws SQLException {
        new ReplicaRole(settings.tables()).take(connection);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET synchronous_commit = off");
        }
        connection.setAutoCommit(false);
    }

    /** One connection's worth of applying. */
    private final class Run {

        private final Connection connection;
        private final CutReader cuts;
        private final ChangeReader reader;
        private final TopicCheck check;
        private final WriteMode mode;
        private final Optional<CatchUpRows> rows;
        private final TargetCatalog catalog = new TargetCatalog(settings.tables());
        private final Map<String, ChangeDecoder> decoders = new HashMap<>();
        private final Map<String, TargetTable> tables = new HashMap<>();
        private final Map<String, AppliedTable> applied = new HashMap<>();

        Run(
                Connection connection,
                TopicCheck check,
                CutReader cuts,
                ChangeReader reader,
                WriteMode mode,
                Optional<CatchUpRows> rows) {
            this.connection = connection;
            this.check = check;
            this.cuts = cuts;
            this.reader = reader;
            this.mode = mode;
            this.rows = rows;
        }

        void loop(AppliedPosition from, Predicate<Lsn> goal) throws SQLException {
            AppliedPosition position = from;
            while (!stopped && !goal.test(position.lsn())) {
                CutReader.NumberedCut next = cuts.peek(IDLE_POLL);
                if (next == null) {
                    continue;
                }
                position = applyWaiting(position.lsn());
            }
        }

        /**
         * Folds as many cuts as wait and fit, and writes them as one. What is too big for memory is written in pieces, in one
         * transaction of the destination all the same.
         */
        private AppliedPosition applyWaiting(Lsn after) throws SQLException {
            Pieces pieces = new Pieces(after);
            CutReader.NumberedCut last = null;
            long changes = 0;
            for (CutReader.NumberedCut next = cuts.peek(Duration.ZERO);
                    next != null && (last == null || pieces.hasRoomFor(next.cut()));
                    next = cuts.peek(Duration.ZERO)) {
                pieces.goTo(next);
                List<Cut.CutPartition> wanted = prepareTables(next.cut());
                reader.prepare(wanted);
                for (Cut.CutPartition part : wanted) {
                    reader.read(part, pieces::add);
                }
                if (wanted.size() == next.cut().partitions().size()) {
                    pieces.requireComplete();
                }
                cuts.take();
                changes += next.cut().changes();
                last = next;
            }
            pieces.finish();
            listener.applied(position(last), last.cut().commitTimeMicros(), changes);
            return position(last);
        }

        private AppliedPosition position(CutReader.NumberedCut cut) {
            return new AppliedPosition(new Lsn(cut.cut().lsn()), cut.offset());
        }

        /**
         * Returns the stretches that have to be read. Those of a table that was dropped or loaded anew since are not: its topic
         * need not even be there any more.
         */
        private List<Cut.CutPartition> prepareTables(Cut cut) throws SQLException {
            List<Cut.CutPartition> wanted = new ArrayList<>();
            for (Cut.CutPartition part : cut.partitions()) {
                TopicTable name = names.tableOf(part.topic());
                AppliedTable known = catalog.applied(new TableName(name.schema(), name.table()));
                applied.put(part.topic(), known);
                if (known.leavesOut(new Lsn(cut.lsn()))) {
                    continue;
                }
                wanted.add(part);
                if (!tables.containsKey(part.topic())) {
                    TargetTable table = catalog.table(connection, known.table());
                    tables.put(part.topic(), table);
                    decoders.put(part.topic(), new ChangeDecoder(table, known.earlier(), keyConverter, valueConverter));
                }
            }
            return wanted;
        }

        private void write(AppliedPosition position, BatchFold batch) throws SQLException {
            begin(position);
            Optional<LateRows> late = complete(batch);
            // What was read from the source raised the consistency point, and must not be taken back with the attempt.
            Savepoint completed = rows.isPresent() ? connection.setSavepoint() : null;
            try {
                writer.write(connection, batch, mode, false);
            } catch (SQLException e) {
                if (!UniqueConflict.is(e)) {
                    throw e;
                }
                if (completed == null) {
                    connection.rollback();
                    begin(position);
                } else {
                    connection.rollback(completed);
                }
                writer.writeAnew(connection, batch, mode);
            }
            write(late);
            Failpoint.APPLY_ROWS_WRITTEN.reached();
            connection.commit();
            Failpoint.APPLY_COMMITTED.reached();
        }

        private void begin(AppliedPosition position) throws SQLException {
            position.advance(connection, fence);
            Failpoint.APPLY_POSITION_ADVANCED.reached();
        }

        private Optional<LateRows> complete(BatchFold batch) throws SQLException {
            return rows.isPresent() ? Optional.of(rows.get().complete(connection, batch.keyed())) : Optional.empty();
        }

        private void write(Optional<LateRows> late) throws SQLException {
            if (late.isPresent()) {
                late.get().write(connection, writer);
            }
        }

        /** Collects changes and writes them whenever there are too many to be held. */
        private final class Pieces {

            private Cut cut;
            private boolean overlaps;
            private final CommitPositions commits = new CommitPositions();
            private Lsn after;
            private long read;
            private final Set<String> topics = new HashSet<>();
            private BatchFold batch = new BatchFold();
            private AppliedPosition position;
            private long bytes;
            private boolean begun;

            Pieces(Lsn after) {
                this.after = after;
            }

            void goTo(CutReader.NumberedCut next) {
                after = cut == null ? after : new Lsn(cut.lsn());
                cut = next.cut();
                cut.partitions().forEach(part -> topics.add(part.topic()));
                overlaps = next.overlaps();
                read = 0;
                position = Run.this.position(next);
            }

            boolean hasRoomFor(Cut next) {
                return !begun
                        && batch.changes() + next.changes() <= settings.maximumChanges()
                        && hasRoomForTables(next)
                        && bytes < settings.maximumBytes();
            }

            private boolean hasRoomForTables(Cut next) {
                long more = next.partitions().stream()
                        .filter(part -> !topics.contains(part.topic()))
                        .count();
                return topics.size() + more <= MAXIMUM_TABLES;
            }

            void add(ConsumerRecord<byte[], byte[]> record) {
                Lsn commit = commits.of(record, cut);
                read++;
                if (overlaps && after.reached(commit)) {
                    return;
                }
                requireOfCut(record, commit);
                if (applied.get(record.topic()).leavesOut(commit)) {
                    return;
                }
                if (isFull() && !completesMove(record)) {
                    try {
                        writePiece();
                    } catch (SQLException e) {
                        throw SqlFaults.explain("Changes could not be written to the destination", e);
                    }
                }
                batch.add(
                        tables.get(record.topic()), decoders.get(record.topic()).decode(record, commit));
                bytes += heldBytes(record);
            }

            /** A long text of another alphabet takes two bytes a character here, and one in the record if most are Latin. */
            private long heldBytes(ConsumerRecord<byte[], byte[]> record) {
                int size = record.serializedValueSize();
                return size > LONG_RECORD_BYTES ? 2L * size : size;
            }

            /** Whatever was done to a topic, nothing is taken for a change of a cut that is none, and none is missed. */
            private void requireOfCut(ConsumerRecord<byte[], byte[]> record, Lsn commit) {
                if (after.reached(commit) || !new Lsn(cut.lsn()).reached(commit)) {
                    throw check.incomplete(
                            record.topic(),
                            "has a record at offset " + record.offset() + " that does not belong to cut "
                                    + cut.sequence());
                }
            }

            void requireComplete() {
                if (read != cut.changes()) {
                    throw check.lostRecords(cut, read);
                }
            }

            private boolean isFull() {
                return batch.changes() >= settings.maximumChanges() || bytes >= settings.maximumBytes();
            }

            /** The first half of a move takes away the row whose unsent values the second half needs. */
            private boolean completesMove(ConsumerRecord<byte[], byte[]> record) {
                return record.headers().lastHeader(ChangeHeaders.OLD_KEY) != null;
            }

            void finish() throws SQLException {
                try {
                    if (begun) {
                        writePiece();
                        connection.commit();
                    } else {
                        write(position, batch);
                    }
                } catch (SQLException | RuntimeException e) {
                    connection.rollback();
                    throw e;
                }
            }

            private void writePiece() throws SQLException {
                if (stopped) {
                    throw new SyncException(FaultKind.TRANSIENT, "The write was stopped.", "");
                }
                if (!begun) {
                    begin(position);
                    begun = true;
                }
                Optional<LateRows> late = complete(batch);
                writer.writePiece(connection, batch, mode);
                write(late);
                Failpoint.APPLY_PIECE_WRITTEN.reached();
                batch = new BatchFold();
                bytes = 0;
            }
        }
    }
}
