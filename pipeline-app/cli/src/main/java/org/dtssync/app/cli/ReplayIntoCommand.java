package org.dtssync.app.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dtssync.app.display.StateProgress;
import org.dtssync.app.tasks.SyncTask;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes another database the source as of a commit. */
@Command(
        name = "into",
        description = {
            "Makes an empty database the source as of a commit.",
            "Loads a base, then applies whole transactions from the topics. What is done is recorded in the target, in schema dts_sync, so"
                    + " that the same command resumes after any interruption. The task and its databases are left alone. As of an LSN means every"
                    + " transaction whose commit record ends there or before it; as of a time, every transaction before the first one that"
                    + " committed later.",
            "TARGET.yaml has one section, destination, as in a task file."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  dts-sync replay into shop.yaml --target audit.yaml --as-of 2026-03-01T12:00:00Z --base /backup/shop",
            "  dts-sync replay into shop.yaml --target second.yaml --as-of latest --base /backup/shop --follow"
        })
final class ReplayIntoCommand implements Callable<Integer> {

    @Mixin
    private TaskFileArgument task;

    @Option(
            names = "--target",
            paramLabel = "TARGET.yaml",
            required = true,
            description = "Names the database to make.")
    private Path target;

    @Option(names = "--as-of", paramLabel = "X", required = true, description = "As of this LSN or time, or latest.")
    private String asOf;

    @Option(
            names = "--base",
            paramLabel = "DIR",
            description = "The base to begin with, from that moment or before it.")
    private @Nullable Path base;

    @Option(names = "--follow", description = "Apply what comes later too, until interrupted.")
    private boolean follow;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        try (EmbeddedServers servers = EmbeddedServers.start(task.read())) {
            String lsn = new SyncTask(servers.resolved())
                    .states()
                    .into(target, asOf, Optional.ofNullable(base), follow, new StateProgress(task.display()));
            spec.commandLine().getOut().println("The target is the source as of " + lsn + ".");
            return ExitCode.DONE;
        }
    }
}
