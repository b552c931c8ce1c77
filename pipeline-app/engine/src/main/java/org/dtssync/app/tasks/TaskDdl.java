package org.dtssync.app.tasks;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.Author;
import org.dtssync.app.state.DdlCommandStore;
import org.dtssync.app.state.DdlState;
import org.dtssync.app.state.DeferredIndex;
import org.dtssync.app.state.DeferredIndexStore;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.StateSchema;
import org.dtssync.app.state.StoredDdl;
import org.dtssync.app.state.TaskProgress;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.schemas.DdlMode;

/**
 * The commands that changed the structure of the source and are carried, as they are kept where they are run: see, correct, allow and
 * skip them. A run uses what was decided. Thread-safe.
 */
public final class TaskDdl {

    private static final int SHORT = 100;

    private final String task;
    private final StateSchema state;
    private final ProgressStore progress;
    private final Route route;

    TaskDdl(TaskFile file) {
        Route route = Route.forReading(file);
        this.task = file.name();
        this.state = new StateSchema(route.destination());
        this.progress = new ProgressStore(route.destination(), task);
        this.route = route;
    }

    /**
     * The commands of a task.
     *
     * @param task its name
     * @param mode what it does about commands
     * @param commands those that are listed, in order
     * @param indexes those that commands have left to be built
     */
    public record Commands(String task, DdlMode mode, List<StoredDdl> commands, List<DeferredIndex> indexes)
            implements Report {

        /** Copies the lists. */
        public Commands {
            commands = List.copyOf(commands);
            indexes = List.copyOf(indexes);
        }

        /** Returns one line per command, then one per index that waits to be built. */
        @Override
        public String text() {
            if (!mode.carries()) {
                return "Task " + task + " carries no commands: its ddl.mode is stop.";
            }
            return Stream.concat(
                            commands.stream().map(TaskDdl::line),
                            indexes.stream().map(TaskDdl::line))
                    .collect(Collectors.joining("\n"));
        }

        @Override
        public String json() {
            return DdlJson.list(task, mode, commands, indexes);
        }
    }

    /** Returns a line about a command: number, state, since when, what it is, and why it is where it is. */
    static String line(StoredDdl stored) {
        return stored.number() + "  " + words(stored) + "  " + shortened(stored.statement())
                + stored.error().map(error -> "  -- " + error).orElse("")
                + stored.reason().map(why -> "  -- skipped: " + why).orElse("");
    }

    /** Returns a line about an index that a command has left to be built. */
    static String line(DeferredIndex index) {
        return index.number() + "  "
                + (index.error().isPresent()
                        ? "index not built"
                        : index.startedAt()
                                .map(at -> "index being built since " + seconds(at))
                                .orElseGet(() -> "index to be built since " + seconds(index.deferredAt())))
                + "  " + shortened(index.statement())
                + index.error().map(error -> "  -- " + error).orElse("");
    }

    private static String words(StoredDdl stored) {
        return switch (stored.state()) {
            case WAITING ->
                (stored.allowed() ? "to be run" : "to be allowed") + " since " + seconds(stored.arrivedAt());
            case RUNNING -> "running since " + seconds(stored.startedAt().orElse(stored.arrivedAt()));
            case FAILED -> "failed at " + seconds(stored.startedAt().orElse(stored.arrivedAt()));
            case DONE -> "done at " + seconds(stored.finishedAt().orElse(stored.arrivedAt()));
            case SKIPPED -> stored.finishedAt().isPresent() ? "skipped" : "to be skipped";
        };
    }

    private static String seconds(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String shortened(String statement) {
        String line = statement.strip().replaceAll("\\s+", " ");
        return line.length() > SHORT ? line.substring(0, SHORT) + " ..." : line;
    }

    /**
     * Returns the commands that are not done, or all.
     *
     * @throws SyncException of kind USAGE if the task has not been started
     */
    public Commands list(boolean all) {
        requireStarted();
        Route direction = direction();
        return new Commands(
                task,
                new ProgressStore(direction.destination(), direction.task()).ddlMode(),
                store().list().stream()
                        .filter(stored -> all
                                || (stored.state() != DdlState.DONE
                                        && stored.finishedAt().isEmpty()))
                        .toList(),
                new DeferredIndexStore(direction.destination(), direction.task()).list());
    }

    /**
     * The statement of a command.
     *
     * @param statement what was run, else a person's correction, else the source's
     * @param error why it failed
     */
    public record Statement(String statement, Optional<String> error) {}

    /** Returns the statement of one command. */
    public Statement show(String number) {
        requireStarted();
        StoredDdl stored = store().show(number);
        return new Statement(stored.statement(), stored.error());
    }

    /** Has another statement run instead of a command, and allows it. */
    public void set(String number, String sql) {
        requireStarted();
        if (sql.isBlank()) {
            throw new SyncException(
                    FaultKind.USAGE, "The file has no statement.", "To leave the command out, use dts-sync ddl skip.");
        }
        store().set(number, sql, Author.ofCommandLine());
    }

    /** Lets a command run that waits for it. */
    public void allow(String number) {
        requireStarted();
        store().allow(number, Author.ofCommandLine());
    }

    /**
     * Leaves a command out.
     *
     * @param reason why; the list shows it
     */
    public void skip(String number, Optional<String> reason) {
        requireStarted();
        store().skip(number, Author.ofCommandLine(), reason.orElse(null));
    }

    /** After a switchover the commands are those of reverse replication. */
    private Route direction() {
        return progress.task()
                        .map(TaskProgress::phase)
                        .filter(Phase::isAtDestination)
                        .isPresent()
                ? route.reversed()
                : route;
    }

    private DdlCommandStore store() {
        Route direction = direction();
        return new DdlCommandStore(direction.destination(), direction.task());
    }

    /** A newer release may keep them in another way. */
    private void requireStarted() {
        state.requireKnown();
        if (!progress.exists()) {
            throw new SyncException(
                    FaultKind.USAGE, "Task " + task + " has not been started.", "Start it with dts-sync run.");
        }
    }
}
