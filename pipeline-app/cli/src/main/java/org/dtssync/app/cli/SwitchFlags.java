package org.dtssync.app.cli;

import org.dtssync.app.tasks.SwitchMode;
import picocli.CommandLine.Option;

/** The options that switchover and rollback share. */
final class SwitchFlags {

    @Option(
            names = "--gates",
            description = "Only check the preconditions, within seconds and without comparing rows; changes nothing.")
    private boolean gates;

    @Option(names = "--dry-run", description = "Only check the preconditions and compare both databases.")
    private boolean dryRun;

    @Option(
            names = "--rehearse",
            description =
                    "Do everything up to the read-only database and back, and report how long writes stood still.")
    private boolean rehearse;

    @Option(names = "--skip-verify", description = "Do not verify both databases first.")
    private boolean skipVerify;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** Returns whether only the preconditions are asked for. */
    boolean gates() {
        return gates;
    }

    /** Returns how far to go. */
    SwitchMode mode() {
        if (dryRun) {
            return SwitchMode.DRY_RUN;
        }
        return rehearse ? SwitchMode.REHEARSE : SwitchMode.MOVE;
    }

    boolean skipVerify() {
        return skipVerify;
    }

    boolean json() {
        return json;
    }
}
