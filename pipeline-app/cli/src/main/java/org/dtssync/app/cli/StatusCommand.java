package org.dtssync.app.cli;

import java.util.concurrent.Callable;
import org.dtssync.app.tasks.StatusReport;
import org.dtssync.app.tasks.SyncTask;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the progress of a task, with or without an active run. */
@Command(
        name = "status",
        description = {"Shows phase, lag, LSNs and per-table progress.", "Works with or without an active run."},
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  dts-sync status shop.yaml --json"})
final class StatusCommand implements Callable<Integer> {

    @Mixin
    private TaskFileArgument task;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        StatusReport status = new SyncTask(task.read()).status();
        spec.commandLine().getOut().println(json ? status.json() : status.text());
        return ExitCode.DONE;
    }
}
