package org.dtssync.app.cli;

import java.io.PrintWriter;
import java.util.Optional;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.display.ProgressDisplay;
import org.dtssync.app.tasks.PreconditionsReport;
import org.dtssync.app.tasks.Report;
import org.dtssync.app.tasks.RunningTask;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskCommand;
import org.dtssync.app.tasks.TaskOutcome;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What switchover, rollback and complete do alike: give the command to the live run of the task, or run the task for as long as
 * the command takes, and print the report that comes back.
 *
 * @param task the argument that names the task file
 * @param spec where it prints
 */
record LifecycleCommand(TaskFileArgument task, CommandSpec spec) {

    /** Performs a command; returns the exit code. */
    int perform(TaskCommand command, boolean json) throws InterruptedException {
        TaskFile file = task.read();
        new SyncTask(file).requireMovable(command);
        TaskOutcome outcome = perform(file, command);
        outcome.error().ifPresent(spec.commandLine().getErr()::println);
        outcome.report().ifPresent(report -> print(report, json));
        return ExitCode.of(outcome.result());
    }

    private TaskOutcome perform(TaskFile file, TaskCommand command) throws InterruptedException {
        Optional<RunningTask> running = new SyncTask(file).running();
        if (running.isPresent()) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("A run is active and carries it out.");
            err.flush();
            return running.get().perform(command);
        }
        try (EmbeddedServers servers = EmbeddedServers.start(file);
                ProgressDisplay display = new ProgressDisplay(task.display())) {
            return new SyncTask(servers.resolved()).perform(command, display);
        }
    }

    /** Prints whether the preconditions of a switch are met; returns the exit code. */
    int print(PreconditionsReport report, boolean json) {
        print((Report) report, json);
        return report.met() ? ExitCode.DONE : ExitCode.PRECHECK;
    }

    private void print(Report report, boolean json) {
        spec.commandLine().getOut().println(json ? report.json() : report.text());
    }
}
