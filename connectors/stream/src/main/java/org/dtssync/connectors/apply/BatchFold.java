package org.dtssync.connectors.apply;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dtssync.connectors.postgres.TableName;

/** The folds of all tables that one write changes. Not thread-safe. */
final class BatchFold {

    private final Map<TableName, TableFold> keyed = new LinkedHashMap<>();
    private final Map<TableName, KeylessFold> keyless = new LinkedHashMap<>();
    private long changes;

    void add(TargetTable table, Change change) {
        changes++;
        if (table.hasKey()) {
            keyed.computeIfAbsent(table.name(), absent -> new TableFold(table)).add(change);
        } else {
            keyless.computeIfAbsent(table.name(), absent -> new KeylessFold(table))
                    .add(change);
        }
    }

    Collection<TableFold> keyed() {
        return keyed.values();
    }

    Collection<KeylessFold> keyless() {
        return keyless.values();
    }

    long changes() {
        return changes;
    }

    List<TargetTable> truncated() {
        List<TargetTable> tables = new ArrayList<>();
        keyed.values().stream().filter(TableFold::truncated).forEach(fold -> tables.add(fold.table()));
        keyless.values().stream().filter(KeylessFold::truncated).forEach(fold -> tables.add(fold.table()));
        return tables;
    }
}
