package org.dtssync.app.verify;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dtssync.connectors.postgres.TableName;

/**
 * Rows counted and differences found, by table. Each piece of work has its own findings, so that it can be retried
 * without counting twice, and they are added up at the end. Not thread-safe.
 */
final class FoundDifferences {

    private final int listed;
    private final Map<TableName, Counts> counts = new HashMap<>();

    private static final class Counts {
        private long rows;
        private int chunks;
        private long missing;
        private long extra;
        private long changed;
        private boolean columnsDiffer;
        private boolean undecided;
        private final List<Difference> differences = new ArrayList<>();

        boolean equal() {
            return missing == 0 && extra == 0 && changed == 0 && !columnsDiffer;
        }
    }

    FoundDifferences(int listed) {
        this.listed = listed;
    }

    /** Source rows that were read, and in how many slices. */
    void rows(TableName table, long rows, int chunks) {
        of(table).rows += rows;
        of(table).chunks += chunks;
    }

    /** Some rows kept changing, so they are undecided. */
    void undecided(TableName table) {
        of(table).undecided = true;
    }

    /** Returns whether everything read from a table is equal. */
    boolean isEqual(TableName table) {
        return of(table).equal() && !of(table).undecided;
    }

    long rows(TableName table) {
        return of(table).rows;
    }

    void missing(TableName table, String key, List<String> keyTexts, long rows) {
        of(table).missing += rows;
        list(new Difference(table, key, keyTexts, Difference.Kind.MISSING, List.of()));
    }

    void extra(TableName table, String key, List<String> keyTexts, long rows) {
        of(table).extra += rows;
        list(new Difference(table, key, keyTexts, Difference.Kind.EXTRA, List.of()));
    }

    void changed(TableName table, String key, List<String> keyTexts, List<String> columns) {
        of(table).changed++;
        add(new Difference(table, key, keyTexts, Difference.Kind.CHANGED, columns));
    }

    /** Some columns exist at one end only. */
    void columnsDiffer(TableName table, List<String> columns) {
        of(table).columnsDiffer = true;
        list(new Difference(table, "(columns)", Difference.Kind.CHANGED, columns));
    }

    /** A table exists at one end only. */
    void tableDiffers(TableName table, Difference.Kind kind, long rows) {
        Counts ofTable = of(table);
        ofTable.columnsDiffer = true;
        if (kind == Difference.Kind.MISSING) {
            ofTable.rows = rows;
            ofTable.missing = rows;
        } else {
            ofTable.extra = rows;
        }
        list(new Difference(table, "(table)", kind, List.of()));
    }

    /** Returns how many more differences of a table would be listed. */
    int roomFor(TableName table) {
        return Math.max(0, listed - of(table).differences.size());
    }

    void add(FoundDifferences other) {
        other.counts.forEach((table, found) -> {
            Counts ofTable = of(table);
            ofTable.rows += found.rows;
            ofTable.chunks += found.chunks;
            ofTable.missing += found.missing;
            ofTable.extra += found.extra;
            ofTable.changed += found.changed;
            ofTable.columnsDiffer |= found.columnsDiffer;
            ofTable.undecided |= found.undecided;
            found.differences.forEach(this::add);
        });
    }

    /**
     * Lists a difference that is counted, and counts it once if it is listed already. Where both ends order keys in different ways, the two
     * versions of a row may lie in two slices, and each slice finds that it has changed.
     */
    private void add(Difference difference) {
        Counts ofTable = of(difference.table());
        if (difference.kind() == Difference.Kind.CHANGED
                && !difference.keyTexts().isEmpty()
                && ofTable.differences.stream()
                        .anyMatch(listed -> listed.kind() == Difference.Kind.CHANGED
                                && listed.keyTexts().equals(difference.keyTexts()))) {
            ofTable.changed--;
        } else {
            list(difference);
        }
    }

    long rows() {
        return counts.values().stream().mapToLong(ofTable -> ofTable.rows).sum();
    }

    List<TableResult> results() {
        return counts.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> result(entry.getKey(), entry.getValue()))
                .toList();
    }

    List<Difference> differences() {
        return counts.values().stream()
                .flatMap(ofTable -> ofTable.differences.stream())
                .sorted(Comparator.comparing(Difference::table)
                        .thenComparing(Difference::kind)
                        .thenComparing(Difference::key))
                .toList();
    }

    private static TableResult result(TableName table, Counts found) {
        return new TableResult(
                table, found.rows, found.chunks, found.equal(), found.missing, found.extra, found.changed);
    }

    private void list(Difference difference) {
        if (roomFor(difference.table()) > 0) {
            of(difference.table()).differences.add(difference);
        }
    }

    private Counts of(TableName table) {
        return counts.computeIfAbsent(table, name -> new Counts());
    }
}
