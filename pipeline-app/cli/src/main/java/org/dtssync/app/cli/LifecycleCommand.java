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
 * Common part of switchover, rollback and complete: posts the command to the task and prints its report.
 *
 * @param name the command's name
 * @param task the argument that names the task file
 * @param spec where it prints
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

    /** A run would do it hours later, when no one expects it any more. */
    private void requirePhase() {
        TaskStatus status = TaskStatus.read(task.read());
        Phase phase = status.progress().phase();
        if (status.begun() && !phase.isOver() && Phase.INCREMENTAL.isAfter(phase)) {
            throw new SyncException(
                    FaultKind.PRECHECK,
                    "Task " + status.progress().task() + " is in phase " + phase.label() + "; " + name
                            + " is possible once it is in phase incremental.",
                    "dts-sync status shows its progress.");
        }
    }
}
