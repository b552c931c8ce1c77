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
 */
public record RowRequest(String table, List<String> key, Optional<String> from, Optional<String> to) {

    /** Copies the list. */
    public RowRequest {
        key = List.copyOf(key);
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
            values.put(each.substring(0, equals), each.substring(equals + 1));
        }
        return new RowQuestion(
                new TableName(table.substring(0, dot), table.substring(dot + 1)),
                values,
                from.map(text -> Moment.parse("--from", text)),
                to.map(text -> Moment.parse("--to", text)));
    }
}
