package org.dtssync.app.stream;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.dtssync.app.catalog.RowShape;
import org.dtssync.app.state.RecordedShape;
import org.dtssync.app.state.ShapeRecords;
import org.dtssync.connectors.apply.CatchUpRows;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/** Recognizes, while tables catch up, one whose rows at the source have another shape already. Used by the applier's thread. */
final class SourceShapes implements CatchUpRows.SourceTables {

    private final ShapeRecords records;
    private final boolean carried;
    private final AtomicReference<@Nullable TableName> ahead = new AtomicReference<>();

    /**
     * Creates it.
     *
     * @param records the shapes that the destination has
     * @param carried whether commands are carried; otherwise every change stops the task
     */
    SourceShapes(ShapeRecords records, boolean carried) {
        this.records = records;
        this.carried = carried;
    }

    @Override
    public void require(Connection session, TableName table) throws SQLException {
        if (!carried) {
            return;
        }
        RecordedShape recorded = records.read(List.of(table)).get(table);
        if (recorded == null || !RowShape.recorded(recorded.structure()).fits(session, table)) {
            ahead.set(table);
            throw new SyncException(
                    FaultKind.SHAPE_CHANGED, "Table " + table + " changed at the source while others caught up.", "");
        }
    }

    /** Returns the table that was found last, and forgets it; null if there is none. */
    @Nullable
    TableName takeAhead() {
        return ahead.getAndSet(null);
    }
}
