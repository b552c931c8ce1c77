package org.dtssync.app.cli;

import java.util.concurrent.Callable;
import org.dtssync.app.tasks.EvaluationReport;
import org.dtssync.app.tasks.SyncTask;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists what becomes of every object of the source. */
@Command(
        name = "evaluate",
        description = {
            "Lists every source object and what becomes of it.",
            "Read-only, and connects to the source alone. Each object is carried, set at the switch (the values of sequences), left out"
                    + " by the selection, or to be made by hand. Exit code 3: something has to be made by hand, or something is left out"
                    + " that objects of the task need."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  dts-sync evaluate shop.yaml",
            "  dts-sync evaluate shop.yaml --html > evaluation.html",
            "  dts-sync evaluate shop.yaml --json | jq -r '.objects[] | select(.verdict == \"by-hand\") | .remedy'"
        })
final class EvaluateCommand implements Callable<Integer> {

    @Mixin
    private TaskFileArgument task;

    @ArgGroup
    private Form form = new Form();

    @Option(names = "--verbose", description = "Name all objects that are not carried, instead of 20 of each group.")
    private boolean verbose;

    @Spec
    private CommandSpec spec;

    /** How it is printed; text if nothing is given. */
    static final class Form {

        @Option(names = "--json", description = "Print JSON, with every object.")
        private boolean json;

        @Option(names = "--html", description = "Print one HTML page, with every object.")
        private boolean html;
    }

    @Override
    public Integer call() {
        EvaluationReport report = new SyncTask(task.read()).evaluate();
        spec.commandLine().getOut().println(printed(verbose ? report.withAllNames() : report));
        return report.complete() ? ExitCode.DONE : ExitCode.PRECHECK;
    }

    private String printed(EvaluationReport report) {
        if (form.json) {
            return report.json();
        }
        return form.html ? report.html() : report.text();
    }
}
