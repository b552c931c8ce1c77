package org.dtssync.app.cli;

import java.util.concurrent.Callable;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.tasks.PrecheckReport;
import org.dtssync.app.tasks.SyncTask;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Checks everything that could go wrong, and changes nothing. */
@Command(
        name = "precheck",
        description = {
            "Checks databases, Kafka and registry; reports what to fix.",
            "Read-only: changes nothing anywhere."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  dts-sync precheck shop.yaml --json | jq '.items[] | select(.result == \"fail\")'"})
final class PrecheckCommand implements Callable<Integer> {

    @Mixin
    private TaskFileArgument task;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        TaskFile file = task.read();
        EmbeddedServers.require(file);
        PrecheckReport report = new SyncTask(file).precheck();
        spec.commandLine().getOut().println(json ? report.json() : report.text());
        return report.failed() ? ExitCode.PRECHECK : ExitCode.DONE;
    }
}
