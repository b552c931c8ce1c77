package org.dtssync.connectors.apply;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.apply.ApplySettings.AppliedTable;
import org.dtssync.connectors.avro.CutCodec;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Fence;
import org.dtssync.connectors.postgres.Lsn;
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

    private final ApplySettings settings;
    private final DatabaseConnections destination;
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
     * @param destination connections to the destination
     * @param fence the right to write there
     * @param keyConverter reads keys; used by this applier alone
     * @param valueConverter reads envelopes; used by this applier alone
     * @param codec reads cuts; used by this applier alone
     * @param listener told how it gets on
     */
    public Applier(
            ApplySettings settings,
            DatabaseConnections destination,
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
            try (CutReader cuts = new CutReader(settings.task(), settings.kafka(), codec, position);
                    ChangeReader changes = new ChangeReader(settings.kafka(), READ_TIMEOUT)) {
                new Run(connection, cuts, changes, mode, rows).loop(position, goal);
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
        private final WriteMode mode;
        private final Optional<CatchUpRows> rows;
        private final TargetCatalog catalog = new TargetCatalog(settings.tables());
        private final Map<String, ChangeDecoder> decoders = new HashMap<>();
        private final Map<String, TargetTable> tables = new HashMap<>();
        private final Map<String, AppliedTable> applied = new HashMap<>();
        private long bytes;

        Run(Connection connection, CutReader cuts, ChangeReader reader, WriteMode mode, Optional<CatchUpRows> rows) {
            this.connection = connection;
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
                position = next.cut().changes() > settings.maximumChanges() ? large() : folded();
            }
        }

        /** Folds as many cuts as wait and fit, and writes them as one. */
        private AppliedPosition folded() throws SQLException {
            BatchFold batch = new BatchFold();
            CutReader.NumberedCut last = null;
            bytes = 0;
            for (CutReader.NumberedCut next = cuts.peek(Duration.ZERO);
                    next != null && (last == null || fits(batch, next.cut()));
                    next = cuts.peek(Duration.ZERO)) {
                fold(batch, next.cut());
                cuts.take();
                last = next;
            }
            AppliedPosition position = position(last);
            write(position, batch);
            listener.applied(position, last.cut().commitTimeMicros(), batch.changes());
            return position;
        }

        private boolean fits(BatchFold batch, Cut cut) {
            return batch.changes() + cut.changes() <= settings.maximumChanges() && bytes < settings.maximumBytes();
        }

        private AppliedPosition position(CutReader.NumberedCut cut) {
            return new AppliedPosition(new Lsn(cut.cut().lsn()), cut.offset());
        }

        private void fold(BatchFold batch, Cut cut) throws SQLException {
            prepareTables(cut);
            for (Cut.CutPartition part : cut.partitions()) {
                reader.read(part, record -> {
                    bytes += record.serializedValueSize();
                    add(batch, record, cut);
                });
            }
        }

        private void add(BatchFold batch, ConsumerRecord<byte[], byte[]> record, Cut cut) {
            Lsn commit = commitLsn(record, cut);
            if (!applied.get(record.topic()).leavesOut(commit)) {
                batch.add(
                        tables.get(record.topic()), decoders.get(record.topic()).decode(record, commit));
            }
        }

        /** Pieces of a large transaction were written before its end was known; such a transaction is a cut of its own. */
        private static Lsn commitLsn(ConsumerRecord<byte[], byte[]> record, Cut cut) {
            Header header = record.headers().lastHeader(ChangeHeaders.COMMIT_LSN);
            return header == null
                    ? new Lsn(cut.lsn())
                    : Lsn.parse(new String(header.value(), StandardCharsets.US_ASCII));
        }

        private void prepareTables(Cut cut) throws SQLException {
            reader.prepare(cut);
            for (Cut.CutPartition part : cut.partitions()) {
                TopicTable name = names.tableOf(part.topic());
                AppliedTable known = catalog.applied(new TableName(name.schema(), name.table()));
                applied.put(part.topic(), known);
                // A table that was dropped has changes in old cuts still, and need not exist any more.
                if (!tables.containsKey(part.topic()) && !known.leavesOut(new Lsn(cut.lsn()))) {
                    TargetTable table = catalog.table(connection, known.table());
                    tables.put(part.topic(), table);
                    decoders.put(part.topic(), new ChangeDecoder(table, known.earlier(), keyConverter, valueConverter));
                }
            }
        }

        private void write(AppliedPosition position, BatchFold batch) throws SQLException {
            try {
                begin(position);
                complete(batch);
                writer.write(connection, batch, mode, false, false);
            } catch (SQLException e) {
                connection.rollback();
                if (!UniqueConflict.is(e)) {
                    throw e;
                }
                begin(position);
                complete(batch);
                writeAnew(batch, false);
            }
            connection.commit();
        }

        private void begin(AppliedPosition position) throws SQLException {
            position.advance(connection, fence);
        }

        private void complete(BatchFold batch) throws SQLException {
            if (rows.isPresent()) {
                for (TableFold fold : batch.keyed()) {
                    rows.get().complete(connection, fold);
                }
            }
        }

        private void writeAnew(BatchFold batch, boolean more) throws SQLException {
            try {
                writer.write(connection, batch, mode, true, more);
            } catch (SQLException e) {
                throw SqlFaults.explain("The destination refuses the source's rows", e);
            }
        }

        /** Streams a cut that is too big for memory in pieces, inside one transaction of the destination. */
        private AppliedPosition large() throws SQLException {
            CutReader.NumberedCut cut = cuts.peek(Duration.ZERO);
            AppliedPosition position = position(cut);
            prepareTables(cut.cut());
            try {
                begin(position);
                Pieces pieces = new Pieces(cut.cut());
                for (Cut.CutPartition part : cut.cut().partitions()) {
                    reader.read(part, pieces::add);
                }
                pieces.write();
                connection.commit();
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            }
            cuts.take();
            listener.applied(position, cut.cut().commitTimeMicros(), cut.cut().changes());
            return position;
        }

        /** Collects changes and writes them whenever there are enough. */
        private final class Pieces {

            private final Cut cut;
            private BatchFold batch = new BatchFold();
            private long pieceBytes;

            Pieces(Cut cut) {
                this.cut = cut;
            }

            void add(ConsumerRecord<byte[], byte[]> record) {
                Run.this.add(batch, record, cut);
                pieceBytes += record.serializedValueSize();
                if (batch.changes() >= settings.maximumChanges() || pieceBytes >= settings.maximumBytes()) {
                    try {
                        write();
                    } catch (SQLException e) {
                        throw SqlFaults.explain("Changes could not be written to the destination", e);
                    }
                }
            }

            void write() throws SQLException {
                if (stopped) {
                    throw new SyncException(FaultKind.TRANSIENT, "The write was stopped.", "");
                }
                Savepoint savepoint = connection.setSavepoint();
                complete(batch);
                try {
                    writer.write(connection, batch, mode, false, true);
                } catch (SQLException e) {
                    if (!UniqueConflict.is(e)) {
                        throw e;
                    }
                    connection.rollback(savepoint);
                    writeAnew(batch, true);
                }
                connection.releaseSavepoint(savepoint);
                batch = new BatchFold();
                pieceBytes = 0;
            }
        }
    }
}
