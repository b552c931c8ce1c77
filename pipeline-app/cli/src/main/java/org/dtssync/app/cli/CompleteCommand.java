package org.dtssync.app.cli;

import java.util.concurrent.Callable;
import org.dtssync.app.tasks.TaskCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Ends reverse replication. */
@Command(
        name = "complete",
        description = {"Makes a switchover final: stops reverse replication.", "The source stays read-only."},
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  dts-sync complete shop.yaml"})
final class CompleteCommand implements Callable<Integer> {

    @Mixin
    private TaskFileArgument task;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        return new LifecycleCommand(task, spec).perform(new TaskCommand.Complete(), json);
    }
}
