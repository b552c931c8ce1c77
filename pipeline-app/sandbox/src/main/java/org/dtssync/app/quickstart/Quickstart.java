package org.dtssync.app.quickstart;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
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

/** The entry of the quickstart. */
@Command(
        name = "scripts/quickstart",
        description =
                "Shows dts-sync at work, with nothing to install or to set up: starts PostgreSQL 14 and 17, Kafka and a"
                        + " schema registry, makes a sample shop, and moves it from one server to the other while an application keeps"
                        + " writing. Then it compares every table, switches over and back. All servers end and all files go with it, whatever its end.",
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
            description = "About how many rows the sample shop has; ${DEFAULT-VALUE} by default.")
    private int rows;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "10",
            description = "How long the application goes on once the destination follows; ${DEFAULT-VALUE} by default.")
    private int seconds;

    @Option(names = "--keep", description = "Leave everything running until Ctrl-C, and say how to connect.")
    private boolean keep;

    @Spec
    private CommandSpec spec;

    /** Runs the quickstart and ends the process with its exit code. */
    public static void main(String[] arguments) {
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
                err.println("Interrupted. Everything has ended and its files are removed.");
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
