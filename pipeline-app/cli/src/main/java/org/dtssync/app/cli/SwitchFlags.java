package org.dtssync.app.cli;

import org.dtssync.app.moving.SwitchOptions;
import picocli.CommandLine.Option;

/** The options that switchover and rollback share. */
final class SwitchFlags {

    @Option(names = "--dry-run", description = "Only look whether every gate is open.")
    private boolean dryRun;

    @Option(
            names = "--rehearse",
            description = "Go through everything up to the fence and back, and say how long writes stood still.")
    private boolean rehearse;

    @Option(names = "--skip-verify", description = "Do not compare both databases first.")
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
