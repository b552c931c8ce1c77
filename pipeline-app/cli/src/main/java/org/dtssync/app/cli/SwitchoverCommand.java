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
            "Moves the applications to the destination: looks at the gates, compares, fences the source, waits for its last",
            "change, sets the sequences, opens the destination, moves the endpoint. Until the destination is open, whatever",
            "goes wrong is undone. From then on the source follows the destination."
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
