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
        Connection session = begun(request);
        if (session == null) {
            return;
        }
        boolean writing = true;
        try {
            request.answer(write(request.rows(), session, envelopes));
            writing = false;
        } catch (SQLException e) {
            // The session is the worker's: it retries with another one.
            writing = false;
            request.fail(SqlFaults.explain(
                    "The rows of table " + request.rows().table() + " could not be read for its topic", e));
        } catch (SyncException e) {
            request.fail(e);
            throw e;
        } finally {
            if (writing) {
                request.fail(new SyncException(
                        FaultKind.CONNECTION,
                        "The capture ended while it wrote rows of table "
                                + request.rows().table() + ".",
                        ""));
            }
        }
    }

    /** What is wrong with a table, or with a session, is for the worker to say: the capture continues. */
    private @Nullable Connection begun(ReadRequests.Request request) {
        try {
            shown.prepare();
            return request.rows().begin();
        } catch (SQLException e) {
            request.fail(
                    SqlFaults.explain("Table " + request.rows().table() + " could not be locked at the source", e));
        } catch (RuntimeException e) {
            request.fail(e);
        }
        return null;
    }

    private boolean write(ReadRequests.Rows rows, Connection session, ReadEnvelopes envelopes) throws SQLException {
        if (!shown.areIn(session)) {
            rows.abandon();
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
            if (bytes >= portionBytes) {
                writer.writeRows(portion);
                portion.clear();
                bytes = 0;
            }
        }
        // The stream notices what is different about a table.
        encoder.takeAnnounced();
        if (!portion.isEmpty()) {
            writer.writeRows(portion);
        }
        return true;
    }

    private static Lsn position(Connection session) throws SQLException {
        try (Statement statement = session.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_current_wal_lsn()::text")) {
            row.next();
            return Lsn.parse(row.getString(1));
        }
    }
}
