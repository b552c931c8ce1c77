package org.dtssync.app.replay;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.base.BaseColumn;
import org.dtssync.app.base.BaseDirectory;
import org.dtssync.app.base.BaseFile;
import org.dtssync.app.base.BaseTable;
import org.dtssync.app.base.RowFileReader;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.read.TableChange;
import org.dtssync.connectors.read.TableChange.Operation;
import org.jspecify.annotations.Nullable;

/** The rows of one table as of a moment: those of the base, and the changes since. Not thread-safe. */
final class TableRows {

    private final BaseDirectory directory;
    private final BaseTable table;
    private final Optional<LaterShape> later;
    private final RowColumns columns;
    private final ChangedRows changed;
    private boolean touched;
    private boolean truncated;

    /** Receives the rows, in no particular order. */
    interface Sink {

        /** A row of the base: a line of COPY's text without its end. */
        void unchanged(byte[] line, int length) throws IOException;

        /** Another row. */
        void changed(@Nullable String[] fields) throws IOException;
    }

    /**
     * Creates the rows of the base.
     *
     * @param later what has become of the table since; empty if nothing is known
     */
    TableRows(BaseDirectory directory, BaseTable table, Optional<LaterShape> later, HeldText held) {
        this.directory = directory;
        this.table = table;
        this.later = later;
        this.columns = new RowColumns(table, later);
        this.changed = columns.keyPlaces().length > 0
                ? new KeyedRows(table.table(), columns, held)
                : new KeylessRows(table.table(), columns, held);
    }

    /** Adds a change. */
    void add(TableChange change) {
        if (table.shape().applyAfter().reached(change.commit())) {
            return;
        }
        touched = true;
        if (change.operation() == Operation.TRUNCATE) {
            truncated = true;
            changed.truncate();
            return;
        }
        switch (change.operation()) {
            case INSERT ->
                changed.insert(
                        columns.row(change, change.after()),
                        change.movedFrom() == null
                                ? null
                                : RowColumns.texts(change.movedFrom().values()));
            case UPDATE ->
                changed.update(
                        change.before() == null ? null : columns.row(change, change.before()),
                        columns.row(change, change.after()));
            case DELETE -> changed.delete(columns.row(change, change.before()));
            default -> throw new IllegalStateException("No other operation exists");
        }
    }

    /**
     * Returns whether the table has its later shape.
     *
     * @param end as of which position
     * @throws SyncException of kind SHAPE_CHANGED if the rows of the base cannot be brought into it
     */
    boolean isLater(Lsn end) {
        boolean is =
                columns.isLater() || later.filter(shape -> shape.isReached(end)).isPresent();
        if (is) {
            later.ifPresent(LaterShape::require);
        }
        return is;
    }

    /** Returns the columns of the rows that {@link #forEach} passes on. */
    List<BaseColumn> columns(boolean inLater) {
        return columns.columns(inLater);
    }

    /** Rows with the columns that are asked for. */
    private final class Shown implements Sink {

        private final boolean inLater;
        private final Sink sink;

        Shown(boolean inLater, Sink sink) {
            this.inLater = inLater;
            this.sink = sink;
        }

        @Override
        public void unchanged(byte[] line, int length) throws IOException {
            if (inLater) {
                changed(columns.ofBase(line, length));
            } else {
                sink.unchanged(line, length);
            }
        }

        @Override
        public void changed(@Nullable String[] row) throws IOException {
            sink.changed(columns.shown(row, inLater));
        }
    }

    /**
     * Passes on all rows.
     *
     * @param inLater whether they get the columns of the later shape
     * @throws SyncException if the changes do not fit the base
     */
    void forEach(boolean inLater, Sink receiver) throws IOException, InterruptedException {
        Sink sink = new Shown(inLater, receiver);
        long rows = 0;
        for (BaseFile file : truncated ? List.<BaseFile>of() : table.files()) {
            try (RowFileReader lines = directory.rows(file)) {
                while (lines.next()) {
                    if (!touched) {
                        sink.unchanged(lines.line(), lines.length());
                    } else {
                        changed.base(lines.line(), lines.length(), sink);
                    }
                    if (++rows % 1_000 == 0 && Thread.interrupted()) {
                        throw new InterruptedException("The replay was interrupted");
                    }
                }
            }
        }
        if (touched) {
            changed.rest(sink);
        }
    }
}
