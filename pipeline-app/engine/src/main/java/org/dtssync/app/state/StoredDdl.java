package org.dtssync.app.state;

import java.time.Instant;
import java.util.Optional;

/**
 * A command that changes the structure, as stored by the task.
 *
 * @param command the command of the source
 * @param state its state
 * @param allowed whether it may run; a person has to allow it in mode hold
 * @param corrected the statement of a person that is run instead
 * @param executed the statement that was run; empty until then, and if it was skipped
 * @param error why it failed
 * @param reason why a person skipped it, if they said so
 * @param arrivedAt when it arrived at the destination
 * @param startedAt when it last started to run
 * @param finishedAt when the stream had passed it
 */
public record StoredDdl(
        DdlCommand command,
        DdlState state,
        boolean allowed,
        Optional<String> corrected,
        Optional<String> executed,
        Optional<String> error,
        Optional<String> reason,
        Instant arrivedAt,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt) {

    /** Returns its number. */
    public DdlNumber number() {
        return command.number();
    }

    /** Returns whether the stream waits for a person: it failed, or has to be allowed. */
    public boolean needsPerson() {
        return state == DdlState.FAILED || (state == DdlState.WAITING && !allowed);
    }

    /** Returns the statement that counts: the one that was run, else the correction, else the source's. */
    public String statement() {
        return executed.or(() -> corrected).orElse(command.statement());
    }
}
