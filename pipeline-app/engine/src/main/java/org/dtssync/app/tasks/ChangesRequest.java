package org.dtssync.app.tasks;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.dtssync.app.replay.ChangesQuestion;
import org.dtssync.app.replay.Moment;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * Which changes of a task's history are asked for, as a person writes it.
 *
 * @param tables patterns {@code schema.table} with {@code *} and {@code ?}; none means all tables of the task
 * @param from an LSN, a time or {@code latest}; empty: the first change
 * @param to an LSN, a time or {@code latest}; empty: the last change
 * @param transaction the identifier of the only transaction; empty: all
 * @param where a condition on the row, in SQL; empty: none
 * @param follow whether to wait for further changes
 * @param masks patterns {@code schema.table.column} of columns whose values are not shown
 * @param commands whether commands that changed the structure are shown too
 */
public record ChangesRequest(
        List<String> tables,
        Optional<String> from,
        Optional<String> to,
        Optional<String> transaction,
        Optional<String> where,
        boolean follow,
        List<String> masks,
        boolean commands) {

    /** Copies the lists. */
    public ChangesRequest {
        tables = List.copyOf(tables);
        masks = List.copyOf(masks);
    }

    /** Asks for changes with all their values. */
    public ChangesRequest(
            List<String> tables,
            Optional<String> from,
            Optional<String> to,
            Optional<String> transaction,
            Optional<String> where,
            boolean follow) {
        this(tables, from, to, transaction, where, follow, List.of());
    }

    /** Asks for changes without the values of some columns. */
    public ChangesRequest(
            List<String> tables,
            Optional<String> from,
            Optional<String> to,
            Optional<String> transaction,
            Optional<String> where,
            boolean follow,
            List<String> masks) {
        this(tables, from, to, transaction, where, follow, masks, false);
    }

    ChangesQuestion question() {
        if (follow && to.isPresent()) {
            throw new SyncException(FaultKind.USAGE, "--follow and --to exclude each other.", "Leave one of them out.");
        }
        return new ChangesQuestion(
                tables,
                from.map(text -> Moment.parse("--from", text)),
                to.map(text -> Moment.parse("--to", text)),
                transaction.map(ChangesRequest::identifier).orElse(OptionalLong.empty()),
                where,
                follow,
                masks,
                commands);
    }

    private static OptionalLong identifier(String text) {
        try {
            return OptionalLong.of(Long.parseUnsignedLong(text));
        } catch (NumberFormatException e) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "--transaction " + text + " is no transaction identifier.",
                    "Write a number, as pg_current_xact_id() returns it.",
                    e);
        }
    }
}
