package org.dtssync.connectors.capture;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Writes the rows that a load reads to the topics, between two cuts, to no cut. While it reads and writes, no change is written: what
 * follows the rows in a topic is all that happened after they were read, and what stands before them they show. Changes that they show and
 * that are written after them come again; the last change of each row is then the one that counts.
 *
 * <p>Not thread-safe.
 */
final class ReadRows {

    /** Workers that load small tables ask again soon: longer than they need for one. */
    private static final long NEXT_MILLIS = 50;

    /** Cuts do not wait longer than this, and the chunk that is being written. */
    private static final long LONGEST_NANOS = 200_000_000;

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private final ReadRequests requests;
    private final ShownTransactions shown;
    private final TopicNames names;
    private final RecordEncoder encoder;
    private final CutWriter writer;
    private final long portionBytes;

    ReadRows(
            ReadRequests requests,
            ShownTransactions shown,
            CaptureSettings settings,
            RecordEncoder encoder,
            CutWriter writer) {
        this.requests = requests;
        this.shown = shown;
        this.names = settings.names();
        this.encoder = encoder;
        this.writer = writer;
        this.portionBytes = settings.limits().cutBytes();
    }

    /** A transaction arrived whose changes go to the topics. */
    void arrived(long transaction) {
        shown.arrived(transaction);
    }

    /** Writes what is waiting. */
    void writeWaiting(ReadEnvelopes envelopes) throws InterruptedException {
        long deadline = System.nanoTime() + LONGEST_NANOS;
        ReadRequests.Request request = requests.next(0);
        while (request != null) {
            answer(request, envelopes);
            request = System.nanoTime() < deadline ? requests.next(NEXT_MILLIS) : null;
        }
    }

    private void answer(ReadRequests.Request request, ReadEnvelopes envelopes) {
        ReadRequests.Rows rows = request.rows();
        boolean writing = true;
        try {
            request.answer(read(rows, envelopes));
            writing = false;
        } catch (RowsFault e) {
            // What is wrong with a table, or with a session, is for the worker to say: the capture continues.
            request.fail(e.fault());
            writing = false;
        } catch (SyncException e) {
            request.fail(e);
            throw e;
        } finally {
            if (writing) {
                request.fail(new SyncException(
                        FaultKind.CONNECTION,
                        "The capture ended while it wrote rows of table " + rows.table() + ".",
                        ""));
            }
        }
    }

    /** All changes wait meanwhile, so it waits for no lock; the worker does. */
    private ReadRequests.Outcome read(ReadRequests.Rows rows, ReadEnvelopes envelopes) throws RowsFault {
        boolean begun = false;
        try {
            Connection session = begin(rows);
            begun = true;
            if (write(rows, session, envelopes)) {
                return ReadRequests.Outcome.WRITTEN;
            }
            rows.abandon();
            return ReadRequests.Outcome.NOT_SHOWN;
        } catch (SQLException e) {
            if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                return afterLock(rows);
            }
            throw new RowsFault(SqlFaults.explain(
                    begun
                            ? "The rows of table " + rows.table() + " could not be read for its topic"
                            : "Table " + rows.table() + " could not be locked at the source",
                    e));
        }
    }

    private Connection begin(ReadRequests.Rows rows) throws SQLException, RowsFault {
        try {
            shown.prepare();
            return rows.begin();
        } catch (RuntimeException e) {
            throw new RowsFault(e);
        }
    }

    private static ReadRequests.Outcome afterLock(ReadRequests.Rows rows) throws RowsFault {
        try {
            rows.abandon();
            return ReadRequests.Outcome.LOCKED;
        } catch (SQLException e) {
            throw new RowsFault(SqlFaults.explain("Table " + rows.table() + " could not be locked at the source", e));
        }
    }

    private boolean write(ReadRequests.Rows rows, Connection session, ReadEnvelopes envelopes)
            throws SQLException, RowsFault {
        if (!shown.areIn(session)) {
            return false;
        }
        TableName table = rows.table();
        Lsn lsn = position(session);
        ReadEnvelopes.OfTable made = envelopes.of(table, session);
        List<String> columns = made.columns();
        String topic = names.table(table.schema(), table.table());
        CopyOut copy = session.unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("COPY (SELECT " + Identifiers.quoteAll(columns) + " FROM " + rows.from() + ") TO STDOUT");
        List<EncodedChange> portion = new ArrayList<>();
        long bytes = 0;
        for (byte @Nullable [] line = copy.readFromCopy(); line != null; line = copy.readFromCopy()) {
            RowChange read =
                    new RowChange(topic, made.read(CopyRow.texts(line, columns.size()), lsn), RowChange.Move.NONE);
            for (EncodedChange record : encoder.encode(read)) {
                portion.add(record);
                bytes += record.size();
            }
            requireKey(table);
            if (bytes >= portionBytes) {
                writer.writeRows(portion);
                portion.clear();
                bytes = 0;
            }
        }
        if (!portion.isEmpty()) {
            writer.writeRows(portion);
        }
        return true;
    }

    /**
     * The catalog may be ahead of the stream, which still knows the key by the name that it had: a record without a key would be of no use to
     * those who write by key. What else is different about a table, the stream notices.
     */
    private void requireKey(TableName table) throws RowsFault {
        if (encoder.takeAnnounced().stream().anyMatch(shape -> !shape.keyed())) {
            throw new RowsFault(new SyncException(
                    FaultKind.TRANSIENT,
                    "Table " + table + " has other key columns at the source than in the changes that have arrived.",
                    ""));
        }
    }

    private static Lsn position(Connection session) throws SQLException {
        try (Statement statement = session.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_current_wal_lsn()::text")) {
            row.next();
            return Lsn.parse(row.getString(1));
        }
    }

    /** A fault of the rows that were asked for, or of the session in which they are read. */
    private static final class RowsFault extends Exception {

        private static final long serialVersionUID = 1L;

        private final RuntimeException fault;

        RowsFault(RuntimeException fault) {
            super(fault);
            this.fault = fault;
        }

        RuntimeException fault() {
            return fault;
        }
    }
}
