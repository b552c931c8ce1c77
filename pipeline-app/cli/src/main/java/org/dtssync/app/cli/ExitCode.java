package org.dtssync.app.cli;

import org.dtssync.connectors.fault.FaultKind;

/** The exit codes that scripts rely on. */
final class ExitCode {

    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int PRECHECK = 3;
    static final int DIFFERENCE = 4;

    private ExitCode() {}

    static int of(FaultKind kind) {
        return switch (kind) {
            case USAGE -> USAGE;
            case PRECHECK -> PRECHECK;
            case DIFFERENCE -> DIFFERENCE;
            default -> FAILED;
        };
    }
}
