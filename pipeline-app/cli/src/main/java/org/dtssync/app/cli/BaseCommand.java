package org.dtssync.app.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.display.StateProgress;
import org.dtssync.app.tasks.BaseList;
import org.dtssync.app.tasks.BaseReport;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskStates;
import org.dtssync.app.tasks.TopicBaseReport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes a base, with which a replay begins. */
@Command(
        name = "base",
        description = {
            "Writes all tables into files or topics, exact at one cut.",
            "Reads the destination in one snapshot while everything runs; nothing waits for it but a TRUNCATE of the table that is being"
                    + " read. The files are read again at the end. If it was interrupted, the same command resumes: tables that did not change"
                    + " since they were written are kept."
        },
        mixinStandardHelpOptions = true,
        subcommands = {BaseCommand.Check.class, BaseCommand.Listing.class},
        footer = {
            "",
            "Examples:",
            "  dts-sync base shop.yaml --to /backup/shop-2026-03-01",
            "  dts-sync base shop.yaml --to /backup/shop-2026-03-01 --rows-per-second 50000",
            "  dts-sync base shop.yaml --to /backup/shop --keep 7",
            "  dts-sync base shop.yaml --to topics",
            "  dts-sync base list shop.yaml",
            "  dts-sync base check /backup/shop-2026-03-01"
        })
final class BaseCommand implements Callable<Integer> {

    @Mixin
    private OptionalTaskFile task;

    private static final Path TOPICS = Path.of("topics");

    @Option(
            names = "--to",
            paramLabel = "DIR|topics",
            description =
                    "A new or empty directory, or one with an unfinished base; or topics: Debezium's read events in topics of their"
                            + " own. Write ./topics for a directory of this name.")
    private @Nullable Path directory;

    @Option(
            names = "--keep",
            paramLabel = "N",
            description =
                    "Take regular bases: DIR gets a directory per base, and the oldest ones of this task are deleted so that N stay. With"
                            + " --to topics: delete the topics of earlier bases so that those of N stay.")
    private @Nullable Integer keep;

    @Option(
            names = "--rows-per-second",
            paramLabel = "N",
            description = "Read at most so many rows per second. Default: snapshot.rows_per_second of the task file.")
    private @Nullable Long rowsPerSecond;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Path to = directory;
        if (to == null) {
            throw new ParameterException(spec.commandLine(), "Option --to is missing. Write --to DIR, or --to topics.");
        }
        if (rowsPerSecond != null && rowsPerSecond < 0) {
            throw new ParameterException(spec.commandLine(), "--rows-per-second must be 0 (no limit) or more.");
        }
        if (keep != null && keep < 1) {
            throw new ParameterException(spec.commandLine(), "--keep must be 1 or more.");
        }
        TaskFile file = task.read();
        try (EmbeddedServers servers = EmbeddedServers.start(file)) {
            TaskStates states = new SyncTask(servers.resolved()).states();
            StateProgress progress = new StateProgress(task.display());
            Optional<Long> pace = Optional.ofNullable(rowsPerSecond);
            if (to.equals(TOPICS)) {
                TopicBaseReport report = states.baseToTopics(Optional.ofNullable(keep), pace, progress);
                spec.commandLine().getOut().println(json ? report.json() : report.text());
                return ExitCode.DONE;
            }
            return print(
                    keep == null ? states.base(to, pace, progress) : states.regularBase(to, keep, pace, progress),
                    json,
                    spec);
        }
    }

    private static int print(BaseReport report, boolean json, CommandSpec spec) {
        spec.commandLine().getOut().println(json ? report.json() : report.text());
        return report.whole() ? ExitCode.DONE : ExitCode.DIFFERENCE;
    }

    /** Lists the bases of a task. */
    @Command(
            name = "list",
            description = {
                "Lists the bases that were taken of a task, the newest first.",
                "The task remembers them at its destination: where each is, what it is exact at, and until when the topics, by"
                        + " the shortest retention.ms of a table, have everything that follows it. Those that you deleted yourself are listed too."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  dts-sync base list shop.yaml"})
    static final class Listing implements Callable<Integer> {

        @Mixin
        private TaskFileArgument task;

        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            BaseList bases = new SyncTask(task.read()).states().bases();
            spec.commandLine().getOut().println(json ? bases.json() : bases.text());
            return ExitCode.DONE;
        }
    }

    /** Reads a base again. */
    @Command(
            name = "check",
            description = {
                "Compares a base with what was written.",
                "Reads every file, and needs no server. Exit code 4: a file is missing or was altered."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  dts-sync base check /backup/shop-2026-03-01"})
    static final class Check implements Callable<Integer> {

        @Parameters(paramLabel = "DIR", description = "The directory of the base.")
        private Path directory;

        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws InterruptedException {
            BaseReport report = TaskStates.checkBase(
                    directory, new StateProgress(spec.commandLine().getErr()));
            return print(report, json, spec);
        }
    }
}
