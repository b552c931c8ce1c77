package org.dtssync.app.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskStructure;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists, corrects and skips schema objects that failed. */
@Command(
        name = "structure",
        description = "Lists, shows, corrects and skips schema objects.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            StructureCommand.ListObjects.class,
            StructureCommand.Show.class,
            StructureCommand.Set.class,
            StructureCommand.Skip.class
        },
        footer = {
            "",
            "Examples:",
            "  dts-sync structure list shop.yaml",
            "  dts-sync structure show shop.yaml view:public.totals > totals.sql",
            "  dts-sync structure set shop.yaml view:public.totals totals.sql",
            "  dts-sync structure skip shop.yaml trigger:public.orders.notify"
        })
final class StructureCommand {

    /** Lists the objects. */
    @Command(
            name = "list",
            description = {
                "Lists schema objects that are not done, or all.",
                "--all also lists the objects of the source that no statement makes, with the reason; dts-sync evaluate says more."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  dts-sync structure list shop.yaml --all"})
    static final class ListObjects implements Callable<Integer> {

        @Mixin
        private TaskFileArgument task;

        @Option(names = "--all", description = "Include objects that are done, and those that are not migrated.")
        private boolean all;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            TaskFile file = task.read();
            List<TaskStructure.Item> objects = new SyncTask(file).structure().list();
            if (objects.isEmpty()) {
                spec.commandLine()
                        .getErr()
                        .println("Task " + file.name()
                                + " has no schema objects yet: run reads them from the source in phase schema.");
            }
            for (TaskStructure.Item object : objects) {
                if (all || !object.done()) {
                    spec.commandLine()
                            .getOut()
                            .println(String.format(
                                    Locale.ROOT,
                                    "%-8s %-9s %s%s",
                                    object.state(),
                                    object.section(),
                                    object.name(),
                                    object.error().map(error -> "  -- " + error).orElse("")
                                            + object.reason()
                                                    .map(why -> "  -- skipped: " + why)
                                                    .orElse("")));
                }
            }
            if (all) {
                listUncarried(file);
            }
            return ExitCode.DONE;
        }

        /** The list itself is at the destination: it is shown without the source too. */
        private void listUncarried(TaskFile file) {
            try {
                for (TaskStructure.Uncarried object :
                        new SyncTask(file).structure().uncarried()) {
                    spec.commandLine()
                            .getOut()
                            .println(String.format(
                                    Locale.ROOT,
                                    "%-8s %-9s %s%s",
                                    object.verdict(),
                                    "-",
                                    object.name(),
                                    object.reason().isEmpty() ? "" : "  -- " + object.reason()));
                }
            } catch (SyncException e) {
                spec.commandLine()
                        .getErr()
                        .println("Objects that are not migrated cannot be listed. " + e.getMessage());
            }
        }
    }

    /** Prints the statement of an object. */
    @Command(
            name = "show",
            description = "Prints the statement of a schema object.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  dts-sync structure show shop.yaml view:public.totals > totals.sql"})
    static final class Show implements Callable<Integer> {

        @Mixin
        private TaskFileArgument task;

        @Parameters(index = "1", paramLabel = "NAME", description = "The object's name, as list prints it.")
        private String name;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            TaskStructure.Item stored = new SyncTask(task.read()).structure().show(name);
            spec.commandLine().getOut().println(stored.statement());
            stored.error().ifPresent(error -> spec.commandLine().getErr().println(error));
            return ExitCode.DONE;
        }
    }

    /** Corrects the statement of an object. */
    @Command(
            name = "set",
            description = "Replaces the statement of an object for the next run.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  dts-sync structure set shop.yaml view:public.totals totals.sql"})
    static final class Set implements Callable<Integer> {

        @Mixin
        private TaskFileArgument task;

        @Parameters(index = "1", paramLabel = "NAME", description = "The object's name, as list prints it.")
        private String name;

        @Parameters(index = "2", paramLabel = "FILE", description = "File that contains the statement.")
        private Path file;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            new SyncTask(task.read()).structure().set(name, text());
            spec.commandLine().getErr().println("Corrected " + name + ". Resume with dts-sync run.");
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

    /** Leaves an object out. */
    @Command(
            name = "skip",
            description = "Leaves a schema object out.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Examples:",
                "  dts-sync structure skip shop.yaml trigger:public.orders.notify",
                "  dts-sync structure skip shop.yaml view:public.totals --reason 'replaced by a report'"
            })
    static final class Skip implements Callable<Integer> {

        @Mixin
        private TaskFileArgument task;

        @Parameters(index = "1", paramLabel = "NAME", description = "The object's name, as list prints it.")
        private String name;

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why; structure list shows it.")
        private @Nullable String reason;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            List<String> mentions = new SyncTask(task.read()).structure().skip(name, Optional.ofNullable(reason));
            spec.commandLine().getErr().println("Skipped " + name + ". Resume with dts-sync run.");
            if (!mentions.isEmpty()) {
                spec.commandLine()
                        .getErr()
                        .println("These objects mention it and may need to be corrected or skipped too: "
                                + String.join(", ", mentions) + ".");
            }
            return ExitCode.DONE;
        }
    }
}
