package org.dtssync.connectors.apply;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.avro.CutCodec;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SoleSession;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.read.StreamReader;

/**
 * Applies cuts to the destination: reads up to a cut, folds to the last change per key, writes set-wise, and commits the data
 * and the position in one transaction.
 *
 * <p>One object runs once at a time, in the thread that calls it; {@link #abort} may come from another.
 */
public final class Applier {

    private final ApplySettings settings;
    private final SoleSession destination;
    private final Epoch epoch;
    private final Converter keyConverter;
    private final Converter valueConverter;
    private final CutCodec codec;
    private final ApplyListener listener;
    private final Optional<CarriedCommands> commands;
    private final DestinationFaults faults;
    private final BatchWriter writer;
    private final AtomicReference<Connection> open = new AtomicReference<>();
    private volatile boolean aborted;

    /**
     * Creates an applier; nothing is opened yet.
     *
     * @param settings what is applied
     * @param destination the one session there of all that applies this task in this process
     * @param epoch the right to write there
     * @param keyConverter reads keys; used by this applier alone
     * @param valueConverter reads envelopes; used by this applier alone
     * @param codec reads cuts; used by this applier alone
     * @param listener notified of every write
     * @param commands runs commands that change the structure; empty where none are carried
     */
    public Applier(
            ApplySettings settings,
            SoleSession destination,
            Epoch epoch,
            Converter keyConverter,
            Converter valueConverter,
            CutCodec codec,
            ApplyListener listener,
            Optional<CarriedCommands> commands) {
        this.settings = settings;
        this.destination = destination;
        this.epoch = epoch;
        this.keyConverter = keyConverter;
        this.valueConverter = valueConverter;
        this.codec = codec;
        this.listener = listener;
        this.commands = commands;
        this.faults = new DestinationFaults(destination.role());
        this.writer = new BatchWriter(faults);
    }

    /** Ends the connection of a running applier, so that a write that takes long is rolled back; returns at once. */
    public void abort() {
        aborted = true;
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
     * Applies before the consistency point: rows may or may not exist yet.
     *
     * @param rows completes rows whose values were not sent
     * @param goal whether to stop at an applied LSN
     * @throws SyncException on any fault; call again to resume from the applied position
     */
    public void converge(CatchUpRows rows, Predicate<Lsn> goal) {
        run(WriteMode.CONVERGE, Optional.of(rows), goal, Optional.empty());
    }

    /**
     * Applies after the consistency point: every statement must find exactly the rows it is for.
     *
     * @param goal whether to stop at an applied LSN
     * @throws SyncException on any fault; call again to resume from the applied position
     */
    public void follow(Predicate<Lsn> goal) {
        run(WriteMode.EXACT, Optional.empty(), goal, Optional.empty());
    }

    /**
     * Applies, exactly as {@link #follow} does, every transaction that committed up to a position and none behind it. The position may lie
     * inside a cut: then the part of the cut before it is applied, and another call resumes from there.
     *
     * @throws SyncException on any fault; call again to resume from the applied position
     */
    public void followTo(Lsn end) {
        run(WriteMode.EXACT, Optional.empty(), applied -> applied.reached(end), Optional.of(end));
    }

    private void run(WriteMode mode, Optional<CatchUpRows> rows, Predicate<Lsn> goal, Optional<Lsn> end) {
        try (Connection connection = destination.open()) {
            open.set(connection);
            prepare(connection);
            AppliedPosition position = AppliedPosition.read(connection, epoch.task())
                    .orElseThrow(() -> new SyncException(
                            FaultKind.FENCED, "Task " + epoch.task() + " has no position: it was released.", ""));
            try (StreamReader stream =
                    new StreamReader(settings.reading(), position.inStream(), codec, keyConverter, valueConverter)) {
                new ApplySession(
                                settings,
                                connection,
                                stream,
                                mode == WriteMode.EXACT,
                                faults,
                                () -> new DestinationTransaction(connection, epoch, writer, mode, rows),
                                listener,
                                () -> aborted,
                                commands)
                        .run(position, goal, end);
            }
        } catch (SQLException e) {
            throw SqlFaults.explain("Changes could not be written to the destination", e);
        } finally {
            open.set(null);
        }
    }

    /**
     * Triggers and foreign keys must not fire again for changes for which they fired at the source. A commit that a crash of the server
     * loses takes its position with it, so there is no need to wait for the disk.
     */
    private void prepare(Connection connection) throws SQLException {
        new ReplicaRole(settings.tables()).take(connection);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET synchronous_commit = off");
        }
        connection.setAutoCommit(false);
    }
}
