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
            "Moves the applications back to the source, by the same steps the other way. It waits for everything written at the",
            "destination to be at the source, so nothing is lost; if that does not come in time, nothing is moved. What is not",
            "there yet is said beforehand."
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
                "Move back even if not everything written at the destination comes to the source in time. What does not is",
                "lost there, the destination keeps it, and the task ends: it cannot follow any more."
            })
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
                                        ? "What does not come in time is lost there."
                                        : "The rollback waits for it.")));
        return new LifecycleCommand("rollback", task, spec)
                .perform(flags.options(abandon).toString(), flags.json());
    }
}
