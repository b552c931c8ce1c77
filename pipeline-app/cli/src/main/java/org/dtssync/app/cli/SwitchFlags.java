package org.dtssync.app.cli;

import org.dtssync.app.moving.SwitchOptions;
import picocli.CommandLine.Option;

/** The options that switchover and rollback share. */
final class SwitchFlags {

    @Option(names = "--dry-run", description = "Check the preconditions and verify; change nothing.")
    private boolean dryRun;

    @Option(
            names = "--rehearse",
            description =
                    "Make the database read-only and writable again, and report for how long writes were blocked.")
    private boolean rehearse;

    @Option(names = "--skip-verify", description = "Do not verify both databases first.")
    private boolean skipVerify;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** Returns them as the pipeline reads them. */
    SwitchOptions options(boolean abandon) {
        return new SwitchOptions(dryRun, rehearse, skipVerify, abandon);
    }

    boolean json() {
        return json;
    }
}
