package org.dtssync.app.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.precheck.Precheck;
import org.dtssync.app.precheck.PrecheckItem;
import org.dtssync.app.precheck.PrecheckReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Checks everything that could go wrong, and changes nothing. */
@Command(
        name = "precheck",
        description = {
            "Checks both ends, Kafka and the registry; reports what to fix.",
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
        List<PrecheckItem> items = new Precheck(file).run();
        PrecheckReport report = new PrecheckReport(items);
        spec.commandLine().getOut().println(json ? report.json() : report.text().stripTrailing());
        return Precheck.worst(items) == PrecheckItem.Result.FAIL ? ExitCode.PRECHECK : ExitCode.DONE;
    }
}
