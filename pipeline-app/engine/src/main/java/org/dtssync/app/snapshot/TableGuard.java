package org.dtssync.app.snapshot;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.dtssync.app.catalog.RowShape;
import org.dtssync.app.catalog.ShapeFingerprint;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.RecordedShape;
import org.dtssync.app.state.ShapeRecords;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes tables that commands have changed at the source since the destination's were made. Where commands are carried such a table
 * is set aside, and loaded once the destination has had them. Thread-safe.
 */
public final class TableGuard {

    private final @Nullable ProgressStore records;
    private final @Nullable ShapeRecords shapeRecords;
    private final @Nullable DatabaseConnections source;
    private final Map<TableName, RowShape> shapes = new HashMap<>();
    private final Set<TableName> changed = ConcurrentHashMap.newKeySet();
    private boolean read;

    private TableGuard(
            @Nullable ProgressStore records,
            @Nullable ShapeRecords shapeRecords,
            @Nullable DatabaseConnections source) {
        this.records = records;
        this.shapeRecords = shapeRecords;
        this.source = source;
    }

    /** Returns one for a task that carries no commands: a change is a fault. */
    public static TableGuard none() {
        return new TableGuard(null, null, null);
    }

    /**
     * Returns one for a task that carries commands.
     *
     * @param records has the shapes of its tables, which do not change during the load
     * @param shapeRecords has the same, for single tables
     * @param source where they are loaded from
     */
    public static TableGuard of(ProgressStore records, ShapeRecords shapeRecords, DatabaseConnections source) {
        return new TableGuard(records, shapeRecords, source);
    }

    /**
     * Requires that a table has its recorded shape.
     *
     * @param session whose transaction at the source has locked the table and reads it
     * @param keyed whether changes that are in the copy already are applied all the same: then new partitions are left out of it
     * @return the object identifiers of partitions to leave out, as text
     * @throws SyncException of kind SHAPE_CHANGED if it has another one
     */
    Set<String> require(Connection session, TableName table, boolean keyed) throws SQLException {
        if (records == null) {
            return Set.of();
        }
        RowShape shape = recorded(records, table);
        Optional<Set<String>> without = shape == null ? Optional.empty() : shape.fitsWithout(session, table);
        if (without.isEmpty() || !(keyed || without.get().isEmpty())) {
            changed.add(table);
            throw new SyncException(
                    FaultKind.SHAPE_CHANGED, "Table " + table + " changed at the source while it was loaded.", "");
        }
        return without.get();
    }

    private synchronized @Nullable RowShape recorded(ProgressStore store, TableName table) {
        if (!read) {
            store.structures((one, structure) -> shapes.put(one, RowShape.recorded(structure)));
            read = true;
        }
        return shapes.get(table);
    }

    /** Returns whether a table whose copy failed has another shape now, or is gone; its types count too. */
    boolean hasChanged(TableName table) {
        if (shapeRecords == null || source == null) {
            return false;
        }
        if (changed.contains(table)) {
            return true;
        }
        RecordedShape stored = shapeRecords.read(List.of(table)).get(table);
        return stored == null
                || !ShapeFingerprint.changes(
                                Map.of(table, stored.structure()), new ShapeFingerprint(source).read(List.of(table)))
                        .isEmpty();
    }
}
