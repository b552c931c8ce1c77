package org.dtssync.connectors.apply;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.TableChange;
import org.jspecify.annotations.Nullable;

/**
 * A table of rows (id, plain, toasted) that is changed one by one as PostgreSQL would, and the changes as the stream has them:
 * the toasted value is left out wherever it did not change.
 */
final class RowModel {

    static final TargetTable KEYED = table(List.of("id"));
    static final TargetTable KEYLESS = table(List.of());

    private static final int SPARE = 99;

    private final Random random;
    private final Map<Integer, Object[]> rows = new HashMap<>();

    RowModel(Random random) {
        this.random = random;
    }

    private static TargetTable table(List<String> key) {
        List<TargetColumn> columns =
                List.of(column("id", "integer"), column("plain", "text"), column("toasted", "text"));
        return new TargetTable(new TableName("public", "t"), false, columns, key, Optional.empty(), Set.of());
    }

    private static TargetColumn column(String name, String type) {
        return new TargetColumn(
                name, type, TargetColumn.Base.CAST, "OPERATOR(pg_catalog.=)", "", false, false, null, false);
    }

    Map<Integer, Object[]> rows() {
        return rows;
    }

    /** Makes one random change; returns what the stream has of it. */
    List<Change> change() {
        int key = random.nextInt(6);
        Object[] row = rows.get(key);
        if (row == null) {
            Object[] fresh = {key, plain(), toasted()};
            rows.put(key, fresh);
            return List.of(new Change.Insert(1, fresh.clone(), null));
        }
        int kind = random.nextInt(40);
        if (kind == 0) {
            rows.clear();
            return List.of(new Change.Truncate(1));
        }
        if (kind < 10) {
            rows.remove(key);
            return List.of(new Change.Delete(1, onlyKey(key)));
        }
        int to = random.nextInt(6);
        if (kind >= 32 && to != key && rows.containsKey(to)) {
            return swap(key, to);
        }
        return kind < 22 && !rows.containsKey(to) ? move(key, to) : update(key, row);
    }

    private List<Change> update(int key, Object[] row) {
        boolean other = random.nextBoolean();
        Object[] now = {key, plain(), other ? toasted() : row[2]};
        rows.put(key, now);
        Object[] sent = now.clone();
        sent[2] = other ? now[2] : TableChange.UNCHANGED;
        return List.of(new Change.Update(1, null, sent));
    }

    private List<Change> move(int key, int to) {
        Object[] row = rows.remove(key);
        assertThat(row).isNotNull();
        boolean other = random.nextInt(3) == 0;
        Object[] now = {to, plain(), other ? toasted() : row[2]};
        rows.put(to, now);
        Object[] sent = now.clone();
        sent[2] = other ? now[2] : TableChange.UNCHANGED;
        return List.of(new Change.Delete(1, onlyKey(key)), new Change.Insert(1, sent, new RowKey(new Object[] {key})));
    }

    /** Two rows change places by way of a third key. */
    private List<Change> swap(int one, int other) {
        List<Change> changes = new ArrayList<>(move(one, SPARE));
        changes.addAll(move(other, one));
        changes.addAll(move(SPARE, other));
        return changes;
    }

    private static Object[] onlyKey(int key) {
        return new Object[] {key, null, null};
    }

    private @Nullable String plain() {
        return random.nextInt(4) == 0 ? null : "p" + random.nextInt(3);
    }

    private @Nullable String toasted() {
        return random.nextInt(4) == 0 ? null : "t" + random.nextInt(1000);
    }

    /** Prints rows so that they compare by value. */
    static List<String> print(Iterable<Object[]> rows) {
        List<String> lines = new ArrayList<>();
        rows.forEach(row -> lines.add(Arrays.toString(row)));
        lines.sort(null);
        return lines;
    }

    static Map<Integer, Object[]> copy(Map<Integer, Object[]> rows) {
        return new HashMap<>(rows);
    }
}
