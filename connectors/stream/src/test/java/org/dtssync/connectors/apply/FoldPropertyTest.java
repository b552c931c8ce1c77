package org.dtssync.connectors.apply;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.TableChange;

/** A fold says the same as its changes one by one. */
class FoldPropertyTest {

    @Property(tries = 2000)
    void aKeyedFoldIsItsChangesOneByOne(
            @ForAll long seed, @ForAll @IntRange(max = 40) int before, @ForAll @IntRange(min = 1, max = 60) int count) {
        RowModel model = new RowModel(new Random(seed));
        for (int i = 0; i < before; i++) {
            model.change();
        }
        Map<Integer, Object[]> destination = RowModel.copy(model.rows());
        BatchFold batch = new BatchFold();
        for (int i = 0; i < count; i++) {
            model.change().forEach(change -> batch.add(RowModel.KEYED, change));
        }

        for (TableFold fold : batch.keyed()) {
            apply(fold, destination);
        }

        assertThat(RowModel.print(destination.values()))
                .isEqualTo(RowModel.print(model.rows().values()));
    }

    /** What a fold means, row by row: the reader of its promises, not of its code. */
    private static void apply(TableFold fold, Map<Integer, Object[]> destination) {
        Map<Integer, Object[]> old = RowModel.copy(destination);
        if (fold.truncated()) {
            destination.clear();
        }
        fold.slots().forEach((key, slot) -> {
            // A row that the first change needs must be there, and one that it inserts must not.
            assertThat(destination.containsKey((Integer) key.value(0))).isEqualTo(slot.before());
        });
        fold.slots().forEach((key, slot) -> destination.remove((Integer) key.value(0)));
        fold.slots().forEach((key, slot) -> {
            if (slot.after() != null) {
                Object[] row = slot.after().values().clone();
                RowKey base = slot.after().base();
                if (row[2] == TableChange.UNCHANGED) {
                    assertThat(base).isNotNull();
                    Object[] unchanged = old.get((Integer) base.value(0));
                    assertThat(unchanged).isNotNull();
                    row[2] = unchanged[2];
                } else {
                    assertThat(base).isNull();
                }
                destination.put((Integer) key.value(0), row);
            }
        });
    }

    /**
     * Before the consistency point the destination is of no single moment: a copy from somewhere in the middle of the stream, and
     * rows read from the source later still. Once the stream has passed the latest of these moments both sides are equal.
     */
    @Property(tries = 4000)
    void catchingUpFromACopyOfAnyMomentEndsEqual(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 30) int longestBatch) {
        Random random = new Random(seed);
        RowModel model = new RowModel(random);
        for (int i = 0; i < 20; i++) {
            model.change();
        }
        List<List<Change>> stream = new ArrayList<>();
        List<Map<Integer, Object[]>> states = new ArrayList<>(List.of(RowModel.copy(model.rows())));
        for (int i = 0; i < 120; i++) {
            stream.add(model.change());
            states.add(RowModel.copy(model.rows()));
        }
        int consistent = random.nextInt(40);
        Map<Integer, Object[]> destination = RowModel.copy(states.get(consistent));

        int applied = 0;
        while (applied < consistent || applied == 0) {
            int end = Math.min(stream.size(), applied + 1 + random.nextInt(longestBatch));
            TableFold fold = new TableFold(RowModel.KEYED);
            stream.subList(applied, end).forEach(changes -> changes.forEach(fold::add));
            int now = end + random.nextInt(Math.min(stream.size() - end, 6) + 1);
            if (converge(fold, destination, states.get(now))) {
                consistent = Math.max(consistent, now);
            }
            applied = end;
        }

        assertThat(RowModel.print(destination.values()))
                .isEqualTo(RowModel.print(states.get(applied).values()));
    }

    /** Returns whether rows were read from the source, as they are there now. */
    private static boolean converge(TableFold fold, Map<Integer, Object[]> destination, Map<Integer, Object[]> source) {
        Map<Integer, Object[]> old = RowModel.copy(destination);
        boolean read = false;
        if (fold.truncated()) {
            destination.clear();
        }
        for (Map.Entry<RowKey, TableFold.Slot> entry : fold.slots().entrySet()) {
            Integer key = (Integer) entry.getKey().value(0);
            TableFold.Row row = entry.getValue().after();
            if (row == null) {
                destination.remove(key);
            } else if (row.base() == null) {
                destination.put(key, row.values());
            } else if (row.moved() || !old.containsKey(key)) {
                read = true;
                destination.remove(key);
                if (source.containsKey(key)) {
                    destination.put(key, source.get(key));
                }
            } else {
                assertThat(row.base()).isEqualTo(entry.getKey());
                Object[] kept = row.values().clone();
                kept[2] = kept[2] == TableChange.UNCHANGED ? old.get(key)[2] : kept[2];
                destination.put(key, kept);
            }
        }
        return read;
    }

    @Property(tries = 1000)
    void aRowMovedOrCompletedIsPlannedSoThatItsOldValuesAreStillThere(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int count) {
        RowModel model = new RowModel(new Random(seed));
        for (int i = 0; i < 20; i++) {
            model.change();
        }
        TableFold fold = new TableFold(RowModel.KEYED);
        for (int i = 0; i < count; i++) {
            model.change().forEach(fold::add);
        }
        boolean moved = fold.slots().entrySet().stream()
                .anyMatch(entry -> entry.getValue().after() != null
                        && entry.getValue().after().base() != null
                        && !entry.getValue().after().base().equals(entry.getKey()));

        List<String> what = new KeyedPlan(fold, WriteMode.EXACT, new Staging())
                .plan(false).statements().stream().map(WriteStatement::what).toList();

        if (moved) {
            // What stays behind under an old key is kept before anything is deleted, and inserts come last.
            assertThat(what).contains("keep");
            assertThat(what.lastIndexOf("keep")).isLessThan(firstOf(what, "delete"));
            assertThat(what).doesNotContain("update");
        } else {
            assertThat(what).doesNotContain("keep");
        }
        assertThat(what.lastIndexOf("delete")).isLessThan(firstOf(what, "update"));
        assertThat(what.lastIndexOf("delete")).isLessThan(firstOf(what, "insert"));
    }

    private static int firstOf(List<String> what, String step) {
        int index = what.indexOf(step);
        return index < 0 ? Integer.MAX_VALUE : index;
    }

    @Property(tries = 2000)
    void aKeylessFoldIsItsChangesOneByOne(@ForAll long seed, @ForAll @IntRange(min = 1, max = 80) int count) {
        Random random = new Random(seed);
        List<Object[]> bag = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            bag.add(row(random));
        }
        List<Object[]> destination = new ArrayList<>(bag);
        KeylessFold fold = new KeylessFold(RowModel.KEYLESS);
        for (int i = 0; i < count; i++) {
            fold.add(change(random, bag, 5));
        }

        if (fold.truncated()) {
            destination.clear();
        }
        for (Object[] removed : fold.removed()) {
            assertThat(remove(destination, removed)).isTrue();
        }
        destination.addAll(fold.added());

        assertThat(RowModel.print(destination)).isEqualTo(RowModel.print(bag));
    }

    @Property(tries = 1000)
    void whatTheSnapshotOfAKeylessTableHasSeenIsNotAppliedAgain(@ForAll long seed) {
        Random random = new Random(seed);
        long first = (1L << 32) * random.nextInt(3) + random.nextInt(3) * 0x7FFF_FFF0L;
        VisibleSnapshot snapshot =
                VisibleSnapshot.parse(first + 3 + ":" + (first + 10) + ":" + (first + 4) + "," + (first + 7));
        TargetTable table = new TargetTable(
                new TableName("public", "t"),
                false,
                RowModel.KEYLESS.columns(),
                List.of(),
                Optional.of(snapshot),
                java.util.Set.of());
        KeylessFold fold = new KeylessFold(table);
        Map<Long, Object[]> rows = new HashMap<>();
        for (long xid = first; xid < first + 14; xid++) {
            rows.put(xid, new Object[] {(int) (xid - first), null, null});
            fold.add(new Change.Insert(xid & 0xFFFFFFFFL, rows.get(xid), null));
        }

        assertThat(fold.added().stream().map(row -> row[0]).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(4, 7, 10, 11, 12, 13);
    }

    private static Change change(Random random, List<Object[]> bag, long transaction) {
        int kind = random.nextInt(30);
        if (kind == 0) {
            bag.clear();
            return new Change.Truncate(transaction);
        }
        if (bag.isEmpty() || kind < 10) {
            Object[] row = row(random);
            bag.add(row);
            return new Change.Insert(transaction, row, null);
        }
        Object[] old = bag.remove(random.nextInt(bag.size()));
        if (kind < 20) {
            return new Change.Delete(transaction, old.clone());
        }
        Object[] row = row(random);
        bag.add(row);
        return new Change.Update(transaction, old.clone(), row);
    }

    private static Object[] row(Random random) {
        return new Object[] {random.nextInt(2), random.nextInt(3) == 0 ? null : "p", null};
    }

    private static boolean remove(List<Object[]> rows, Object[] wanted) {
        for (int i = 0; i < rows.size(); i++) {
            if (Arrays.equals(rows.get(i), wanted)) {
                rows.remove(i);
                return true;
            }
        }
        return false;
    }
}
