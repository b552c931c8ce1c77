package org.dtssync.app.cli;

import java.util.concurrent.Callable;
import org.dtssync.app.control.TaskStatus;
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
        TaskStatus status = TaskStatus.read(task.read());
        spec.commandLine().getOut().println(json ? StatusReport.json(status) : StatusReport.text(status));
        return ExitCode.DONE;
    }
}
