package org.dtssync.app.pipeline;

import org.dtssync.app.progress.CommandStore;
import org.dtssync.app.progress.PostedCommand;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.app.verify.VerifyReportJson;
import org.dtssync.connectors.fault.SyncException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what is posted to a running task, one command after the other. Runs in the task's main thread. */
final class CommandDesk {

    private static final Logger LOG = LoggerFactory.getLogger(CommandDesk.class);

    private static final long POLL_MILLIS = 300;

    private final TaskParts parts;
    private final Comparison comparison;
    private final CommandStore commands;

    CommandDesk(TaskParts parts, Comparison comparison) {
        this.parts = parts;
        this.comparison = comparison;
        this.commands = new CommandStore(parts.destination(), parts.task().name());
    }

    /** Serves until interrupted. */
    void serve() throws InterruptedException {
        parts.retry().run("commands", commands::failInterrupted);
        while (true) {
            parts.retry().run("commands", this::next);
            Thread.sleep(POLL_MILLIS);
        }
    }

    private void next() throws InterruptedException {
        PostedCommand command = commands.take();
        if (command == null) {
            return;
        }
        LOG.info("Command begins. task={} command={}", parts.task().name(), command.name());
        try {
            VerifyReport report = comparison.run();
            commands.finish(command, VerifyReportJson.render(report), report.equal() ? 0 : 4);
        } catch (SyncException e) {
            commands.fail(command, e.getMessage());
        }
    }
}
