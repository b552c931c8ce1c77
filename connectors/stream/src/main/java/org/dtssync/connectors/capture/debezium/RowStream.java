package org.dtssync.connectors.capture.debezium;

import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.ReplicationStream;
import java.sql.SQLException;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Debezium's stream, which the messages of rows do not reach: they are taken out of the driver's stream below it ({@link CountedStream}) and
 * handed over here.
 *
 * @param stream Debezium's
 * @param rows the messages that were taken out
 */
record RowStream(ReplicationStream stream, RowMessages rows) implements ReplicationStream {

    @Override
    public void read(ReplicationMessageProcessor processor) throws SQLException, InterruptedException {
        stream.read(processor);
    }

    @Override
    public boolean readPending(ReplicationMessageProcessor processor) throws SQLException, InterruptedException {
        boolean read = stream.readPending(processor);
        if (!rows.hasTaken()) {
            return read;
        }
        processor.process(rows.message());
        return true;
    }

    @Override
    public void flushLsn(Lsn lsn) throws SQLException {
        stream.flushLsn(lsn);
    }

    @Override
    public Lsn lastReceivedLsn() {
        @Nullable Lsn ofRow = rows.position();
        return ofRow == null ? stream.lastReceivedLsn() : ofRow;
    }

    @Override
    public Lsn startLsn() {
        return stream.startLsn();
    }

    @Override
    public void startKeepAlive(ExecutorService executor) {
        stream.startKeepAlive(executor);
    }

    @Override
    public void stopKeepAlive() {
        stream.stopKeepAlive();
    }

    @Override
    public void close() throws Exception {
        stream.close();
    }
}
