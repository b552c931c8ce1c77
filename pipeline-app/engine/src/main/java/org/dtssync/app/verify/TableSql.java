package org.dtssync.app.verify;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.dtssync.app.catalog.KeyColumn;
import org.dtssync.app.catalog.KeyOrder;
import org.dtssync.connectors.postgres.Identifiers;
import org.jspecify.annotations.Nullable;

/**
 * The queries of one table at one end. Immutable.
 *
 * <p>A row's text is that of {@code ROW(column, ...)}: it uses each type's output function, as COPY does (a cast to text
 * would trim {@code character(n)} and spell {@code boolean} and {@code inet} its own way), distinguishes NULL from the empty
 * string, and quotes, so that two rows have one text only if COPY prints them alike. It is hashed to 64 bits by the function
 * that hash partitioning relies on, which therefore gives the same on every version and platform; the collation is
 * fixed because a nondeterministic one hashes by its sort key. Two different rows, or two chunks that differ, go
 * unnoticed with a probability of 2 to the power of -64.
 */
final class TableSql {

    private final ComparedTable table;
    private final TableLayout layout;
    private final KeyOrder key;

    TableSql(ComparedTable table, TableLayout layout) {
        this.table = table;
        this.layout = layout;
        this.key = new KeyOrder(table.keyColumns().stream()
                .map(name -> layout.column(name).orElseThrow().asKey())
                .toList());
    }

    /** One row: the given number, how many rows the condition has, and the sum of their hashes. */
    String sum(int number, String condition) {
        return "SELECT " + number + ", count(*), coalesce(sum(" + rowHash() + "), 0) FROM " + from() + " WHERE "
                + condition;
    }

    /** One row per bucket: its number, how many rows it has, the sum of their hashes. */
    String sumsByBucket(String condition, int buckets) {
        if (table.keyed()) {
            return "SELECT " + bucket(buckets) + ", count(*), sum(" + rowHash() + ") FROM " + from() + " WHERE "
                    + condition + " GROUP BY 1";
        }
        // OFFSET 0 keeps the hash from being computed once for the bucket and once for the sum.
        return "SELECT h & " + (buckets - 1) + ", count(*), sum(h) FROM (SELECT " + rowHash() + " AS h FROM " + from()
                + " WHERE " + condition + " OFFSET 0) AS hashed GROUP BY 1";
    }

    /** The rows of some buckets: sum of hashes, how many rows, and the key (of a table without a key: the hash). */
    String rows(String condition, int buckets, List<Long> wanted) {
        String filter = buckets == 1
                ? condition
                : condition + " AND " + bucket(buckets) + " = ANY ('{"
                        + wanted.stream().map(String::valueOf).collect(joining(",")) + "}'::bigint[])";
        return table.keyed()
                ? "SELECT " + rowHash() + ", 1, " + keyTexts() + " FROM " + from() + " WHERE " + filter
                : "SELECT sum(" + rowHash() + "), count(*), " + rowHash() + "::text FROM " + from() + " WHERE " + filter
                        + " GROUP BY 3";
    }

    /**
     * Rows by their keys: the key's number from 0, hash, version, label, key. Keys are written out, so that each type's input
     * function reads them: a cast from text may be another function.
     */
    String byKeys(List<List<String>> keys) {
        String label = table.keyColumns().size() == 1 ? keyTexts() : "ROW(" + columns(table.keyColumns()) + ")::text";
        return "SELECT wanted.n, " + rowHash() + ", t.xmin::text, " + label + ", " + keyTexts() + wantedKeys(keys);
    }

    /**
     * Rows of a table without a key by two parameters, each the array of their hashes, read in one statement so that no row can
     * be met twice or not at all because it moved: the hash's number from 1, how many rows, version.
     */
    String byHashes() {
        return "SELECT wanted.n, found.rows, found.version FROM unnest(?::bigint[]) WITH ORDINALITY AS wanted(h, n) JOIN"
                + " (SELECT h, count(*) AS rows, sum(x)::text AS version FROM (SELECT " + rowHash()
                + " AS h, t.xmin::text::bigint AS x FROM " + from() + " OFFSET 0) AS hashed"
                + " WHERE h = ANY (?::bigint[]) GROUP BY h) AS found ON found.h = wanted.h";
    }

    /** For changed rows: the key's number from 0 and one hash for each column. */
    String columnHashes(List<List<String>> keys) {
        String hashes = table.columns().stream()
                .map(name -> hash("ROW(" + column(name) + ")", 0))
                .collect(joining(", "));
        return "SELECT wanted.n, ARRAY[" + hashes + "]" + wantedKeys(keys);
    }

    /** The key some rows after a bound, as texts. */
    String nextBound(@Nullable List<String> bound, long rows) {
        return "SELECT " + keyTexts() + " FROM " + from() + " WHERE "
                + key.within(Optional.ofNullable(bound), Optional.empty()) + " ORDER BY " + key.orderBy() + " OFFSET "
                + (rows - 1) + " LIMIT 1";
    }

    /** Keys after one bound, up to and including another; null is open. */
    String range(@Nullable List<String> after, @Nullable List<String> upTo) {
        return key.within(Optional.ofNullable(after), Optional.ofNullable(upTo));
    }

    /** Found through the key's index: one probe per key. */
    private String wantedKeys(List<List<String>> keys) {
        String rows = IntStream.range(0, keys.size())
                .mapToObj(n -> "(" + n + ", "
                        + eachKey(i -> key.columns().get(i).literal(keys.get(n).get(i))) + ")")
                .collect(joining(", "));
        return " FROM (VALUES " + rows + ") AS wanted(n, " + eachKey(i -> "k" + i) + ") JOIN " + from() + " ON "
                + IntStream.range(0, table.keyColumns().size())
                        .mapToObj(i -> {
                            KeyColumn column = key.columns().get(i);
                            return column.compared() + " " + column.equal() + " wanted.k" + i;
                        })
                        .collect(joining(" AND "));
    }

    private String keyTexts() {
        return key.columns().stream().map(KeyColumn::text).collect(joining(", "));
    }

    private String bucket(int buckets) {
        String hashed = table.keyed() ? hash("ROW(" + columns(table.keyColumns()) + ")", 1) : rowHash();
        return "(" + hashed + " & " + (buckets - 1) + ")";
    }

    private String rowHash() {
        return hash("ROW(" + columns(table.columns()) + ")", 0);
    }

    /** If the databases have different encodings, the bytes of one encoding are hashed. */
    private String hash(String row, int seed) {
        String text = table.sameEncoding() ? row + "::text" : "convert_to(" + row + "::text, 'UTF8')::text";
        return "hashtextextended(" + text + " COLLATE \"C\", " + seed + ")";
    }

    private String from() {
        // Rows of inheriting tables are excluded, as in COPY.
        return (layout.partitioned() ? "" : "ONLY ") + table.name().sql() + " AS t";
    }

    private String eachKey(IntFunction<String> text) {
        return IntStream.range(0, table.keyColumns().size()).mapToObj(text).collect(joining(", "));
    }

    private static String columns(List<String> names) {
        return names.stream().map(TableSql::column).collect(joining(", "));
    }

    private static String column(String name) {
        return "t." + Identifiers.quote(name);
    }
}
