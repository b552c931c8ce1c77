package org.dtssync.app.cli;

import org.dtssync.app.tasks.SwitchMode;
import picocli.CommandLine.Option;

/** The options that switchover and rollback share. */
final class SwitchFlags {

    @Option(
            names = "--preconditions",
            description = "Only check the preconditions, within seconds and without verifying; change nothing.")
    private boolean preconditions;

    @Option(names = "--gates", hidden = true, description = "The earlier name of --preconditions.")
    private boolean gates;

    @Option(names = "--dry-run", description = "Check the preconditions and verify; change nothing.")
    private boolean dryRun;

    @Option(
            names = "--rehearse",
            description =
                    "Make the database read-only and writable again, and report for how long writes were blocked.")
    private boolean rehearse;

    @Option(names = "--skip-verify", description = "Do not verify both databases first.")
    private boolean skipVerify;

    @Option(
            names = "--ignore-structure",
            description =
                    "Switch although sequences or other objects are missing at the other side, sequences count in another way"
                            + " there, or definitions or grants differ; they are left as they are.")
    private boolean ignoreStructure;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** Returns whether only the preconditions are asked for. */
    boolean preconditions() {
        return preconditions || gates;
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

    boolean ignoreStructure() {
        return ignoreStructure;
    }

    boolean json() {
        return json;
    }
}
