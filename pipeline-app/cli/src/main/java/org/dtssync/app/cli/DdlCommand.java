package org.dtssync.app.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskDdl;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists, corrects, allows and skips commands that changed the structure of the source. */
@Command(
        name = "ddl",
        description = "Lists, shows, corrects, allows and skips DDL commands.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DdlCommand.ListCommands.class,
            DdlCommand.Show.class,
            DdlCommand.Set.class,
            DdlCommand.Allow.class,
            DdlCommand.Skip.class
        },
        footer = {
            "",
            "Examples:",
            "  dts-sync ddl list shop.yaml",
            "  dts-sync ddl show shop.yaml 0/26FE078.3 > command.sql",
            "  dts-sync ddl set shop.yaml 0/26FE078.3 command.sql",
            "  dts-sync ddl allow shop.yaml 0/26FE078.3",
            "  dts-sync ddl skip shop.yaml 0/26FE078.3"
        })
final class DdlCommand {

    /** Lists the commands. */
    @Command(
            name = "list",
            description = {
                "Lists DDL commands that are not done, or all.",
                "A command has the commit LSN of its transaction at the source and its place among the commands of it as number."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Examples:", "  dts-sync ddl list shop.yaml", "  dts-sync ddl list shop.yaml --all --json"})
    static final class ListCommands implements Callable<Integer> {

        @Mixin
        private TaskFileArgument task;

        @Option(names = "--all", description = "Include commands that are done or were skipped.")
        private boolean all;

        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            TaskDdl.Commands commands = new SyncTask(task.read()).ddl().list(all);
            if (json) {
                spec.commandLine().getOut().println(commands.json());
            } else if (!commands.mode().carries()) {
                spec.commandLine().getErr().println(commands.text());
            } else if (!commands.commands().isEmpty()) {
                spec.commandLine().getOut().println(commands.text());
            }
            return ExitCode.DONE;
        }
    }

    /** Prints the statement of a command. */
    @Command(
            name = "show",
            description = "Prints the statement of a DDL command, and its error.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  dts-sync ddl show shop.yaml 0/26FE078.3 > command.sql"})
    static final class Show implements Callable<Integer> {

        @Mixin
        private TaskFileArgument task;

        @Parameters(index = "1", paramLabel = "NUMBER", description = "The command's number, as list prints it.")
        private String number;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            TaskDdl.Statement stored = new SyncTask(task.read()).ddl().show(number);
            spec.commandLine().getOut().println(stored.statement());
            stored.error().ifPresent(error -> spec.commandLine().getErr().println(error));
            return ExitCode.DONE;
        }
    }

    /** Corrects the statement of a command. */
    @Command(
            name = "set",
            description = {
                "Has another statement run instead of a DDL command.",
                "It also allows the command. What the statement leaves has to be what the command left at the source."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  dts-sync ddl set shop.yaml 0/26FE078.3 command.sql"})
    static final class Set implements Callable<Integer> {

        @Mixin
        private TaskFileArgument task;

        @Parameters(index = "1", paramLabel = "NUMBER", description = "The command's number, as list prints it.")
        private String number;

        @Parameters(index = "2", paramLabel = "FILE", description = "File that contains the statement.")
        private Path file;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            new SyncTask(task.read()).ddl().set(number, text());
            spec.commandLine().getErr().println("Corrected " + number + ". " + Skip.RESUME);
            return ExitCode.DONE;
        }

        private String text() {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                throw new SyncException(
                        FaultKind.USAGE, "File " + file + " cannot be read.", "Name a file with the statement.", e);
            }
        }
    }

    /** Lets a command run. */
    @Command(
            name = "allow",
            description = {"Lets a DDL command run that waits for it.", "With ddl.mode hold, each command waits."},
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  dts-sync ddl allow shop.yaml 0/26FE078.3"})
    static final class Allow implements Callable<Integer> {

        @Mixin
        private TaskFileArgument task;

        @Parameters(index = "1", paramLabel = "NUMBER", description = "The command's number, as list prints it.")
        private String number;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            new SyncTask(task.read()).ddl().allow(number);
            spec.commandLine().getErr().println("Allowed " + number + ". " + Skip.RESUME);
            return ExitCode.DONE;
        }
    }

    /** Leaves a command out. */
    @Command(
            name = "skip",
            description = {
                "Leaves a DDL command out.",
                "Rows that follow have the structure that it left: make it at the destination by hand if they need it."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Examples:",
                "  dts-sync ddl skip shop.yaml 0/26FE078.3",
                "  dts-sync ddl skip shop.yaml 0/26FE078.3 --reason 'a report of the old server'"
            })
    static final class Skip implements Callable<Integer> {

        private static final String RESUME = "If no run is active, resume with dts-sync run.";

        @Mixin
        private TaskFileArgument task;

        @Parameters(index = "1", paramLabel = "NUMBER", description = "The command's number, as list prints it.")
        private String number;

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why; ddl list shows it.")
        private @Nullable String reason;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            new SyncTask(task.read()).ddl().skip(number, Optional.ofNullable(reason));
            spec.commandLine().getErr().println("Skipped " + number + ". " + RESUME);
            return ExitCode.DONE;
        }
    }
}
