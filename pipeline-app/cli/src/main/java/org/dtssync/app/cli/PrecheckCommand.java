package org.dtssync.app.cli;

import java.util.concurrent.Callable;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.tasks.PrecheckReport;
import org.dtssync.app.tasks.SyncTask;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
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
            "Read-only: changes nothing anywhere. Covers every phase to come: what only a switchover, a rollback or reverse replication"
                    + " would be refused for is a warning. Objects with the same cause are one finding."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  dts-sync precheck shop.yaml",
            "  dts-sync precheck shop.yaml --sql source | psql -d shop",
            "  dts-sync precheck shop.yaml --json | jq '.items[] | select(.result == \"fail\")'"
        })
final class PrecheckCommand implements Callable<Integer> {

    @Mixin
    private TaskFileArgument task;

    @ArgGroup
    private Form form = new Form();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        TaskFile file = task.read();
        EmbeddedServers.require(file);
        PrecheckReport report = new SyncTask(file).precheck();
        spec.commandLine().getOut().println(form.print(report));
        return report.failed() ? ExitCode.PRECHECK : ExitCode.DONE;
    }

    /** How the findings are printed; people's text without one. */
    private static final class Form {

        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        @Option(names = "--verbose", description = "Name all objects and print all statements, instead of three.")
        private boolean verbose;

        @Option(
                names = "--sql",
                paramLabel = "DATABASE",
                description =
                        "Print the statements that solve what was found as a script for ${COMPLETION-CANDIDATES}.")
        private @Nullable Database sql;

        private String print(PrecheckReport report) {
            if (sql != null) {
                return sql == Database.source ? report.sourceScript() : report.destinationScript();
            }
            if (json) {
                return report.json();
            }
            return verbose ? report.verboseText() : report.text();
        }
    }

    /** One of the two databases, as it is written on the command line. */
    private enum Database {
        source,
        destination
    }
}
