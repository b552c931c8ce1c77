package org.dtssync.connectors.apply;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dtssync.connectors.read.TableChange;

/**
 * The statements that bring one keyed table from before the fold to after it.
 *
 * <p>Two ways: in place (delete, update, insert), and by a rewrite (delete every touched row, insert every final one). The second is
 * for what the first cannot do: a unique value handed from one row to another, values that stay behind under an old key,
 * columns that cannot be updated. It is right for swaps, cycles and exclusion constraints, and needs no order. One object
 * plans one fold. Not thread-safe.
 */
final class KeyedPlan {

    private final TableFold fold;
    private final TargetTable table;
    private final WriteMode mode;
    private final Staging staging;
    private final List<WriteStatement> statements = new ArrayList<>();

    /** Rows to insert that are not yet in a statement: if they are many, with COPY directly into the table. */
    private final List<Object[]> inserts = new ArrayList<>();

    KeyedPlan(TableFold fold, WriteMode mode, Staging staging) {
        this.fold = fold;
        this.table = fold.table();
        this.mode = mode;
        this.staging = staging;
    }

    /** Returns the statements, in the order they must run. */
    List<WriteStatement> statements() {
        return statements;
    }

    /** Returns rows to be copied into the table after the statements. */
    List<Object[]> inserts() {
        return inserts;
    }

    /** Plans the write; {@code rewrite} asks for the second way. */
    KeyedPlan plan(boolean rewrite) {
        if (rewrite || needsRewrite()) {
            planRewrite();
        } else {
            planInPlace();
        }
        return this;
    }

    private boolean needsRewrite() {
        boolean updatable = table.updatable();
        for (Map.Entry<RowKey, TableFold.Slot> entry : fold.slots().entrySet()) {
            TableFold.Row row = entry.getValue().after();
            if (row != null) {
                boolean moved = row.base() != null && !row.base().equals(entry.getKey());
                if (moved || (!updatable && (entry.getValue().before() || mode == WriteMode.CONVERGE))) {
                    return true;
                }
            }
        }
        return false;
    }

    private void planInPlace() {
        Map<BitSet, List<Object[]>> updates = new LinkedHashMap<>();
        List<Object[]> puts = new ArrayList<>();
        fold.slots().forEach((key, slot) -> {
            TableFold.Row row = slot.after();
            if (row == null) {
                return;
            }
            if (row.base() != null) {
                updates.computeIfAbsent(unchanged(row.values()), absent -> new ArrayList<>())
                        .add(row.values());
            } else if (mode == WriteMode.CONVERGE && !fold.truncated()) {
                puts.add(row.values());
            } else if (slot.before()) {
                updates.computeIfAbsent(new BitSet(), absent -> new ArrayList<>())
                        .add(row.values());
            } else {
                inserts.add(row.values());
            }
        });
        delete(fold.deletedKeys(mode == WriteMode.CONVERGE));
        updates.forEach(this::update);
        if (!puts.isEmpty()) {
            put(puts);
        }
    }

    private static BitSet unchanged(Object[] values) {
        BitSet set = new BitSet();
        for (int i = 0; i < values.length; i++) {
            set.set(i, values[i] == TableChange.UNCHANGED);
        }
        return set;
    }

    private void delete(List<RowKey> keys) {
        if (keys.isEmpty()) {
            return;
        }
        List<Object[]> rows = keys.stream().map(this::keyValues).toList();
        statements.add(new WriteStatement(
                table.name(),
                "DELETE FROM " + table.onlySql() + " t USING " + staging.from(rows) + " WHERE " + keyMatches("t", 0),
                expected(keys.size()),
                "delete"));
    }

    private Object[] keyValues(RowKey key) {
        Object[] values = new Object[table.keyIndexes().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = key.value(i);
        }
        return values;
    }

    /** Compares key columns with staged ones that begin at an index. */
    private String keyMatches(String alias, int firstStaged) {
        int[] keys = table.keyIndexes();
        return IntStream.range(0, keys.length)
                .mapToObj(i -> table.columns().get(keys[i]).isEqual(alias, "s.c" + (firstStaged + i)))
                .collect(Collectors.joining(" AND "));
    }

    /** Compares key columns with staged rows that have every column in its place. */
    private String keyMatchesRow(String alias) {
        return IntStream.of(table.keyIndexes())
                .mapToObj(key -> table.columns().get(key).isEqual(alias, "s.c" + key))
                .collect(Collectors.joining(" AND "));
    }

    private void update(BitSet unchanged, List<Object[]> rows) {
        List<Integer> set = IntStream.range(0, table.columns().size())
                .filter(i -> !unchanged.get(i) && !table.isKey(i))
                .boxed()
                .toList();
        // A row that consists only of its key, or is unchanged, must still exist.
        String assignments = set.isEmpty()
                ? assignment(table.keyIndexes()[0])
                : set.stream().map(this::assignment).collect(Collectors.joining(", "));
        if (set.isEmpty() && table.columns().get(table.keyIndexes()[0]).alwaysIdentity()) {
            return;
        }
        statements.add(new WriteStatement(
                table.name(),
                "UPDATE " + table.onlySql() + " t SET " + assignments + " FROM " + staging.from(withoutMarkers(rows))
                        + " WHERE " + keyMatchesRow("t"),
                expected(rows.size()),
                "update"));
    }

    private String assignment(int column) {
        return table.columns().get(column).sql() + " = "
                + table.columns().get(column).assigned("t", "s.c" + column);
    }

    private static List<Object[]> withoutMarkers(List<Object[]> rows) {
        List<Object[]> clean = new ArrayList<>(rows.size());
        for (Object[] row : rows) {
            Object[] copy = row;
            for (int i = 0; i < row.length; i++) {
                if (row[i] == TableChange.UNCHANGED) {
                    copy = copy == row ? row.clone() : copy;
                    copy[i] = null;
                }
            }
            clean.add(copy);
        }
        return clean;
    }

    private void put(List<Object[]> rows) {
        String updates = IntStream.range(0, table.columns().size())
                .filter(i -> !table.isKey(i))
                .mapToObj(i -> table.columns().get(i).sql() + " = excluded."
                        + table.columns().get(i).sql())
                .collect(Collectors.joining(", "));
        statements.add(new WriteStatement(
                table.name(),
                insertFrom(staging.from(rows), new BitSet()) + " ON CONFLICT (" + table.keyList() + ") DO "
                        + (updates.isEmpty() ? "NOTHING" : "UPDATE SET " + updates),
                WriteStatement.ANY,
                "put"));
    }

    private String insertFrom(String from, BitSet unchanged) {
        String values = IntStream.range(0, table.columns().size())
                .mapToObj(i -> unchanged.get(i)
                        ? "b." + table.columns().get(i).sql()
                        : table.columns().get(i).fromText("s.c" + i))
                .collect(Collectors.joining(", "));
        return "INSERT INTO " + table.sql() + " (" + table.columnList() + ") OVERRIDING SYSTEM VALUE SELECT " + values
                + " FROM " + from;
    }

    private void planRewrite() {
        List<RowKey> touched = new ArrayList<>();
        Map<BitSet, List<Object[]>> finals = new LinkedHashMap<>();
        fold.slots().forEach((key, slot) -> {
            if (slot.before() || mode == WriteMode.CONVERGE) {
                touched.add(key);
            }
            if (slot.after() != null) {
                finals.computeIfAbsent(unchanged(slot.after().values()), absent -> new ArrayList<>())
                        .add(withBase(slot.after()));
            }
        });
        List<WriteStatement> insertStatements = new ArrayList<>();
        finals.forEach((unchanged, rows) -> planFinals(unchanged, rows, insertStatements));
        delete(touched);
        statements.addAll(insertStatements);
    }

    /** Rows of values that are all known are inserted; the others are joined with the rows they leave behind. */
    private void planFinals(BitSet unchanged, List<Object[]> rows, List<WriteStatement> insertStatements) {
        String from = staging.from(withoutMarkers(rows));
        String source = from;
        String base = "pg_temp." + staging.nextName();
        if (!unchanged.isEmpty()) {
            statements.add(new WriteStatement(
                    table.name(),
                    "CREATE TEMPORARY TABLE " + base + " ON COMMIT DROP AS SELECT t.* FROM " + table.onlySql()
                            + " t JOIN " + from + " ON "
                            + keyMatches("t", table.columns().size()),
                    WriteStatement.ANY,
                    "keep"));
            source = from + " JOIN " + base + " b ON "
                    + keyMatches("b", table.columns().size());
        }
        insertStatements.add(new WriteStatement(table.name(), insertFrom(source, unchanged), rows.size(), "insert"));
        if (!unchanged.isEmpty()) {
            insertStatements.add(new WriteStatement(table.name(), "DROP TABLE " + base, WriteStatement.ANY, "drop"));
        }
    }

    /** Returns the row with the key it leaves behind appended. */
    private Object[] withBase(TableFold.Row row) {
        int width = table.columns().size();
        Object[] values = java.util.Arrays.copyOf(row.values(), width + table.keyIndexes().length);
        if (row.base() != null) {
            System.arraycopy(keyValues(row.base()), 0, values, width, table.keyIndexes().length);
        }
        return values;
    }

    private long expected(long rows) {
        return mode == WriteMode.EXACT && !fold.truncated() ? rows : WriteStatement.ANY;
    }
}
