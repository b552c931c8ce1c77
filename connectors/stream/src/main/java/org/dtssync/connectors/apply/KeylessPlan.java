package org.dtssync.connectors.apply;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The statements that change one table without a key: each removed row deletes any one equal row.
 *
 * <p>Rows are equal if PostgreSQL prints them the same: some types have no equality, and NULLs must match NULLs. Printing each row of a table
 * costs more than everything else, so rows are first narrowed by the columns that have an equality of their own, which a hash or an
 * index of the table answers, and only what is left is printed. Stateless.
 */
final class KeylessPlan {

    /** A longer value may be stored out of line, where each row of the table would have to be fetched to compare it. */
    private static final int COMPARED_LENGTH = 1_000;

    /** So many values are compared faster one after the other than by a hash. */
    private static final int LISTED_ROWS = 8;

    private final KeylessFold fold;
    private final TargetTable table;
    private final Staging staging;

    KeylessPlan(KeylessFold fold, Staging staging) {
        this.fold = fold;
        this.table = fold.table();
        this.staging = staging;
    }

    List<WriteStatement> statements() {
        List<WriteStatement> statements = new ArrayList<>();
        List<Object[]> removed = fold.removed();
        if (!removed.isEmpty()) {
            statements.add(new WriteStatement(table.name(), delete(removed), removed.size(), "delete"));
        }
        return statements;
    }

    List<Object[]> inserts() {
        return fold.added();
    }

    private String delete(List<Object[]> removed) {
        List<Integer> narrowing = narrowing(removed);
        return narrowing.isEmpty() ? deleteByImage(removed) : deleteNarrowed(removed, narrowing);
    }

    /**
     * Returns the columns by which all of these rows are found: the one with the most values, and the one of an index. Each column that is
     * hashed costs as much as reading the rows.
     */
    private List<Integer> narrowing(List<Object[]> removed) {
        List<Integer> usable = IntStream.range(0, table.columns().size())
                .filter(i -> table.columns().get(i).search() != null)
                .filter(i -> removed.stream().allMatch(row -> isCompared(row[i])))
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -search(i).distinct()))
                .toList();
        if (usable.isEmpty() || search(usable.get(0)).distinct() <= 1) {
            return usable;
        }
        return Stream.concat(
                        usable.stream().limit(1),
                        usable.stream().filter(i -> search(i).indexed()).limit(1))
                .distinct()
                .toList();
    }

    private TargetColumn.Search search(int column) {
        return Objects.requireNonNull(table.columns().get(column).search(), "Only for columns that are searched.");
    }

    /** A NULL equals nothing, and a long value may be stored elsewhere. */
    private static boolean isCompared(Object value) {
        if (value instanceof String text) {
            return text.length() <= COMPARED_LENGTH;
        }
        return value instanceof byte[] bytes ? bytes.length <= COMPARED_LENGTH : value != null;
    }

    private String image(IntFunction<String> column) {
        return "ROW("
                + IntStream.range(0, table.columns().size()).mapToObj(column).collect(Collectors.joining(", "))
                + ")::text";
    }

    private String present() {
        return image(i -> "t." + table.columns().get(i).sql());
    }

    private String wanted() {
        return image(i -> table.columns().get(i).fromText("s.c" + i));
    }

    /** The images of the found rows are in a query of their own: within the join the planner would hash them, and print every row for it. */
    private String deleteNarrowed(List<Object[]> removed, List<Integer> narrowing) {
        String values = narrowing.stream()
                .map(i -> table.columns().get(i).fromText("s.c" + i) + " AS v" + i)
                .collect(Collectors.joining(", "));
        String names = narrowing.stream().map(i -> "v" + i).collect(Collectors.joining(", "));
        String equal = narrowing.stream()
                .map(i -> table.columns().get(i).isEqualTo("t", "wanted.v" + i))
                .collect(Collectors.joining(" AND "));
        if (removed.size() <= LISTED_ROWS) {
            int first = narrowing.get(0);
            equal += " AND "
                    + table.columns()
                            .get(first)
                            .isEqualTo("t", "ANY (ARRAY(SELECT wanted.v" + first + " FROM wanted))");
        }
        return """
                WITH wanted AS MATERIALIZED (
                    SELECT %1$s, %2$s AS image, count(*) AS copies FROM %3$s GROUP BY %4$s, image
                ), found AS MATERIALIZED (
                    SELECT t.ctid AS place, t.tableoid AS part, %5$s AS image, wanted.image AS wanted, wanted.copies
                    FROM %6$s t JOIN wanted ON %7$s
                ), doomed AS MATERIALIZED (
                    SELECT place, part FROM (
                        SELECT place, part, copies, row_number() OVER (PARTITION BY image) AS number
                        FROM found WHERE image = wanted
                    ) numbered WHERE number <= copies
                )
                DELETE FROM %6$s t USING doomed WHERE t.ctid = doomed.place AND t.tableoid = doomed.part
                """.formatted(values, wanted(), staging.from(removed), names, present(), table.onlySql(), equal);
    }

    private String deleteByImage(List<Object[]> removed) {
        String image = present();
        return """
                WITH wanted AS MATERIALIZED (
                    SELECT %s AS image, count(*) AS copies FROM %s GROUP BY 1
                ), doomed AS MATERIALIZED (
                    SELECT found.place, found.part FROM (
                        SELECT t.ctid AS place, t.tableoid AS part, %s AS image,
                               row_number() OVER (PARTITION BY %s) AS number
                        FROM %s t WHERE %s IN (SELECT image FROM wanted)
                    ) found JOIN wanted ON wanted.image = found.image AND found.number <= wanted.copies
                )
                DELETE FROM %s t USING doomed WHERE t.ctid = doomed.place AND t.tableoid = doomed.part
                """.formatted(wanted(), staging.from(removed), image, image, table.onlySql(), image, table.onlySql());
    }
}
