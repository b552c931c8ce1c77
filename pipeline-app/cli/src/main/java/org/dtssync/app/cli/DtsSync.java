package org.dtssync.app.cli;

import java.util.Locale;
import org.dtssync.app.tasks.ProcessEnd;
import org.dtssync.connectors.fault.SyncException;
import org.slf4j.LoggerFactory;
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
            VerifyCommand.class,
            SetCommand.class,
            SwitchoverCommand.class,
            RollbackCommand.class,
            CompleteCommand.class,
            CancelCommand.class,
            ReleaseCommand.class,
            ReplayCommand.class
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
        // For messages: the driver's stand in the middle of our sentences, and it falls back to the default language
        // where it has
        // none. Values do not depend on it.
        Locale.setDefault(Locale.ROOT);
        int code = commandLine().execute(arguments);
        System.out.flush();
        ProcessEnd.halt(code);
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new DtsSync())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionStrategy(DtsSync::inOrder)
                .setExecutionExceptionHandler(DtsSync::explain)
                .setParameterExceptionHandler(UsageMistakes::explain);
        tellVersion(commandLine);
        return commandLine;
    }

    /** A signal ends every command as a failure, however it handles the interrupt; only run handles signals itself. */
    private static int inOrder(CommandLine.ParseResult parsed) {
        CommandLine.RunLast last = new CommandLine.RunLast();
        if (parsed.hasSubcommand() && parsed.subcommand().commandSpec().userObject() instanceof RunCommand) {
            return last.execute(parsed);
        }
        try (OrderlyStop stop = new OrderlyStop(ExitCode.FAILED)) {
            try {
                int code = last.execute(parsed);
                return stop.requested() ? ExitCode.FAILED : code;
            } catch (CommandLine.ExecutionException e) {
                if (!stop.requested()) {
                    throw e;
                }
                e.getCommandLine().getErr().println("Interrupted.");
                return ExitCode.FAILED;
            }
        }
    }

    /** Every command has the standard option --version, with the same version. */
    private static void tellVersion(CommandLine commandLine) {
        for (CommandLine command : commandLine.getSubcommands().values()) {
            command.getCommandSpec().versionProvider(new Version());
            tellVersion(command);
        }
    }

    private static int explain(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
        if (e instanceof SyncException fault) {
            LoggerFactory.getLogger(DtsSync.class).debug("The command failed.", fault);
            if (TaskFileArgument.logsJson()) {
                LoggerFactory.getLogger(DtsSync.class).error(fault.getMessage());
            } else {
                command.getErr().println(fault.getMessage());
            }
            return ExitCode.of(fault.kind());
        }
        if (e instanceof InterruptedException) {
            command.getErr().println("Interrupted.");
            return ExitCode.FAILED;
        }
        LoggerFactory.getLogger(DtsSync.class).error("An unexpected error ended the command.", e);
        return ExitCode.FAILED;
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
