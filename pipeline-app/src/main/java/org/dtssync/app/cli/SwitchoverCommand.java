package org.dtssync.app.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.dtssync.app.pipeline.SwitchOptions;
import org.dtssync.app.pipeline.SwitchReport;
import org.dtssync.app.progress.CommandResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Moves the applications to the destination. */
@Command(
        name = "switchover",
        description = {
            "Moves the applications to the destination: looks at the gates, compares, fences the source, waits for its last",
            "change, sets the sequences, opens the destination, moves the endpoint. Until the destination is open, whatever",
            "goes wrong is undone. From then on the source follows the destination."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  dts-sync switchover shop.yaml --dry-run",
            "  dts-sync switchover shop.yaml --rehearse",
            "  dts-sync switchover shop.yaml"
        })
final class SwitchoverCommand implements Callable<Integer> {

    @Mixin
    private TaskFileArgument task;

    @Option(names = "--dry-run", description = "Only look whether every gate is open.")
    private boolean dryRun;

    @Option(
            names = "--rehearse",
            description = "Go through everything up to the fence and back, and say how long writes stood still.")
    private boolean rehearse;

    @Option(names = "--skip-verify", description = "Do not compare both databases first.")
    private boolean skipVerify;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        CommandResult result = new FollowedCommand(task, err)
                .perform("switchover", new SwitchOptions(dryRun, rehearse, skipVerify).toString());
        result.error().ifPresent(err::println);
        result.result()
                .ifPresent(report -> spec.commandLine()
                        .getOut()
                        .println(json ? report : SwitchReport.parse(report).text()));
        return result.exitCode();
    }
}
