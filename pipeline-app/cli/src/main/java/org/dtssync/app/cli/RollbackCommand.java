package org.dtssync.app.cli;

import java.util.concurrent.Callable;
import org.dtssync.app.tasks.SwitchMode;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskCommand;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Moves the applications back to the source. */
@Command(
        name = "rollback",
        description = {
            "Moves the applications back to the source.",
            "Takes the same steps in the opposite direction. Waits until every write made at the destination has reached the"
                    + " source; if that does not happen in time, nothing is moved. Reports first what is still outstanding.",
            "Exit code 5: switched, but applications were not repointed. The same command retries that."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  dts-sync rollback shop.yaml"})
final class RollbackCommand implements Callable<Integer> {

    @Mixin
    private TaskFileArgument task;

    @Mixin
    private SwitchFlags flags;

    @Option(
            names = "--abandon",
            description = {
                "Roll back even if not every write made at the destination reaches the source in time. Missing writes remain only"
                        + " at the destination, and the task ends: neither database follows the other afterwards."
            })
    private boolean abandon;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        SyncTask sync = new SyncTask(task.read());
        LifecycleCommand lifecycle = new LifecycleCommand(task, spec);
        if (flags.preconditions()) {
            return lifecycle.print(sync.rollbackPreconditions(), flags.json());
        }
        if (abandon && flags.mode() != SwitchMode.MOVE) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "--abandon cannot be tried out with --dry-run or --rehearse.",
                    "rollback --preconditions reports what is not at the source yet.");
        }
        sync.undrained()
                .ifPresent(undrained -> spec.commandLine()
                        .getErr()
                        .println("Not at the source yet: " + undrained + ". "
                                + (abandon
                                        ? "Changes that do not arrive in time are lost there."
                                        : "The rollback waits for it.")));
        return lifecycle.perform(
                abandon
                        ? new TaskCommand.Abandon()
                        : new TaskCommand.Rollback(flags.mode(), flags.skipVerify(), flags.ignoreStructure()),
                flags.json());
    }
}
