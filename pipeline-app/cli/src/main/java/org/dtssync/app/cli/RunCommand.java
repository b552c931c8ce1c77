package org.dtssync.app.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.display.ProgressDisplay;
import org.dtssync.app.metrics.MetricsEndpoint;
import org.dtssync.app.pipeline.Pipeline;
import org.dtssync.app.pipeline.PipelineListener;
import org.dtssync.app.pipeline.PipelineListeners;
import org.dtssync.app.pipeline.RunGoal;
import org.dtssync.app.pipeline.RunOptions;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.app.verify.VerifyReportText;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;
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
            "Without --until, runs until stopped (Ctrl-C, SIGTERM). You can kill it at any time; run the same command to"
                    + " resume."
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
    private String until;

    @Option(
            names = "--accept-structure",
            paramLabel = "TABLE",
            description = "schema.table whose schema change the destination has too; may be repeated.")
    private List<String> acceptStructure = new ArrayList<>();

    @Option(
            names = "--resnapshot",
            paramLabel = "TABLE",
            description = "schema.table to empty at the destination and reload; may be repeated.")
    private List<String> resnapshot = new ArrayList<>();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        RunOptions options = new RunOptions(goal(), tables(acceptStructure), tables(resnapshot));
        TaskFile file = task.read();
        PrintWriter err = task.display();
        try (OrderlyStop stop = new OrderlyStop(ExitCode.DONE);
                EmbeddedServers servers = EmbeddedServers.start(file);
                MetricsEndpoint metrics = metrics(servers.resolved());
                ProgressDisplay display = new ProgressDisplay(err)) {
            PipelineListener listener =
                    metrics == null ? display : new PipelineListeners(List.of(display, metrics.listener()));
            try {
                Optional<VerifyReport> report = new Pipeline(servers.resolved(), listener).run(options);
                display.close();
                return report.map(this::print).orElse(ExitCode.DONE);
            } catch (InterruptedException | SyncException e) {
                // A stop in the middle of a step may surface as a fault; it is none.
                if (stop.requested()) {
                    display.close();
                    err.println("Stopped. Run the same command to resume.");
                    return ExitCode.DONE;
                }
                throw e;
            }
        }
    }

    /** Before the display starts, which may reduce the log to warnings. */
    private static MetricsEndpoint metrics(TaskFile file) {
        return file.metrics()
                .map(settings -> MetricsEndpoint.start(settings, file))
                .orElse(null);
    }

    private int print(VerifyReport report) {
        spec.commandLine().getOut().println(VerifyReportText.render(report).stripTrailing());
        return report.equal() ? ExitCode.DONE : ExitCode.DIFFERENCE;
    }

    private RunGoal goal() {
        if (until == null) {
            return RunGoal.NONE;
        }
        for (RunGoal goal : RunGoal.values()) {
            if (goal != RunGoal.NONE && goal.label().equals(until)) {
                return goal;
            }
        }
        throw new SyncException(
                FaultKind.USAGE, "--until " + until + " is unknown.", "Use schema, snapshot, caught-up or verified.");
    }

    private static List<TableName> tables(List<String> names) {
        return names.stream().map(RunCommand::table).toList();
    }

    private static TableName table(String name) {
        int dot = name.indexOf('.');
        if (dot < 1 || dot == name.length() - 1) {
            throw new SyncException(FaultKind.USAGE, "'" + name + "' is not a table's name.", "Write schema.table.");
        }
        return new TableName(name.substring(0, dot), name.substring(dot + 1));
    }
}
