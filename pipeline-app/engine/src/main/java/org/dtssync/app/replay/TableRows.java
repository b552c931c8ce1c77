package org.dtssync.app.replay;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.app.base.BaseColumn;
import org.dtssync.app.base.BaseDirectory;
import org.dtssync.app.base.BaseFile;
import org.dtssync.app.base.BaseTable;
import org.dtssync.app.base.CopyLine;
import org.dtssync.app.base.RowFileReader;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.read.TableChange;
import org.dtssync.connectors.read.TableChange.Operation;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one table as of a moment: those from before, and the changes since. A command that gives a table other columns or another key
 * begins new rows, whose rows from before are those until then. Not thread-safe.
 */
final class TableRows {

    private final BaseTable table;
    private final Optional<LaterShape> later;
    private final RowColumns columns;
    private final ChangedRows changed;
    private final List<Source> sources;
    private Optional<String> lost = Optional.empty();
    private boolean touched;

    /** Receives the rows, in no particular order. */
    interface Sink {

        /** A row of the base: a line of COPY's text without its end. */
        void unchanged(byte[] line, int length) throws IOException;

        /** Another row. */
        void changed(@Nullable String[] fields) throws IOException;
    }

    /** Rows from before the changes. */
    interface Source {

        /** Passes them on. */
        void forEach(Sink sink) throws IOException, InterruptedException;
    }

    private TableRows(BaseTable table, Optional<LaterShape> later, boolean typed, List<Source> sources, HeldText held) {
        this.table = table;
        this.later = later;
        this.columns = new RowColumns(table, later, typed);
        this.sources = new ArrayList<>(sources);
        this.changed = columns.keyPlaces().length > 0
                ? new KeyedRows(table.table(), columns, held)
                : new KeylessRows(table.table(), held);
    }

    /**
     * Returns the rows of the base.
     *
     * @param later what has become of the table since without a command; empty if nothing is known
     * @param typed whether a column is recognized by its type too
     */
    static TableRows ofBase(
            BaseDirectory directory, BaseTable table, Optional<LaterShape> later, boolean typed, HeldText held) {
        return new TableRows(table, later, typed, List.of(sink -> files(directory, table, sink)), held);
    }

    private static void files(BaseDirectory directory, BaseTable table, Sink sink)
            throws IOException, InterruptedException {
        long rows = 0;
        for (BaseFile file : table.files()) {
            try (RowFileReader lines = directory.rows(file)) {
                while (lines.next()) {
                    sink.unchanged(lines.line(), lines.length());
                    if (++rows % 1_000 == 0 && Thread.interrupted()) {
                        throw new InterruptedException("The replay was interrupted");
                    }
                }
            }
        }
    }

    /** Returns rows of a table that has none yet. */
    static TableRows empty(BaseTable table, HeldText held) {
        return new TableRows(table, Optional.empty(), false, List.of(), held);
    }

    /**
     * Returns rows that have other columns or another key from here on.
     *
     * @param table with its columns from here on
     * @param names the columns until here, each with the name that it has from here on; empty for one that is gone
     * @param added the columns that rows from before do not have, each with what they have in it
     */
    TableRows become(
            BaseTable table, Map<String, Optional<String>> names, Map<String, Optional<String>> added, HeldText held) {
        TableRows next = new TableRows(table, Optional.empty(), false, List.of(), held);
        next.sources.add(source(table, names, added));
        next.lost = lost;
        return next;
    }

    /** Adds the rows of a table that became a part of this one. */
    void attach(TableRows part) {
        Map<String, Optional<String>> same = new HashMap<>();
        part.table.columns().forEach(column -> same.put(column.name(), Optional.of(column.name())));
        sources.add(part.source(table, same, Map.of()));
        part.lost.ifPresent(this::lose);
    }

    private Source source(BaseTable to, Map<String, Optional<String>> names, Map<String, Optional<String>> added) {
        List<String> from = new ArrayList<>();
        for (BaseColumn column : table.columns()) {
            from.add(names.getOrDefault(column.name(), Optional.of(column.name()))
                    .orElse(""));
        }
        int[] places = new int[to.columns().size()];
        @Nullable String[] values = new String[places.length];
        for (int i = 0; i < places.length; i++) {
            String name = to.columns().get(i).name();
            places[i] = from.indexOf(name);
            values[i] = added.getOrDefault(name, Optional.empty()).orElse(null);
        }
        return sink -> forEach(false, new Sink() {
            @Override
            public void unchanged(byte[] line, int length) throws IOException {
                changed(CopyLine.fields(line, length));
            }

            @Override
            public void changed(@Nullable String[] row) throws IOException {
                @Nullable String[] moved = new String[places.length];
                for (int i = 0; i < places.length; i++) {
                    moved[i] = places[i] < 0 ? values[i] : row[places[i]];
                }
                sink.changed(moved);
            }
        });
    }

    /** Returns the table as its changes have it. */
    BaseTable table() {
        return table;
    }

    /**
     * Notes that base and topics do not say what the rows are from here on.
     *
     * @param why in words that follow the table's name
     */
    void lose(String why) {
        lost = Optional.of(why);
    }

    /** Returns whether changes of a transaction are in the base already. */
    boolean leavesOut(Lsn commit) {
        return table.shape().applyAfter().reached(commit);
    }

    /** Returns why it is not known what the rows are; empty if it is. */
    Optional<String> lost() {
        return lost.map(why ->
                "Table " + table.table() + " " + why + ", and the topics do not have what that did to its rows.");
    }

    /** Adds a change. */
    void add(TableChange change) {
        if (leavesOut(change.commit())) {
            return;
        }
        touched = true;
        if (change.operation() == Operation.TRUNCATE) {
            sources.clear();
            lost = Optional.empty();
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

    /** Adds an update that stands for a row which a command wrote itself: none of those before it is there any more. */
    void image(TableChange change) {
        touched = true;
        @Nullable Object[] row = columns.row(change, change.after());
        @Nullable Object[] before = change.before() == null ? null : columns.row(change, change.before());
        for (int i = 0; i < row.length; i++) {
            if (row[i] == TableChange.UNCHANGED && before != null) {
                row[i] = before[i];
            }
            if (row[i] == TableChange.UNCHANGED) {
                throw new SyncException(
                        FaultKind.DATA,
                        "A row of table " + table.table()
                                + " that a command wrote itself comes without all of its values.",
                        "Replay a base from after it.");
            }
        }
        changed.insert(row, null);
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

    /**
     * Passes on all rows.
     *
     * @param inLater whether they get the columns of the later shape
     * @throws SyncException if the changes do not fit the rows from before, or it is not known what the rows are
     */
    void forEach(boolean inLater, Sink sink) throws IOException, InterruptedException {
        if (lost.isPresent()) {
            throw new SyncException(
                    FaultKind.SHAPE_CHANGED,
                    lost().orElse(""),
                    "Use dts-sync replay into, which runs commands in a database, or a base from after it.");
        }
        for (Source source : sources) {
            source.forEach(new Sink() {
                @Override
                public void unchanged(byte[] line, int length) throws IOException {
                    if (!touched && !inLater) {
                        sink.unchanged(line, length);
                        return;
                    }
                    @Nullable String[] row = columns.ofBase(line, length);
                    if (touched && !changed.keeps(row)) {
                        return;
                    }
                    if (inLater) {
                        sink.changed(columns.shown(row, true));
                    } else {
                        sink.unchanged(line, length);
                    }
                }

                @Override
                public void changed(@Nullable String[] row) throws IOException {
                    if (!touched || changed.keeps(row)) {
                        sink.changed(row);
                    }
                }
            });
        }
        if (touched) {
            changed.rest(new Sink() {
                @Override
                public void unchanged(byte[] line, int length) {
                    throw new IllegalStateException("Changed rows are no lines of the base");
                }

                @Override
                public void changed(@Nullable String[] row) throws IOException {
                    sink.changed(columns.shown(row, inLater));
                }
            });
        }
    }
}
