package org.dtssync.app.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.display.ProgressDisplay;
import org.dtssync.app.metrics.MetricsEndpoint;
import org.dtssync.app.tasks.RunRequest;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskListener;
import org.dtssync.app.tasks.TaskListeners;
import org.dtssync.app.tasks.VerificationReport;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a task through its phases, resuming where it left off. */
@Command(
        name = "run",
        description = {
            "Runs all phases in order, resuming where the task left off.",
            "Without --until, runs until stopped (Ctrl-C, SIGTERM). You can kill it at any time; run the same command to resume."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  dts-sync run shop.yaml",
            "  dts-sync run shop.yaml --until verified",
            "  dts-sync run shop.yaml --accept-structure public.orders"
        })
final class RunCommand implements Callable<Integer> {

    @Mixin
    private TaskFileArgument task;

    @Option(
            names = "--until",
            paramLabel = "GOAL",
            description = "When to exit: schema, snapshot, caught-up or verified.")
    private @Nullable String until;

    @Option(
            names = "--accept-structure",
            paramLabel = "TABLE",
            description = "schema.table whose changed columns or keys the other database has too; may be repeated.")
    private List<String> acceptStructure = new ArrayList<>();

    @Option(
            names = "--resnapshot",
            paramLabel = "TABLE",
            description =
                    "schema.table that is emptied at the destination, after a switchover at the source, and reloaded; may be repeated.")
    private List<String> resnapshot = new ArrayList<>();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        RunRequest request = RunRequest.parse(until, acceptStructure, resnapshot);
        TaskFile file = task.read();
        PrintWriter err = task.display();
        try (EmbeddedServers servers = embedded(file);
                MetricsEndpoint metrics = metrics(servers.resolved());
                ProgressDisplay display = new ProgressDisplay(err)) {
            TaskListener listener = metrics == null ? display : new TaskListeners(List.of(display, metrics.listener()));
            Optional<VerificationReport> report = new SyncTask(servers.resolved()).run(request, listener);
            display.close();
            if (report.isEmpty() || report.get().equal()) {
                new SyncTask(servers.resolved()).reached(request).ifPresent(err::println);
            }
            return report.map(this::print).orElse(ExitCode.DONE);
        }
    }

    /** Where another run has them, that it is active is the reason, and not what it holds. */
    private static EmbeddedServers embedded(TaskFile file) throws InterruptedException {
        try {
            return EmbeddedServers.start(file);
        } catch (SyncException e) {
            new SyncTask(file).requireNoOtherRun();
            throw e;
        }
    }

    /** Before the display starts, which may reduce the log to warnings. */
    private static @Nullable MetricsEndpoint metrics(TaskFile file) throws InterruptedException {
        return file.metrics().isPresent() ? MetricsEndpoint.start(file.metrics().get(), file) : null;
    }

    private int print(VerificationReport report) {
        spec.commandLine().getOut().println(report.text());
        return report.equal() ? ExitCode.DONE : ExitCode.DIFFERENCE;
    }
}
