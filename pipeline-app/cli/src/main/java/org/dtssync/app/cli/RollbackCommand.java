package org.dtssync.app.cli;

import java.util.concurrent.Callable;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.moving.Undrained;
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
            "Runs the steps of a switchover in the opposite direction. Reports first which changes are still outstanding,"
                    + " and waits until every change made at the destination has reached the source. If that does not happen"
                    + " in time, nothing is moved."
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
            description = "Roll back even if not every change made at the destination reaches the source in time."
                    + " Missing changes are lost at the source and kept at the destination, and the task ends.")
    private boolean abandon;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        TaskFile file = task.read();
        Undrained.of(file)
                .ifPresent(undrained -> spec.commandLine()
                        .getErr()
                        .println("Not at the source yet: " + undrained.phrase() + ". "
                                + (abandon
                                        ? "Changes that do not arrive in time are lost there."
                                        : "The rollback waits for it.")));
        return new LifecycleCommand("rollback", task, spec)
                .perform(flags.options(abandon).toString(), flags.json());
    }
}
