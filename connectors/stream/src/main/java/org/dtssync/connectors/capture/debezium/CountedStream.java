package org.dtssync.connectors.capture.debezium;

import java.nio.ByteBuffer;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/**
 * A stream whose messages are counted before Debezium reads them, and which keeps those of rows for {@link RowStream}.
 *
 * @param stream the driver's
 * @param rows counts them
 * @param messages takes those of rows
 */
record CountedStream(PGReplicationStream stream, StreamedRows rows, RowMessages messages)
        implements PGReplicationStream {

    @Override
    public @Nullable ByteBuffer read() throws SQLException {
        return counted(stream.read());
    }

    @Override
    public @Nullable ByteBuffer readPending() throws SQLException {
        ByteBuffer message = counted(stream.readPending());
        return message != null
                        && messages.take(message, stream.getLastReceiveLSN().asLong())
                ? null
                : message;
    }

    private @Nullable ByteBuffer counted(@Nullable ByteBuffer message) {
        if (message != null) {
            rows.sent(message);
        }
        return message;
    }

    @Override
    public LogSequenceNumber getLastReceiveLSN() {
        return stream.getLastReceiveLSN();
    }

    @Override
    public LogSequenceNumber getLastFlushedLSN() {
        return stream.getLastFlushedLSN();
    }

    @Override
    public LogSequenceNumber getLastAppliedLSN() {
        return stream.getLastAppliedLSN();
    }

    @Override
    public void setFlushedLSN(LogSequenceNumber flushed) {
        stream.setFlushedLSN(flushed);
    }

    @Override
    public void setAppliedLSN(LogSequenceNumber applied) {
        stream.setAppliedLSN(applied);
    }

    @Override
    public void forceUpdateStatus() throws SQLException {
        stream.forceUpdateStatus();
    }

    @Override
    public boolean isClosed() {
        return stream.isClosed();
    }

    @Override
    public void close() throws SQLException {
        stream.close();
    }
}
