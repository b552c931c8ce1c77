package org.dtssync.app.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.RunningTask;
import org.dtssync.app.control.TaskStatus;
import org.dtssync.app.display.ComparisonLog;
import org.dtssync.app.display.ProgressDisplay;
import org.dtssync.app.pipeline.Pipeline;
import org.dtssync.app.pipeline.RunGoal;
import org.dtssync.app.pipeline.RunOptions;
import org.dtssync.app.state.CommandResult;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.app.verify.VerifyReportJson;
import org.dtssync.app.verify.VerifyReportText;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Verifies both databases in full. */
@Command(
        name = "verify",
        description = {
            "Compares every row of both databases and lists differing keys.",
            "An active run does the work and is followed. Without one, a task that has been started is resumed until it has"
                    + " caught up. If a verification was interrupted less than a day ago, ranges already found equal are"
                    + " skipped."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  dts-sync verify shop.yaml",
            "  dts-sync verify shop.yaml --json",
            "  dts-sync verify shop.yaml --structure"
        })
final class VerifyCommand implements Callable<Integer> {

    @Mixin
    private TaskFileArgument task;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(
            names = "--structure",
            description = "Compare schema objects (tables, indexes, views, functions, ...) instead of rows.")
    private boolean structure;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        TaskFile file = task.read();
        if (structure) {
            StructureReport report = StructureReport.of(file);
            spec.commandLine().getOut().println(json ? report.json() : report.text());
            return report.equal() ? ExitCode.DONE : ExitCode.DIFFERENCE;
        }
        Optional<RunningTask> running = RunningTask.find(file);
        if (running.isEmpty()) {
            requireBegun(file);
        }
        return running.isPresent() ? follow(running.get()) : run(file);
    }

    /** Verifying must not start a migration. */
    private static void requireBegun(TaskFile file) {
        TaskStatus status = TaskStatus.read(file);
        if (status.progress().phase().isOver()) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "Task " + file.name() + " has ended, in phase "
                            + status.progress().phase().label() + ": replication has ended in both directions.",
                    "Run dts-sync verify before dts-sync complete.");
        }
        if (!status.begun()) {
            throw new SyncException(
                    FaultKind.DATA,
                    "Task " + file.name() + " has not been started, so there is nothing to verify.",
                    "Run the task first: dts-sync run TASK.yaml, or dts-sync run TASK.yaml --until verified.");
        }
    }

    private int run(TaskFile file) throws InterruptedException {
        try (EmbeddedServers servers = EmbeddedServers.start(file);
                ProgressDisplay display = new ProgressDisplay(task.display())) {
            VerifyReport report = new Pipeline(servers.resolved(), display)
                    .run(RunOptions.to(RunGoal.VERIFIED))
                    .orElseThrow();
            display.close();
            spec.commandLine()
                    .getOut()
                    .println(
                            json
                                    ? VerifyReportJson.render(report)
                                    : VerifyReportText.render(report).stripTrailing());
            return report.equal() ? ExitCode.DONE : ExitCode.DIFFERENCE;
        }
    }

    private int follow(RunningTask running) throws InterruptedException {
        spec.commandLine().getErr().println("A run is active: it verifies both databases once it has caught up.");
        CommandResult result = running.verify(new ComparisonLog());
        result.error().ifPresent(error -> spec.commandLine().getErr().println(error));
        result.result()
                .ifPresent(report -> spec.commandLine()
                        .getOut()
                        .println(
                                json
                                        ? VerifyReportJson.render(VerifyReportJson.parse(report))
                                        : VerifyReportText.render(VerifyReportJson.parse(report))
                                                .stripTrailing()));
        return result.exitCode();
    }
}
