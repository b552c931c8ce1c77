package org.dtssync.app.quickstart;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.dtssync.app.logging.LogOutput;
import org.dtssync.app.tasks.ProcessEnd;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The entry point of the quickstart. */
@Command(
        name = "scripts/quickstart",
        description =
                "Shows dts-sync at work, with nothing to install or set up: starts PostgreSQL 14 and 17, Kafka and a"
                        + " schema registry, creates a sample shop, and migrates it from one server to the other while an application keeps"
                        + " writing. Then it verifies every table, switches over and rolls back. In the end, all servers are stopped and all files removed.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Exit codes: 0 every table is equal, 1 failed or interrupted, 2 wrong usage, 4 the databases differ."
        })
public final class Quickstart implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(Quickstart.class);

    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final int DIFFERENT = 4;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "350000",
            description = "Approximate number of rows of the sample shop (default: ${DEFAULT-VALUE}).")
    private int rows;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "10",
            description = "How long the application keeps writing in phase incremental (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(names = "--keep", description = "Keep everything running until Ctrl-C, and print how to connect.")
    private boolean keep;

    @Spec
    private CommandSpec spec;

    /** Runs the quickstart and ends the process with its exit code. */
    public static void main(String[] arguments) {
        LogOutput.gather();
        int code = new CommandLine(new Quickstart()).execute(arguments);
        System.out.flush();
        ProcessEnd.halt(code);
    }

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        if (rows < 1 || seconds < 1) {
            err.println("--rows and --seconds must be at least 1.");
            return USAGE;
        }
        try (StopSignal stop = new StopSignal()) {
            return run(err, stop);
        }
    }

    private int run(PrintWriter err, StopSignal stop) {
        QuickstartRun.Options options = new QuickstartRun.Options(rows, seconds, keep);
        try {
            new QuickstartRun(options, spec.commandLine().getOut(), err, stop).run();
            return 0;
        } catch (InterruptedException | RuntimeException e) {
            if (stop.requested()) {
                err.println("Interrupted. All servers are stopped and all files removed.");
                // The signal's own thread ends the process with the same code: whichever comes first.
                return stop.exitCode();
            }
            if (e instanceof SyncException fault) {
                LOG.debug("The quickstart failed.", fault);
                err.println(fault.getMessage());
                return fault.kind() == FaultKind.DIFFERENCE ? DIFFERENT : FAILED;
            }
            LOG.error("An unexpected error ended the quickstart.", e);
            return FAILED;
        }
    }
}
