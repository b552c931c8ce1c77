package org.dtssync.connectors.capture.debezium;

import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import io.debezium.connector.postgresql.connection.ReplicationStream;
import io.debezium.connector.postgresql.connection.WalPositionLocator;
import io.debezium.connector.postgresql.spi.SlotCreationResult;
import io.debezium.jdbc.JdbcConnection;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.ReplicationSlot;
import org.dtssync.connectors.postgres.SessionSettings;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * The session whose server process prints the values of the stream: sets everything that determines their text, checks that the stream has
 * it, and lets its rows be counted.
 * The driver opens every session with the time zone of this process, regardless of the connection's options.
 *
 * <p>A slot is never created here; Debezium would create a missing one, and lose earlier changes. Not thread-safe except
 * for {@link #close} and {@link #end}.
 */
final class ReplicationSession implements ReplicationConnection {

    /** The settings that the server reports by itself, so that they can be read during streaming. */
    private static final Map<String, String> REPORTED =
            Map.of("TimeZone", "UTC", "IntervalStyle", "postgres", "DateStyle", "ISO, YMD");

    private final ReplicationConnection connection;
    private final ReplicationSlot slot;
    private volatile boolean over;
    private final StreamedRows rows;
    private final RowMessages messages;

    /**
     * Creates a session that is not open yet.
     *
     * @param connection Debezium's connection, which is also a {@link JdbcConnection}
     * @param slot what it streams
     * @param rows counts the rows that the server sends
     * @param messages takes the messages of rows
     */
    ReplicationSession(
            ReplicationConnection connection, ReplicationSlot slot, StreamedRows rows, RowMessages messages) {
        this.connection = connection;
        this.slot = slot;
        this.rows = rows;
        this.messages = messages;
    }

    @Override
    public ReplicationStream startStreaming(WalPositionLocator position) throws SQLException, InterruptedException {
        return startStreaming(null, position);
    }

    @Override
    public ReplicationStream startStreaming(@Nullable Lsn offset, WalPositionLocator position)
            throws SQLException, InterruptedException {
        Connection session = session();
        SessionSettings.applyToStream(session);
        session.unwrap(CountedSession.Counting.class).countInto(rows, messages);
        ReplicationStream stream = connection.startStreaming(offset, position);
        // Debezium reopens a lost session, without these settings.
        requireSet(session == session());
        for (Map.Entry<String, String> setting : REPORTED.entrySet()) {
            requireSet(
                    setting.getValue().equals(session.unwrap(PGConnection.class).getParameterStatus(setting.getKey())));
        }
        return new RowStream(stream, messages);
    }

    private static void requireSet(boolean set) {
        if (!set) {
            throw new SyncException(
                    FaultKind.TRANSIENT,
                    "The replication connection lost its settings: its values would be printed in another time zone or style.",
                    "");
        }
    }

    /** Debezium's class opens a new session whenever it has none. */
    private void requireOpen() throws SQLException {
        if (over) {
            throw new SQLException("The replication connection has ended", "08003");
        }
    }

    private Connection session() throws SQLException {
        requireOpen();
        return ((JdbcConnection) connection).connection(false);
    }

    @Override
    public Optional<SlotCreationResult> createReplicationSlot() {
        throw slot.gone();
    }

    @Override
    public void initConnection() throws SQLException, InterruptedException {
        requireOpen();
        connection.initConnection();
    }

    @Override
    public boolean isConnected() throws SQLException {
        return connection.isConnected();
    }

    @Override
    public void reconnect() {
        throw new SyncException(FaultKind.TRANSIENT, "The replication connection was lost.", "");
    }

    @Override
    public void close() throws Exception {
        connection.close();
    }

    /** Closes it for good. */
    void end() throws Exception {
        over = true;
        close();
    }
}
