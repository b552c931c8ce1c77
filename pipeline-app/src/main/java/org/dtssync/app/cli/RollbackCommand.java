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

/** Moves the applications back to the source. */
@Command(
        name = "rollback",
        description = {
            "Moves the applications back to the source, by the same steps the other way. It waits for everything written at the",
            "destination to be at the source, so nothing is lost; if that does not come in time, nothing is moved."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  dts-sync rollback shop.yaml"})
final class RollbackCommand implements Callable<Integer> {

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
                .perform("rollback", new SwitchOptions(dryRun, rehearse, skipVerify).toString());
        result.error().ifPresent(err::println);
        result.result()
                .ifPresent(report -> spec.commandLine()
                        .getOut()
                        .println(json ? report : SwitchReport.parse(report).text()));
        return result.exitCode();
    }
}
