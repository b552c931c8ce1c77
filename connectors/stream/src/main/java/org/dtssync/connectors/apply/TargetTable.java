package org.dtssync.connectors.apply;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dtssync.connectors.postgres.TableName;

/** A table at the destination as changes are written to it. Immutable. */
final class TargetTable {

    private final TableName name;
    private final boolean partitioned;
    private final List<TargetColumn> columns;
    private final int[] keyIndexes;
    private final Map<String, Integer> indexes = new HashMap<>();
    private final Optional<VisibleSnapshot> visible;
    private final Set<TableName> referredToBy;

    TargetTable(
            TableName name,
            boolean partitioned,
            List<TargetColumn> columns,
            List<String> keyColumns,
            Optional<VisibleSnapshot> visible,
            Set<TableName> referredToBy) {
        this.name = name;
        this.partitioned = partitioned;
        this.columns = List.copyOf(columns);
        this.visible = visible;
        this.referredToBy = Set.copyOf(referredToBy);
        for (int i = 0; i < columns.size(); i++) {
            indexes.put(columns.get(i).name(), i);
        }
        this.keyIndexes = keyColumns.stream().mapToInt(indexes::get).toArray();
    }

    TableName name() {
        return name;
    }

    List<TargetColumn> columns() {
        return columns;
    }

    boolean hasKey() {
        return keyIndexes.length > 0;
    }

    int[] keyIndexes() {
        return keyIndexes;
    }

    boolean isKey(int column) {
        return IntStream.of(keyIndexes).anyMatch(index -> index == column);
    }

    /** Returns the snapshot a table without a key was copied with: what it saw must not be applied again. */
    Optional<VisibleSnapshot> visible() {
        return visible;
    }

    /** Returns the other tables whose foreign keys refer to this one. */
    Set<TableName> referredToBy() {
        return referredToBy;
    }

    /** Returns the column's index, or -1 if the destination has no such column. */
    int indexOf(String column) {
        return indexes.getOrDefault(column, -1);
    }

    RowKey key(Object[] row) {
        Object[] values = new Object[keyIndexes.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = row[keyIndexes[i]];
        }
        return new RowKey(values);
    }

    /** Returns whether a row can be changed in place: an identity column that is GENERATED ALWAYS cannot be set. */
    boolean updatable() {
        return IntStream.range(0, columns.size()).noneMatch(i -> columns.get(i).alwaysIdentity() && !isKey(i));
    }

    /** Returns the name for INSERT and COPY. */
    String sql() {
        return name.sql();
    }

    /** Returns the name for SELECT, UPDATE, DELETE and TRUNCATE: children that inherit are tables of their own. */
    String onlySql() {
        return partitioned ? name.sql() : "ONLY " + name.sql();
    }

    /** Returns the quoted column names, separated by commas. */
    String columnList() {
        return columns.stream().map(TargetColumn::sql).collect(Collectors.joining(", "));
    }

    /** Returns the quoted key column names, separated by commas. */
    String keyList() {
        List<String> names = new ArrayList<>();
        for (int index : keyIndexes) {
            names.add(columns.get(index).sql());
        }
        return String.join(", ", names);
    }
}
