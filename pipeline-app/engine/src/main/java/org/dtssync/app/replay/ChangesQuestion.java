package org.dtssync.app.replay;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which changes are asked for.
 *
 * @param tables patterns {@code schema.table} with {@code *} and {@code ?}; none means all tables of the task
 * @param from what is asked for begins here; empty: with the first change
 * @param to what is asked for ends here; empty: with the last change
 * @param transaction the identifier of the only transaction; empty: all
 * @param where a condition on the row, in SQL; empty: none
 * @param follow whether to wait for further changes
 * @param masks patterns {@code schema.table.column} of columns whose values are not shown
 * @param commands whether commands that changed the structure are shown too
 */
public record ChangesQuestion(
        List<String> tables,
        Optional<Moment> from,
        Optional<Moment> to,
        OptionalLong transaction,
        Optional<String> where,
        boolean follow,
        List<String> masks,
        boolean commands) {

    /** Copies the lists. */
    public ChangesQuestion {
        tables = List.copyOf(tables);
        masks = List.copyOf(masks);
    }

    /** Returns the same question, of which the masks are seen to elsewhere. */
    ChangesQuestion masked() {
        return new ChangesQuestion(tables, from, to, transaction, where, follow, List.of(), commands);
    }
}
