package org.dtssync.app.snapshot;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import org.dtssync.app.runtime.RowPace;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.RefusedRow;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;

/**
 * Pipes the output of one COPY at the source into one at the destination, buffer by buffer.
 *
 * <p>Its caller decides whether both are text or binary. The server sends one message per row; they are combined so that the destination gets few large ones. Not thread-safe; keeps its
 * buffer from chunk to chunk.
 */
final class CopyPipe {

    private static final int BUFFER_BYTES = 64 * 1024;

    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final End reader;
    private final End writer;
    private final CarriedListener listener;
    private final RowPace pace;
    private @Nullable TableName table;
    private int filled;
    private long rows;
    private long messages;
    private long bytes;

    /**
     * Creates a pipe.
     *
     * @param reader which database has the rows, as messages call it
     * @param writer which one gets them
     * @param listener notified of what was transferred
     * @param pace what it keeps to
     */
    CopyPipe(End reader, End writer, CarriedListener listener, RowPace pace) {
        this.reader = reader;
        this.writer = writer;
        this.listener = listener;
        this.pace = pace;
    }

    /**
     * Copies. The destination is asked only once there is something to write, so that a table without rows costs it nothing.
     *
     * @return how many rows and bytes were transferred
     * @throws SyncException that says which side failed; both connections must then be discarded
     * @throws InterruptedException if this thread was interrupted while it kept to the pace; likewise
     */
    Carried copy(TableName name, Connection source, String out, Connection destination, String in)
            throws InterruptedException {
        table = name;
        filled = 0;
        bytes = 0;
        rows = 0;
        messages = 0;
        CopyOut from = open(source, out);
        @Nullable CopyIn to = null;
        for (byte[] row = read(from); row != null; row = read(from)) {
            if (to == null && row.length > buffer.length - filled) {
                to = openWrite(destination, in);
            }
            add(to, row);
        }
        long sent = from.getHandledRowCount();
        if (to == null && sent > 0) {
            to = openWrite(destination, in);
        }
        long written = 0;
        if (to != null) {
            flush(to);
            written = end(to);
            // The end of a binary COPY is a message of its own.
            listener.carried(name, sent - messages, 0);
        }
        if (written != sent) {
            throw new SyncException(
                    FaultKind.DATA,
                    "The " + writer + " kept " + written + " of " + sent + " rows of table " + table + ".",
                    "Disable the trigger or rule there that drops rows.");
        }
        return new Carried(written, bytes);
    }

    private void add(@Nullable CopyIn to, byte[] row) throws InterruptedException {
        rows++;
        messages++;
        if (to != null && row.length > buffer.length - filled) {
            flush(to);
        }
        if (to != null && row.length > buffer.length) {
            write(to, row, row.length);
        } else {
            System.arraycopy(row, 0, buffer, filled, row.length);
            filled += row.length;
        }
    }

    private void flush(CopyIn to) throws InterruptedException {
        if (filled > 0) {
            write(to, buffer, filled);
            filled = 0;
        }
    }

    private void write(CopyIn to, byte[] from, int length) throws InterruptedException {
        try {
            to.writeToCopy(from, 0, length);
        } catch (SQLException e) {
            throw writeFault(e);
        }
        bytes += length;
        listener.carried(Objects.requireNonNull(table, "It is set before the first row."), rows, length);
        pace.took(rows);
        rows = 0;
    }

    private CopyOut open(Connection source, String sql) {
        try {
            return source.unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
        } catch (SQLException e) {
            throw readFault(e);
        }
    }

    private CopyIn openWrite(Connection destination, String sql) {
        try {
            return destination.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
        } catch (SQLException e) {
            throw writeFault(e);
        }
    }

    private byte @Nullable [] read(CopyOut from) {
        try {
            return from.readFromCopy();
        } catch (SQLException e) {
            throw readFault(e);
        }
    }

    private long end(CopyIn to) {
        try {
            return to.endCopy();
        } catch (SQLException e) {
            throw writeFault(e);
        }
    }

    private SyncException readFault(SQLException e) {
        return SqlFaults.explain("Table " + table + " could not be read from the " + reader, e);
    }

    /** The server's message about a rejected value repeats the value, so it is left out. */
    private SyncException writeFault(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        if (state.startsWith("22") || state.startsWith("23")) {
            return new SyncException(
                    FaultKind.DATA,
                    "The " + writer + " refused a row of table " + table + " (SQLSTATE " + state + RefusedRow.named(e)
                            + ").",
                    "Compare the table's columns, types and constraints at both ends.");
        }
        return SqlFaults.explain("Table " + table + " could not be written to the " + writer, e);
    }

    /** Notified of every transferred buffer. */
    @FunctionalInterface
    interface CarriedListener {

        /** Rows, the last of them perhaps in part, and bytes of a table were sent. */
        void carried(TableName table, long rows, long bytes);
    }

    /**
     * What was transferred.
     *
     * @param rows how many rows
     * @param bytes how many bytes of COPY data
     */
    record Carried(long rows, long bytes) {}
}
