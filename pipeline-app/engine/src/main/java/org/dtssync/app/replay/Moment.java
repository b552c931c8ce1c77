package org.dtssync.app.replay;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;

/** A moment in a task's history. */
public sealed interface Moment {

    /**
     * An LSN: transactions whose commit record ends there or before it have been made.
     *
     * @param lsn the LSN
     */
    record AtLsn(Lsn lsn) implements Moment {}

    /**
     * A time: transactions that committed then or before it have been made.
     *
     * @param time the time
     */
    record AtTime(Instant time) implements Moment {

        /** Returns the time in microseconds since 1970 UTC. */
        long micros() {
            return time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000;
        }
    }

    /** The end of the topics when the command began. */
    record Latest() implements Moment {}

    /**
     * Reads a moment as it is written on a command line.
     *
     * @param option the option, for the message
     * @throws SyncException of kind USAGE if the text is none
     */
    static Moment parse(String option, String text) {
        if (text.equals("latest")) {
            return new Latest();
        }
        try {
            return text.indexOf('-') < 0
                    ? new AtLsn(Lsn.parse(text))
                    : new AtTime(OffsetDateTime.parse(text.replace(' ', 'T')).toInstant());
        } catch (IllegalArgumentException | DateTimeParseException e) {
            throw new SyncException(
                    FaultKind.USAGE,
                    option + " " + text + " is neither an LSN nor a time.",
                    "Write an LSN such as 0/1A2B3C, a time such as 2026-03-01T12:00:00Z, or latest.",
                    e);
        }
    }
}
