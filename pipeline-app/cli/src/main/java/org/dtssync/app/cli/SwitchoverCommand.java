package org.dtssync.app.cli;

import java.util.concurrent.Callable;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Moves the applications to the destination. */
@Command(
        name = "switchover",
        description = {
            "Moves the applications to the destination.",
            "Checks preconditions, verifies, makes the source read-only, waits for the last change, sets sequences, makes the"
                    + " destination writable and repoints applications. If anything fails before the destination is writable,"
                    + " everything is undone. From then on the source follows the destination.",
            "Exit code 5: switched, but applications were not repointed. The same command retries that."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  dts-sync switchover shop.yaml --preconditions",
            "  dts-sync switchover shop.yaml --dry-run",
            "  dts-sync switchover shop.yaml --rehearse",
            "  dts-sync switchover shop.yaml"
        })
final class SwitchoverCommand implements Callable<Integer> {

    @Mixin
    private TaskFileArgument task;

    @Mixin
    private SwitchFlags flags;

    @Option(
            names = "--one-way",
            description = "Move for good: the source does not follow and stays read-only, and no rollback is possible.")
    private boolean oneWay;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        LifecycleCommand lifecycle = new LifecycleCommand(task, spec);
        if (flags.preconditions()) {
            return lifecycle.print(new SyncTask(task.read()).switchoverPreconditions(oneWay), flags.json());
        }
        return lifecycle.perform(
                new TaskCommand.Switchover(flags.mode(), flags.skipVerify(), flags.ignoreStructure(), oneWay),
                flags.json());
    }
}
