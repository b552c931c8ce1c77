package org.dtssync.connectors.apply;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The statements that change one table without a key: each removed row takes one equal row away, whichever.
 *
 * <p>Rows are equal if PostgreSQL prints them the same: some types have no equality, and NULLs must match NULLs. Stateless.
 */
final class KeylessPlan {

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
        String image = "ROW("
                + table.columns().stream().map(column -> "t." + column.sql()).collect(Collectors.joining(", "))
                + ")::text";
        String wanted = "ROW("
                + IntStream.range(0, table.columns().size())
                        .mapToObj(i -> table.columns().get(i).fromText("s.c" + i))
                        .collect(Collectors.joining(", "))
                + ")::text";
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
                """.formatted(wanted, staging.from(removed), image, image, table.onlySql(), image, table.onlySql());
    }
}
