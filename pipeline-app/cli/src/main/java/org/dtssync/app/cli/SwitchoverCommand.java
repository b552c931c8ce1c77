package org.dtssync.app.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Moves the applications to the destination. */
@Command(
        name = "switchover",
        description = {
            "Moves the applications to the destination.",
            "Checks preconditions, verifies, makes the source read-only, waits for the last change, sets sequences, makes the"
                    + " destination writable, and repoints applications. Until the destination is writable, every failure is"
                    + " undone. From then on the source follows the destination."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  dts-sync switchover shop.yaml --dry-run",
            "  dts-sync switchover shop.yaml --rehearse",
            "  dts-sync switchover shop.yaml"
        })
final class SwitchoverCommand implements Callable<Integer> {

    @Mixin
    private TaskFileArgument task;

    @Mixin
    private SwitchFlags flags;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        return new LifecycleCommand("switchover", task, spec)
                .perform(flags.options(false).toString(), flags.json());
    }
}
