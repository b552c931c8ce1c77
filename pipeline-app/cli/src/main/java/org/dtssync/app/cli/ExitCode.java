package org.dtssync.app.cli;

import org.dtssync.app.tasks.TaskOutcome;
import org.dtssync.connectors.fault.FaultKind;

/** The exit codes that scripts rely on. */
final class ExitCode {

    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int PRECHECK = 3;
    static final int DIFFERENCE = 4;
    static final int ENDPOINT = 5;

    private ExitCode() {}

    static int of(TaskOutcome.Result result) {
        return switch (result) {
            case DONE -> DONE;
            case FAILED -> FAILED;
            case WRONG_USAGE -> USAGE;
            case PRECONDITION -> PRECHECK;
            case DIFFERENCE -> DIFFERENCE;
            case ENDPOINT_NOT_MOVED -> ENDPOINT;
        };
    }

    static int of(FaultKind kind) {
        return switch (kind) {
            case USAGE -> USAGE;
            case PRECHECK -> PRECHECK;
            case DIFFERENCE -> DIFFERENCE;
            default -> FAILED;
        };
    }
}
