package org.dtssync.app.replay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.app.base.BaseColumn;
import org.dtssync.app.base.BaseTable;
import org.dtssync.app.base.CopyLine;
import org.dtssync.app.stream.CapturedTables;
import org.dtssync.connectors.apply.EarlierShape;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.read.RowShape;
import org.dtssync.connectors.read.TableChange;
import org.jspecify.annotations.Nullable;

/**
 * The columns that the rows of a table are held with: those of the base, and behind them those that were added later. A column keeps its
 * place when it is renamed, and when it is dropped. Not thread-safe.
 */
final class RowColumns {

    private static final int NONE = -1;

    private final BaseTable table;

    /** Whether a column is recognized by its type too: where commands are followed, its name is enough, and types may have other names. */
    private final boolean typed;

    private final Optional<EarlierShape> earlier;
    private final Optional<LaterShape> later;
    private final List<String> names = new ArrayList<>();
    private final List<String> types = new ArrayList<>();

    /** The names that records of the later shape have; null for a column that it does not have. */
    private final List<@Nullable String> laterNames = new ArrayList<>();

    /** What rows have in columns that their records or the base do not have. */
    private final @Nullable Object[] added;

    /** What the records of the last shape are mapped to. */
    private @Nullable RowShape shape;

    private boolean mayBeEarlier;
    private int[] places = new int[0];
    private @Nullable Object[] template = new Object[0];
    private boolean reached;

    RowColumns(BaseTable table, Optional<LaterShape> later, boolean typed) {
        this.table = table;
        this.typed = typed;
        this.earlier = CapturedTables.earlier(table.shape());
        this.later = later;
        Map<String, Optional<String>> renamed = later.map(LaterShape::names).orElse(Map.of());
        for (BaseColumn column : table.columns()) {
            names.add(column.name());
            types.add(column.typeName());
            laterNames.add(renamed.getOrDefault(column.name(), Optional.of(column.name()))
                    .orElse(null));
        }
        Map<String, Optional<String>> more = later.map(LaterShape::added).orElse(Map.of());
        List<BaseColumn> columns = later.map(LaterShape::columns).orElse(List.of());
        columns.stream().filter(column -> more.containsKey(column.name())).forEach(column -> {
            laterNames.add(column.name());
            types.add(column.typeName());
        });
        this.added = new Object[laterNames.size()];
        for (int i = names.size(); i < added.length; i++) {
            added[i] = more.getOrDefault(laterNames.get(i), Optional.empty()).orElse(null);
        }
    }

    /** Returns the places of the key's columns; none if the table has no key. */
    int[] keyPlaces() {
        return table.keyColumns().orElse(List.of()).stream()
                .mapToInt(names::indexOf)
                .toArray();
    }

    /** Returns whether a change came with the later shape. */
    boolean isLater() {
        return reached;
    }

    /** Returns the columns that the table has in one of its shapes. */
    List<BaseColumn> columns(boolean inLater) {
        return inLater ? later.orElseThrow().columns() : table.columns();
    }

    /** Returns a row of the base. */
    @Nullable
    String[] ofBase(byte[] line, int length) {
        @Nullable String[] fields = CopyLine.fields(line, length);
        if (added.length == fields.length) {
            return fields;
        }
        @Nullable String[] row = Arrays.copyOf(fields, added.length);
        for (int i = fields.length; i < row.length; i++) {
            row[i] = (String) added[i];
        }
        return row;
    }

    /** Returns a row with the columns of one of the shapes, in their order. */
    @Nullable
    String[] shown(@Nullable String[] row, boolean inLater) {
        if (!inLater) {
            return row.length == names.size() ? row : Arrays.copyOf(row, names.size());
        }
        List<@Nullable String> shown = new ArrayList<>();
        for (int i = 0; i < row.length; i++) {
            if (laterNames.get(i) != null) {
                shown.add(row[i]);
            }
        }
        return shown.toArray(new String[0]);
    }

    /** Returns a row of a change. */
    @Nullable
    Object[] row(TableChange change, @Nullable Object @Nullable [] values) {
        if (values == null) {
            throw new SyncException(
                    FaultKind.DATA,
                    "A record of table " + table.table() + " has no row.",
                    "The table needs a replica identity.");
        }
        map(change);
        @Nullable Object[] row = template.clone();
        for (int i = 0; i < places.length; i++) {
            if (places[i] != NONE) {
                row[places[i]] = text(values[i]);
            }
        }
        return row;
    }

    static @Nullable Object[] texts(@Nullable Object[] values) {
        @Nullable Object[] texts = new Object[values.length];
        for (int i = 0; i < values.length; i++) {
            texts[i] = text(values[i]);
        }
        return texts;
    }

    private static @Nullable Object text(@Nullable Object value) {
        return value == null || value == TableChange.UNCHANGED ? value : PostgresText.of(value);
    }

    private void map(TableChange change) {
        Optional<EarlierShape> before = earlier.filter(each -> each.until().reached(change.commit()));
        if (change.shape() == shape && before.isPresent() == mayBeEarlier) {
            return;
        }
        Optional<String> misfit = mapAsBase(change.shape(), before);
        if (misfit.isPresent()) {
            later.orElseThrow(() -> LaterShape.unknown(table, misfit.get(), later))
                    .require();
            mapAsLater(change.shape());
            reached = true;
        }
        shape = change.shape();
        mayBeEarlier = before.isPresent();
    }

    /** Returns the name of a column that does not fit the base. */
    private Optional<String> mapAsBase(RowShape sent, Optional<EarlierShape> before) {
        Map<String, Optional<String>> known = before.map(EarlierShape::names).orElse(Map.of());
        Map<String, Optional<String>> missing = before.map(EarlierShape::added).orElse(Map.of());
        begin(sent);
        boolean[] seen = new boolean[names.size()];
        for (int i = 0; i < places.length; i++) {
            RowShape.Column column = sent.columns().get(i);
            Optional<String> name = known.getOrDefault(column.name(), Optional.of(column.name()));
            places[i] = name.map(names::indexOf).orElse(NONE);
            if (name.isPresent() && (places[i] == NONE || !hasType(places[i], column))) {
                return Optional.of(column.name());
            }
            if (places[i] != NONE) {
                seen[places[i]] = true;
            }
        }
        for (int i = 0; i < seen.length; i++) {
            Optional<String> value = missing.get(names.get(i));
            if (!seen[i] && value == null) {
                return Optional.of(names.get(i));
            }
            template[i] = seen[i] || value == null ? null : value.orElse(null);
        }
        return Optional.empty();
    }

    /** A record from between two changes has some columns as they were, and others as they are. */
    private void mapAsLater(RowShape sent) {
        begin(sent);
        boolean[] seen = new boolean[added.length];
        for (int i = 0; i < places.length; i++) {
            RowShape.Column column = sent.columns().get(i);
            int place = names.indexOf(column.name());
            places[i] = place != NONE ? place : laterNames.indexOf(column.name());
            if (places[i] == NONE || !hasType(places[i], column)) {
                throw LaterShape.unknown(table, column.name(), later);
            }
            seen[places[i]] = true;
        }
        for (int i = 0; i < names.size(); i++) {
            if (!seen[i] && laterNames.get(i) != null) {
                throw LaterShape.unknown(table, names.get(i), later);
            }
        }
    }

    private void begin(RowShape sent) {
        places = new int[sent.columns().size()];
        template = added.clone();
    }

    private boolean hasType(int place, RowShape.Column sent) {
        return !typed || sent.type().map(types.get(place)::equals).orElse(true);
    }
}
