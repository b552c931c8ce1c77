package org.dtssync.app.replay;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.app.base.BaseColumn;
import org.dtssync.app.base.BaseDirectory;
import org.dtssync.app.base.BaseFile;
import org.dtssync.app.base.BaseTable;
import org.dtssync.app.base.RowFileReader;
import org.dtssync.app.stream.CapturedTables;
import org.dtssync.connectors.apply.EarlierShape;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.read.RowShape;
import org.dtssync.connectors.read.TableChange;
import org.dtssync.connectors.read.TableChange.Operation;
import org.jspecify.annotations.Nullable;

/** The rows of one table as of a moment: those of the base, and the changes since. Not thread-safe. */
final class TableRows {

    private static final int IGNORED = -1;

    private final BaseDirectory directory;
    private final BaseTable table;
    private final Optional<EarlierShape> earlier;
    private final ChangedRows changed;
    private boolean touched;
    private boolean truncated;

    /** What the records of the last shape are mapped to, see {@link #map}. */
    private @Nullable RowShape shape;

    private boolean mayBeEarlier;
    private int[] places = new int[0];
    private @Nullable Object[] template = new Object[0];

    /** Receives the rows, in no particular order. */
    interface Sink {

        /** A row of the base: a line of COPY's text without its end. */
        void unchanged(byte[] line, int length) throws IOException;

        /** Another row. */
        void changed(@Nullable String[] fields) throws IOException;
    }

    TableRows(BaseDirectory directory, BaseTable table, HeldText held) {
        this.directory = directory;
        this.table = table;
        this.earlier = CapturedTables.earlier(table.shape());
        this.changed =
                table.keyColumns().isPresent() && !table.keyColumns().get().isEmpty()
                        ? new KeyedRows(table, held)
                        : new KeylessRows(table, held);
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
        map(change);
        switch (change.operation()) {
            case INSERT ->
                changed.insert(
                        row(change.after()),
                        change.movedFrom() == null
                                ? null
                                : texts(change.movedFrom().values()));
            case UPDATE -> changed.update(change.before() == null ? null : row(change.before()), row(change.after()));
            case DELETE -> changed.delete(row(change.before()));
            default -> throw new IllegalStateException("No other operation exists");
        }
    }

    private void map(TableChange change) {
        boolean old = earlier.isPresent() && earlier.get().until().reached(change.commit());
        if (change.shape() == shape && old == mayBeEarlier) {
            return;
        }
        List<BaseColumn> columns = table.columns();
        int[] mapped = new int[change.shape().columns().size()];
        @Nullable Object[] preset = new Object[columns.size()];
        boolean[] seen = new boolean[columns.size()];
        for (int i = 0; i < mapped.length; i++) {
            RowShape.Column sent = change.shape().columns().get(i);
            Optional<String> name = old
                    ? earlier.get().names().getOrDefault(sent.name(), Optional.of(sent.name()))
                    : Optional.of(sent.name());
            mapped[i] = name.map(this::place).orElse(IGNORED);
            if (name.isPresent() && (mapped[i] < 0 || !hasType(columns.get(mapped[i]), sent))) {
                throw otherShape(sent.name());
            }
            if (mapped[i] >= 0) {
                seen[mapped[i]] = true;
            }
        }
        Map<String, Optional<String>> added = old ? earlier.get().added() : Map.of();
        for (int i = 0; i < seen.length; i++) {
            String name = columns.get(i).name();
            if (!seen[i] && !added.containsKey(name)) {
                throw otherShape(name);
            }
            preset[i] = seen[i] ? null : added.get(name).orElse(null);
        }
        places = mapped;
        template = preset;
        shape = change.shape();
        mayBeEarlier = old;
    }

    private static boolean hasType(BaseColumn column, RowShape.Column sent) {
        return sent.type().map(column.typeName()::equals).orElse(true);
    }

    private int place(String name) {
        for (int i = 0; i < table.columns().size(); i++) {
            if (table.columns().get(i).name().equals(name)) {
                return i;
            }
        }
        return IGNORED;
    }

    private SyncException otherShape(String column) {
        return new SyncException(
                FaultKind.SHAPE_CHANGED,
                "Table " + table.table() + " changed its column " + column + " behind the base.",
                "Take a base after the change, or replay up to before it: dts-sync replay changes shows where that is.");
    }

    private @Nullable Object[] row(@Nullable Object @Nullable [] values) {
        if (values == null) {
            throw new SyncException(
                    FaultKind.DATA,
                    "A record of table " + table.table() + " has no row.",
                    "The table needs a replica identity.");
        }
        @Nullable Object[] row = template.clone();
        for (int i = 0; i < places.length; i++) {
            if (places[i] >= 0) {
                row[places[i]] = text(values[i]);
            }
        }
        return row;
    }

    private static @Nullable Object[] texts(@Nullable Object[] values) {
        @Nullable Object[] texts = new Object[values.length];
        for (int i = 0; i < values.length; i++) {
            texts[i] = text(values[i]);
        }
        return texts;
    }

    private static @Nullable Object text(@Nullable Object value) {
        return value == null || value == TableChange.UNCHANGED ? value : PostgresText.of(value);
    }

    /**
     * Passes on all rows.
     *
     * @throws SyncException if the changes do not fit the base
     */
    void forEach(Sink sink) throws IOException, InterruptedException {
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
