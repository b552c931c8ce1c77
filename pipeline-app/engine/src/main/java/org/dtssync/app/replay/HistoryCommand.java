package org.dtssync.app.replay;

import java.util.List;
import java.util.Optional;
import org.dtssync.connectors.postgres.Lsn;
import org.jspecify.annotations.Nullable;

/**
 * A command that changed the structure, at its place among the changes. Immutable.
 *
 * @param lsn where its transaction committed
 * @param commitTimeMicros when, in microseconds since 1970; null if it is not known
 * @param transaction the low 32 bits of the transaction's identifier
 * @param number its number among the changes of its transaction
 * @param command its tag, such as {@code ALTER TABLE}
 * @param statement what the client sent, which may have several commands; empty if it is not known
 * @param role who ran it
 * @param objects what it made, changed or dropped
 */
public record HistoryCommand(
        Lsn lsn,
        @Nullable Long commitTimeMicros,
        long transaction,
        long number,
        String command,
        Optional<String> statement,
        Optional<String> role,
        List<String> objects) {

    /** Copies the list. */
    public HistoryCommand {
        objects = List.copyOf(objects);
    }
}
