package org.dtssync.app.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.tasks.RunningTask;
import org.dtssync.app.tasks.SyncTask;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Abandons a task before its switchover. */
@Command(
        name = "cancel",
        description = {
            "Abandons a task before its switchover and removes it.",
            "Removes slot, publication, state and topics. The source is as it was; tables and rows at the destination stay. If a"
                    + " run is active, it does this and exits; otherwise the command does."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  dts-sync cancel shop.yaml"})
final class CancelCommand implements Callable<Integer> {

    @Mixin
    private TaskFileArgument task;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        TaskFile file = task.read();
        PrintWriter err = spec.commandLine().getErr();
        SyncTask sync = new SyncTask(file);
        Optional<RunningTask> running = sync.running();
        if (running.isPresent()) {
            err.println("A run is active: it abandons the task and exits.");
            err.flush();
            if (running.get().cancel()) {
                err.println("Task " + file.name() + " was removed.");
                return ExitCode.DONE;
            }
        }
        sync.requireCancellable();
        try (EmbeddedServers servers = EmbeddedServers.start(file)) {
            List<String> removed = new SyncTask(servers.resolved()).release(true, false);
            removed.forEach(err::println);
            if (removed.isEmpty()) {
                err.println("Nothing is left of task " + file.name() + ".");
            }
        }
        return ExitCode.DONE;
    }
}
