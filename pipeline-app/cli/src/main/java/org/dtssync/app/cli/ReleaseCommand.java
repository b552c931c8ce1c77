package org.dtssync.app.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.tasks.SyncTask;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Removes everything that belongs to a task. */
@Command(
        name = "release",
        description = {
            "Removes slot, publication and state, in any phase.",
            "Your tables and rows stay as they are. Safe to run again."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  dts-sync release shop.yaml --topics"})
final class ReleaseCommand implements Callable<Integer> {

    @Mixin
    private TaskFileArgument task;

    @Option(names = "--topics", description = "Delete the task's topics too.")
    private boolean topics;

    @Option(
            names = "--writable",
            description = {
                "After a switchover or rollback: make the database that the applications left writable again.",
                "Without this it stays read-only, and the command prints the statements that make it writable."
            })
    private boolean writable;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        TaskFile file = task.read();
        try (EmbeddedServers servers = topics ? EmbeddedServers.start(file) : EmbeddedServers.none(file)) {
            List<String> removed = new SyncTask(servers.resolved()).release(topics, writable);
            PrintWriter err = spec.commandLine().getErr();
            removed.forEach(err::println);
            if (removed.isEmpty()) {
                err.println("Nothing is left of task " + file.name() + ".");
            }
        }
        return ExitCode.DONE;
    }
}
