package org.dtssync.app.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.display.ComparisonLog;
import org.dtssync.app.display.ProgressDisplay;
import org.dtssync.app.tasks.Report;
import org.dtssync.app.tasks.RunRequest;
import org.dtssync.app.tasks.RunningTask;
import org.dtssync.app.tasks.StructureReport;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskOutcome;
import org.dtssync.app.tasks.VerificationReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Verifies both databases in full. */
@Command(
        name = "verify",
        description = {
            "Compares every row of both databases; lists differing keys.",
            "If a run is active it does the work; otherwise this command resumes the task until it has caught up, and verifies it."
                    + " If a verification was interrupted less than a day ago, ranges already found equal are skipped."
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
        SyncTask sync = new SyncTask(file);
        if (structure) {
            StructureReport report = sync.compareStructure();
            print(report);
            return report.equal() ? ExitCode.DONE : ExitCode.DIFFERENCE;
        }
        Optional<RunningTask> running = sync.running();
        if (running.isPresent()) {
            return follow(running.get());
        }
        sync.requireComparable();
        return run(file);
    }

    private int run(TaskFile file) throws InterruptedException {
        try (EmbeddedServers servers = EmbeddedServers.start(file);
                ProgressDisplay display = new ProgressDisplay(task.display())) {
            VerificationReport report = new SyncTask(servers.resolved())
                    .run(RunRequest.untilVerified(), display)
                    .orElseThrow();
            display.close();
            print(report);
            return report.equal() ? ExitCode.DONE : ExitCode.DIFFERENCE;
        }
    }

    private int follow(RunningTask running) throws InterruptedException {
        spec.commandLine().getErr().println("A run is active: it verifies both databases once it has caught up.");
        TaskOutcome outcome = running.verify(new ComparisonLog());
        outcome.error().ifPresent(error -> spec.commandLine().getErr().println(error));
        outcome.report().ifPresent(this::print);
        return ExitCode.of(outcome.result());
    }

    private void print(Report report) {
        spec.commandLine().getOut().println(json ? report.json() : report.text());
    }
}
