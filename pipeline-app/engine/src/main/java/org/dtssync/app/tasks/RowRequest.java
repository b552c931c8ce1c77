package org.dtssync.app.tasks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.app.replay.Moment;
import org.dtssync.app.replay.RowQuestion;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;

/**
 * Which row's history is asked for, as a person writes it.
 *
 * @param table {@code schema.table}
 * @param key {@code column=value} for each column of its key
 * @param from an LSN, a time or {@code latest}; empty: the first change
 * @param to an LSN, a time or {@code latest}; empty: the last change
 * @param masks patterns {@code schema.table.column} of columns whose values are not shown
 */
public record RowRequest(
        String table, List<String> key, Optional<String> from, Optional<String> to, List<String> masks) {

    /** Copies the lists. */
    public RowRequest {
        key = List.copyOf(key);
        masks = List.copyOf(masks);
    }

    /** Asks for a history with all values. */
    public RowRequest(String table, List<String> key, Optional<String> from, Optional<String> to) {
        this(table, key, from, to, List.of());
    }

    RowQuestion question() {
        int dot = table.indexOf('.');
        if (dot <= 0 || dot == table.length() - 1) {
            throw new SyncException(FaultKind.USAGE, table + " is no table.", "Write it as schema.table.");
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (String each : key) {
            int equals = each.indexOf('=');
            if (equals <= 0) {
                throw new SyncException(
                        FaultKind.USAGE, each + " is no value of a column.", "Write it as column=value.");
            }
            String column = each.substring(0, equals);
            if (values.put(column, each.substring(equals + 1)) != null) {
                throw new SyncException(
                        FaultKind.USAGE, "Column " + column + " has two values.", "Give each column of the key once.");
            }
        }
        return new RowQuestion(
                new TableName(table.substring(0, dot), table.substring(dot + 1)),
                values,
                from.map(text -> Moment.parse("--from", text)),
                to.map(text -> Moment.parse("--to", text)),
                masks);
    }
}
