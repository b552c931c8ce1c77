package org.dtssync.app.tasks;

import java.util.Optional;
import org.dtssync.app.state.EndpointResult;

/** The outcome of a command. Immutable. */
public sealed interface TaskOutcome {

    /** How a command ended; an entry point decides what that means for its caller, such as an exit code. */
    enum Result {
        /** It was carried out. */
        DONE,
        /** It failed. */
        FAILED,
        /** It makes no sense for the task as it is. */
        WRONG_USAGE,
        /** A precondition is not met. */
        PRECONDITION,
        /** The databases differ. */
        DIFFERENCE,
        /** The databases were switched, but the applications were not repointed. */
        ENDPOINT_NOT_MOVED
    }

    /** Returns how it ended. */
    Result result();

    /** Returns what is to be shown, if there is something. */
    Optional<Report> report();

    /** Returns why it failed, if it did. */
    default Optional<String> error() {
        return Optional.empty();
    }

    /**
     * Both databases were compared.
     *
     * @param verification what was found
     */
    record Verified(VerificationReport verification) implements TaskOutcome {
        @Override
        public Result result() {
            return verification.equal() ? Result.DONE : Result.DIFFERENCE;
        }

        @Override
        public Optional<Report> report() {
            return Optional.of(verification);
        }
    }

    /**
     * Applications were moved, or it was tried out how, or reverse replication was ended.
     *
     * @param move what was done
     */
    record Switched(MoveReport move) implements TaskOutcome {
        @Override
        public Result result() {
            return move.report().endpoint() == EndpointResult.FAILED ? Result.ENDPOINT_NOT_MOVED : Result.DONE;
        }

        @Override
        public Optional<Report> report() {
            return Optional.of(move);
        }
    }

    /**
     * It failed.
     *
     * @param result how
     * @param message why, and what to do about it
     */
    record Failed(Result result, String message) implements TaskOutcome {
        @Override
        public Optional<Report> report() {
            return Optional.empty();
        }

        @Override
        public Optional<String> error() {
            return Optional.of(message);
        }
    }
}
