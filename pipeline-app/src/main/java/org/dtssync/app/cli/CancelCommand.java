package org.dtssync.app.cli;

import java.util.concurrent.Callable;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.pipeline.Release;
import org.dtssync.app.pipeline.TaskStatus;
import org.dtssync.app.progress.Phase;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Gives a task up before its switchover. */
@Command(
        name = "cancel",
        description = {
            "Gives a task up before its switchover: removes slot, publication, state and topics.",
            "The source is as it was; tables and rows at the destination stay. Stop the run first."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  dts-sync cancel shop.yaml"})
final class CancelCommand implements Callable<Integer> {

    @Mixin
    private TaskFileArgument task;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        TaskFile file = task.read();
        Phase phase = TaskStatus.read(file).progress().phase();
        if (phase == Phase.REVERSE || phase == Phase.ROLLBACK || phase == Phase.COMPLETE) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "Task " + file.name() + " is in phase " + phase.label() + ": its applications were moved already.",
                    "Use dts-sync rollback to move them back, or dts-sync complete and release to stay.");
        }
        try (EmbeddedServers servers = EmbeddedServers.start(file)) {
            new Release(servers.resolved()).run(true).forEach(spec.commandLine().getErr()::println);
        }
        return ExitCode.DONE;
    }
}
