package org.dtssync.app.stream;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.dtssync.app.catalog.RowShape;
import org.dtssync.app.catalog.ShapeFingerprint;
import org.dtssync.app.state.RecordedShape;
import org.dtssync.app.state.ShapeRecords;
import org.dtssync.connectors.apply.CatchUpRows;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/** Recognizes, while tables catch up, one whose rows at the source have another shape already. Used by the applier's thread. */
final class SourceShapes implements CatchUpRows.SourceTables {

    private final ShapeRecords records;
    private final DatabaseConnections source;
    private final boolean carried;
    private final AtomicReference<@Nullable TableName> ahead = new AtomicReference<>();
    private final Set<TableName> read = new LinkedHashSet<>();

    /**
     * Creates it.
     *
     * @param records the shapes that the destination has
     * @param source where rows are read
     * @param carried whether commands are carried; otherwise every change stops the task
     */
    SourceShapes(ShapeRecords records, DatabaseConnections source, boolean carried) {
        this.records = records;
        this.source = source;
        this.carried = carried;
    }

    @Override
    public Set<String> require(Connection session, TableName table) throws SQLException {
        if (!carried) {
            return Set.of();
        }
        read.add(table);
        RecordedShape recorded = records.read(List.of(table)).get(table);
        Optional<Set<String>> without = recorded == null
                ? Optional.empty()
                : RowShape.recorded(recorded.structure()).fitsWithout(session, table);
        if (without.isEmpty()) {
            ahead.set(table);
            throw new SyncException(
                    FaultKind.SHAPE_CHANGED, "Table " + table + " changed at the source while others caught up.", "");
        }
        return without.get();
    }

    /**
     * Returns the table whose rows were ahead of the destination's structure, and forgets it; null if there is none. Columns can be the same,
     * and a value not: a label that an enum has got, or what a domain allows now.
     */
    @Nullable
    TableName takeAhead(SyncException fault) {
        TableName found = ahead.getAndSet(null);
        List<TableName> candidates = List.copyOf(read);
        read.clear();
        if (found == null && fault.kind() == FaultKind.DATA) {
            return candidates.stream().filter(this::hasChanged).findFirst().orElse(null);
        }
        return found;
    }

    private boolean hasChanged(TableName table) {
        RecordedShape recorded = records.read(List.of(table)).get(table);
        return recorded != null
                && !ShapeFingerprint.changes(
                                Map.of(table, recorded.structure()), new ShapeFingerprint(source).read(List.of(table)))
                        .isEmpty();
    }
}
