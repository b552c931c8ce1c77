package org.dtssync.app.cli;

import java.io.PrintWriter;
import org.dtssync.app.control.TaskStatus;
import org.dtssync.app.moving.SwitchReport;
import org.dtssync.app.state.CommandResult;
import org.dtssync.app.state.Phase;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What switchover, rollback and complete do alike: give the command to the task and print the report that comes back.
 *
 * @param name the command's name
 * @param task the argument that names the task file
 * @param spec where it prints to
 */
record LifecycleCommand(String name, TaskFileArgument task, CommandSpec spec) {

    /** Performs it with its options; returns the exit code. */
    int perform(String options, boolean json) throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        requirePhase();
        CommandResult result = new FollowedCommand(task, err).perform(name, options);
        result.error().ifPresent(err::println);
        result.result()
                .ifPresent(report -> spec.commandLine()
                        .getOut()
                        .println(json ? report : SwitchReport.parse(report).text()));
        return result.exitCode();
    }

    /** A run would do it hours later, when nobody thinks of it any more. */
    private void requirePhase() {
        TaskStatus status = TaskStatus.read(task.read());
        Phase phase = status.progress().phase();
        if (status.begun() && !phase.isOver() && Phase.INCREMENTAL.isAfter(phase)) {
            throw new SyncException(
                    FaultKind.PRECHECK,
                    "Task " + status.progress().task() + " is in phase " + phase.label() + "; " + name
                            + " can be given once it is in phase incremental.",
                    "dts-sync status tells how far it is.");
        }
    }
}
