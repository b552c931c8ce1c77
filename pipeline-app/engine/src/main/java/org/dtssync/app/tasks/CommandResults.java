package org.dtssync.app.tasks;

import org.dtssync.app.state.CommandResult;
import org.dtssync.app.state.SwitchReportJson;
import org.dtssync.app.tasks.TaskOutcome.Result;
import org.dtssync.connectors.fault.FaultKind;

/**
 * Outcomes as stored in {@code dts_sync.command}: JSON or an error, and a number that is the exit code of the command line.
 * Stateless.
 */
final class CommandResults {

    private CommandResults() {}

    /** Returns the number that is kept. */
    static int code(Result result) {
        return switch (result) {
            case DONE -> 0;
            case FAILED -> 1;
            case WRONG_USAGE -> 2;
            case PRECONDITION -> 3;
            case DIFFERENCE -> 4;
            case ENDPOINT_NOT_MOVED -> 5;
        };
    }

    /** Returns how a command ended that failed with a fault. */
    static Result of(FaultKind kind) {
        return switch (kind) {
            case USAGE -> Result.WRONG_USAGE;
            case PRECHECK -> Result.PRECONDITION;
            case DIFFERENCE -> Result.DIFFERENCE;
            default -> Result.FAILED;
        };
    }

    /** Returns the JSON of an outcome with everything that {@link #read} needs. */
    static String json(TaskOutcome outcome) {
        return outcome instanceof TaskOutcome.Verified verified
                ? TaskJson.verificationWithChunks(verified.verification().report())
                : outcome.report().map(Report::json).orElseThrow();
    }

    /** Reads the outcome of a command that is over. */
    static TaskOutcome read(TaskCommand command, CommandResult kept) {
        if (kept.result().isEmpty()) {
            return new TaskOutcome.Failed(failure(kept.exitCode()), kept.error().orElse("No reason was given."));
        }
        String json = kept.result().get();
        return command instanceof TaskCommand.Verify
                ? new TaskOutcome.Verified(new VerificationReport(TaskJson.verification(json)))
                : new TaskOutcome.Switched(new MoveReport(SwitchReportJson.read(json)));
    }

    private static Result failure(int code) {
        for (Result result : Result.values()) {
            if (result != Result.DONE && code(result) == code) {
                return result;
            }
        }
        return Result.FAILED;
    }
}
