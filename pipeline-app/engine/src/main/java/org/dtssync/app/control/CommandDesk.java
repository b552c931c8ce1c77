package org.dtssync.app.control;

import java.util.Map;
import org.dtssync.app.state.CommandStore;
import org.dtssync.app.state.PostedCommand;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.task.Retry;
import org.dtssync.app.task.Route;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out the commands posted to a running task, one after the other. Runs in the task's main thread. */
public final class CommandDesk {

    private static final Logger LOG = LoggerFactory.getLogger(CommandDesk.class);

    private static final long POLL_MILLIS = 300;

    private final Route route;
    private final Retry retry;
    private final Map<String, Command> known;

    /**
     * The outcome of a command.
     *
     * @param json its result
     * @param exitCode the exit code of the command line
     * @param leaves whether the task has left its phase, which ends this service
     */
    public record Outcome(String json, int exitCode, boolean leaves) {}

    /** A known command. */
    @FunctionalInterface
    public interface Command {
        /** Carries it out with the options of the command line. */
        Outcome run(String options) throws InterruptedException;
    }

    /**
     * Creates one; opens nothing yet.
     *
     * @param route the route that the task file describes: commands are posted at its destination
     * @param known the commands possible now, by name
     */
    public CommandDesk(Route route, Retry retry, Map<String, Command> known) {
        this.route = route;
        this.retry = retry;
        this.known = Map.copyOf(known);
    }

    /** Serves until a command leaves the phase, or until interrupted. */
    public void serve() throws InterruptedException {
        try (CommandStore commands = new CommandStore(route.destination(), route.task())) {
            retry.run("commands", commands::failInterrupted);
            boolean[] left = new boolean[1];
            while (!left[0]) {
                retry.run("commands", () -> left[0] = next(commands));
                if (!left[0]) {
                    Thread.sleep(POLL_MILLIS);
                }
            }
        }
    }

    private boolean next(CommandStore commands) throws InterruptedException {
        PostedCommand command = commands.take();
        if (command == null) {
            return false;
        }
        LOG.info("Command received. task={} command={}", route.task(), command.name());
        Failpoint.COMMAND_TAKEN.reached();
        try {
            Outcome outcome = known.getOrDefault(command.name(), options -> unknown(command.name()))
                    .run(command.options());
            Failpoint.COMMAND_DONE.reached();
            commands.finish(command, outcome.json(), outcome.exitCode());
            return outcome.leaves();
        } catch (SyncException e) {
            commands.fail(command, e.getMessage(), exitCode(e.kind()));
            return false;
        }
    }

    /** The exit codes of the command line. */
    private static int exitCode(FaultKind kind) {
        return switch (kind) {
            case USAGE -> 2;
            case PRECHECK -> 3;
            case DIFFERENCE -> 4;
            default -> 1;
        };
    }

    private Outcome unknown(String command) {
        String phase = new ProgressStore(route.destination(), route.task())
                .task()
                .map(task -> task.phase().label())
                .orElse("unknown");
        throw new SyncException(
                FaultKind.USAGE,
                "Task " + route.task() + " is in phase " + phase + ", in which it is not possible to " + command + ".",
                "docs/switchover.md describes the order of the commands.");
    }
}
