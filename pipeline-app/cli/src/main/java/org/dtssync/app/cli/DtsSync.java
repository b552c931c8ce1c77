package org.dtssync.app.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.dtssync.app.logging.LogOutput;
import org.dtssync.app.tasks.ProcessEnd;
import org.slf4j.event.Level;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entry point of the command line. */
@Command(
        name = "dts-sync",
        synopsisSubcommandLabel = "COMMAND",
        description = "Migrates a live PostgreSQL database to another server through Kafka and keeps both in sync.",
        mixinStandardHelpOptions = true,
        versionProvider = DtsSync.Version.class,
        subcommands = {
            EvaluateCommand.class,
            PrecheckCommand.class,
            RunCommand.class,
            StatusCommand.class,
            StructureCommand.class,
            DdlCommand.class,
            VerifyCommand.class,
            SetCommand.class,
            SwitchoverCommand.class,
            RollbackCommand.class,
            CompleteCommand.class,
            CancelCommand.class,
            ReleaseCommand.class,
            ReplayCommand.class,
            BaseCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  dts-sync evaluate shop.yaml",
            "  dts-sync precheck shop.yaml",
            "  dts-sync run shop.yaml",
            "  dts-sync run shop.yaml --until caught-up",
            "  dts-sync status shop.yaml --json",
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage or task file, 3 precheck or precondition failed, 4 differences found, 5"
                    + " switched, but applications were not repointed."
        })
public final class DtsSync {

    private DtsSync() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        int code;
        try (OrderlyStop stop = OrderlyStop.of(arguments)) {
            // For messages: the driver's stand in the middle of our sentences, and it falls back to the default
            // language
            // where it has none. Values do not depend on it.
            Locale.setDefault(Locale.ROOT);
            LogOutput.gather();
            code = execute(stop, commandLine(stop), arguments);
            System.out.flush();
            System.err.flush();
        }
        ProcessEnd.halt(code);
    }

    /**
     * Runs one command in a process that lives on, and returns its exit code. Signals, the log and the default locale stay the business
     * of that process; interrupting the thread ends the command.
     *
     * @param out where it prints what was asked for
     * @param err where it prints everything else, except for the log
     */
    public static int run(PrintWriter out, PrintWriter err, String... arguments) {
        OrderlyStop stop = OrderlyStop.never();
        CommandLine commandLine = commandLine(stop).setOut(out).setErr(err);
        int code = execute(stop, commandLine, arguments);
        out.flush();
        err.flush();
        return code;
    }

    private static int execute(OrderlyStop stop, CommandLine commandLine, String[] arguments) {
        try {
            int code = commandLine.execute(arguments);
            return stop.requested() ? stop.exitCode() : code;
        } catch (Error e) {
            // Such as the JVM's InternalError, where a file that is mapped into memory has lost its disk.
            return Failures.unexpected(e, commandLine);
        }
    }

    /** Returns the command line as it is described. */
    static CommandLine commandLine() {
        return commandLine(OrderlyStop.never());
    }

    private static CommandLine commandLine(OrderlyStop stop) {
        CommandLine commandLine = new CommandLine(new DtsSync())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, command, parsed) ->
                        stop.requested() ? stopped(stop, command) : Failures.explain(e, command))
                .setParameterExceptionHandler(UsageMistakes::explain);
        tellVersion(commandLine);
        return commandLine;
    }

    /** A stop in the middle of a step may surface as any failure; it is none. */
    private static int stopped(OrderlyStop stop, CommandLine command) {
        Failures.print(stop.sentence(), command, Level.INFO);
        return stop.exitCode();
    }

    /** Every command has the standard option --version, with the same version. */
    private static void tellVersion(CommandLine commandLine) {
        for (CommandLine command : commandLine.getSubcommands().values()) {
            command.getCommandSpec().versionProvider(new Version());
            tellVersion(command);
        }
    }

    /** Reads the version from the jar's manifest. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = DtsSync.class.getPackage().getImplementationVersion();
            return new String[] {"dts-sync " + (version == null ? "(not packaged)" : version)};
        }
    }
}
