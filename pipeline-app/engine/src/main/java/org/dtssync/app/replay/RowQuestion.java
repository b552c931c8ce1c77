package org.dtssync.app.replay;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.connectors.postgres.TableName;

/**
 * Which row's history is asked for.
 *
 * @param table its table
 * @param key its key columns with their values, as PostgreSQL prints them
 * @param from what is asked for begins here; empty: with the first change
 * @param to what is asked for ends here; empty: with the last change
 * @param masks patterns {@code schema.table.column} of columns whose values are not shown
 */
public record RowQuestion(
        TableName table, Map<String, String> key, Optional<Moment> from, Optional<Moment> to, List<String> masks) {

    /** Copies the collections. */
    public RowQuestion {
        key = Map.copyOf(key);
        masks = List.copyOf(masks);
    }
}
