package org.dtssync.app.tasks;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.Release;
import org.dtssync.app.control.TaskStatus;
import org.dtssync.app.lease.InstanceLease;
import org.dtssync.app.moving.Completion;
import org.dtssync.app.moving.SwitchKind;
import org.dtssync.app.moving.Undrained;
import org.dtssync.app.pipeline.Pipeline;
import org.dtssync.app.pipeline.SwitchRights;
import org.dtssync.app.pipeline.TaskInventory;
import org.dtssync.app.precheck.Precheck;
import org.dtssync.app.replay.Moment;
import org.dtssync.app.replay.ProofResult;
import org.dtssync.app.replay.Replay;
import org.dtssync.app.replay.StatementKey;
import org.dtssync.app.runtime.Retry;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.Author;
import org.dtssync.app.state.LiveSetting;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.SettingStore;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * One task as seen by entry points: everything that can be queried and done. Immutable; thread-safe.
 *
 * @param file the task file; for what writes to topics, with embedded servers resolved to their addresses
 */
public record SyncTask(TaskFile file) {

    private static final int LOOKS = 6;
    private static final long LOOK_MILLIS = 500;

    /** Returns how far the task is, with or without an active run. */
    public StatusReport status() {
        TaskStatus status = TaskStatus.read(file);
        boolean oneWay = status.progress().phase() == Phase.COMPLETE && Completion.isOneWay(Route.forReading(file));
        return new StatusReport(
                status, oneWay, states().bases(), file.ddl().reason(status.ddl().mode()));
    }

    /** Returns the lag of the destination. */
    public TaskLag lag() {
        TaskStatus status = TaskStatus.readLag(file);
        return new TaskLag(
                status.lagMillis(), status.lagBytes(), states().bases().secondsLeft(), status.ddl());
    }

    /** Reads every object of the source and what would become of it; needs the source alone, and changes nothing. */
    public EvaluationReport evaluate() {
        return new EvaluationReport(file.name(), new TaskInventory(file).read(), false);
    }

    /** Checks everything that could go wrong; changes nothing. */
    public PrecheckReport precheck() {
        return new PrecheckReport(
                new Precheck(file, new TaskInventory(file)::statements, new SwitchRights(file)::findings).run());
    }

    /** Returns the schema objects of the task. */
    public TaskStructure structure() {
        return new TaskStructure(file);
    }

    /** Returns the commands of the source that change its structure and are carried. */
    public TaskDdl ddl() {
        return new TaskDdl(file);
    }

    /** Compares the schema objects of both databases; needs no run, and works in every phase. */
    public StructureReport compareStructure() {
        return StructureReport.of(file);
    }

    /**
     * Checks within seconds whether a switchover would be refused; changes nothing, compares no rows.
     *
     * @param oneWay whether nothing is to flow back afterwards
     */
    public PreconditionsReport switchoverPreconditions(boolean oneWay) {
        return new Preconditions(file, SwitchKind.SWITCHOVER, oneWay).check();
    }

    /** Checks within seconds whether a rollback would be refused; changes nothing, compares no rows. */
    public PreconditionsReport rollbackPreconditions() {
        return new Preconditions(file, SwitchKind.ROLLBACK, false).check();
    }

    /**
     * Runs the task through its phases, from wherever it was, in the thread that calls this.
     *
     * @return the verification, if the goal was one
     * @throws SyncException if the task cannot continue; its text is kept in the state too
     * @throws InterruptedException if the thread was interrupted; the next run resumes the task
     */
    public Optional<VerificationReport> run(RunRequest request, TaskListener listener) throws InterruptedException {
        CommandDesk desk = new CommandDesk(Route.of(file), new Retry(file.retry(), listener));
        return new Pipeline(file, listener, desk).run(request.options()).map(VerificationReport::new);
    }

    /**
     * Returns whether another instance is known to run the task; not if the destination cannot be asked. Takes a moment if it does not:
     * a run that has just lost its database, or has hardly begun, holds no lock.
     */
    public boolean isRunElsewhere() throws InterruptedException {
        for (int tries = 1; ; tries++) {
            try {
                if (running().isPresent()) {
                    return true;
                }
            } catch (SyncException e) {
                return false;
            }
            if (tries == LOOKS) {
                return false;
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /**
     * Requires that no other instance runs the task: a run that found something in use asks for the reason.
     *
     * @throws SyncException of kind FENCED if one does, and the task file says to refuse
     */
    public void requireNoOtherRun() throws InterruptedException {
        if (isRunElsewhere()) {
            InstanceLease.requireNone(Route.forReading(file), file.secondInstance());
        }
    }

    /**
     * Returns what a run with a goal has reached, and what is to be done next; empty without a goal, or if the task's state cannot be
     * read any more.
     */
    public Optional<String> reached(RunRequest request) {
        try {
            return ReachedGoal.sentences(file, request.options().goal());
        } catch (SyncException e) {
            return Optional.empty();
        }
    }

    /** Returns the active run; empty if there is none, or if the task is not known yet. */
    public Optional<RunningTask> running() {
        return RunningTask.find(file);
    }

    /** Has a run in this process carry a command out, for as long as it takes. To be used where no other run is active. */
    public TaskOutcome perform(TaskCommand command, TaskListener listener) throws InterruptedException {
        return new OwnRun(file, listener).perform(command);
    }

    /**
     * Requires that a task is far enough for its applications to be moved: a run would do it hours later, when nobody expects
     * it any more.
     *
     * @throws SyncException of kind PRECHECK or USAGE if it is not
     */
    public void requireMovable(TaskCommand command) {
        TaskStatus status = TaskStatus.read(file);
        Phase phase = status.progress().phase();
        if (!status.begun()) {
            throw new SyncException(
                    FaultKind.USAGE, "Task " + file.name() + " has not been started.", "Run dts-sync run first.");
        }
        if (!phase.isOver() && Phase.INCREMENTAL.isAfter(phase)) {
            throw new SyncException(
                    FaultKind.PRECHECK,
                    "Task " + file.name() + " is in phase " + phase.label() + "; " + command.name()
                            + " is possible once it is in phase incremental.",
                    "dts-sync status shows its progress.");
        }
    }

    /**
     * Requires that there is something to compare: a verification must not start the migration of a database.
     *
     * @throws SyncException if the task has not been started or has ended
     */
    public void requireComparable() {
        TaskStatus status = TaskStatus.read(file);
        if (status.progress().phase().isOver()) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "Task " + file.name() + " has ended, in phase "
                            + status.progress().phase().label() + ": replication has ended in both directions.",
                    "Run dts-sync verify before dts-sync complete.");
        }
        if (!status.begun()) {
            throw new SyncException(
                    FaultKind.DATA,
                    "Task " + file.name() + " has not been started, so there is nothing to verify.",
                    "Run the task first: dts-sync run TASK.yaml, or dts-sync run TASK.yaml --until verified.");
        }
    }

    /** Requires that applications have not been moved yet, which no cancellation undoes. */
    public void requireCancellable() {
        RunningTask.requireCancellable(file);
    }

    /** Returns a phrase that names what a rollback would have to wait for; empty if there is no reverse replication. */
    public Optional<String> undrained() {
        return Undrained.of(file).map(Undrained::phrase);
    }

    /**
     * Changes a live setting, which an active run follows within a second.
     *
     * @param until when it ends by itself; empty: when it is changed
     * @throws SyncException of kind USAGE if there is no such setting, the value does not fit, or the task has not been started
     */
    public void set(String key, String value, Optional<Instant> until) {
        LiveSetting setting = LiveSetting.of(key);
        setting.parse(value);
        requireStarted();
        settingStore().put(key, value, until, Author.ofCommandLine());
    }

    /** Removes a live setting, so that the task file applies again. */
    public void unset(String key) {
        LiveSetting.of(key);
        requireStarted();
        settingStore().remove(key, Author.ofCommandLine());
    }

    /** Returns the live settings that apply now, in the order of their keys; empty if the task has not been started. */
    public List<LiveSettingReport> settings() {
        if (!TaskStatus.readLag(file).begun()) {
            return List.of();
        }
        return settingStore().list().stream()
                .map(kept -> new LiveSettingReport(kept.key(), kept.value(), kept.until(), kept.setBy(), kept.setAt()))
                .toList();
    }

    /**
     * Writes changes of the task's history as they are found, whole transactions in the order of their commits. Reads topics alone.
     *
     * @param out gets all of them; not closed
     * @throws SyncException if the topics do not have what is asked for
     * @throws IOException if the stream takes no more
     * @throws InterruptedException if the thread was interrupted
     */
    public void replayChanges(ChangesRequest request, HistoryForm form, OutputStream out)
            throws IOException, InterruptedException {
        new Replay(file).changes(request.question(), form.sink(out));
    }

    /**
     * Returns those of the patterns, {@code schema.table} with {@code *} and {@code ?}, that match no table which has changes in the
     * topics.
     */
    public List<String> unmatchedTables(List<String> patterns) {
        return new Replay(file).unmatched(patterns);
    }

    /**
     * Writes the history of one row.
     *
     * @param out gets it; not closed
     * @return how many changes it has
     * @throws SyncException if the topics do not have what is asked for
     * @throws IOException if the stream takes no more
     * @throws InterruptedException if the thread was interrupted
     */
    public long replayRow(RowRequest request, HistoryForm form, OutputStream out)
            throws IOException, InterruptedException {
        return new Replay(file).row(request.question(), form.sink(out));
    }

    /**
     * Proves that nothing in the topics was altered, lost, inserted or moved.
     *
     * @param from an LSN or a time; empty: the first cut with a digest
     * @param to an LSN or a time; empty: the last cut
     * @param key a file with the Ed25519 key that signs the statement; empty: it is not signed
     */
    public ProofReport prove(Optional<String> from, Optional<String> to, Optional<Path> key)
            throws InterruptedException {
        Optional<StatementKey> signing = key.map(StatementKey::read);
        ProofResult result = new Replay(file)
                .prove(from.map(text -> Moment.parse("--from", text)), to.map(text -> Moment.parse("--to", text)));
        return ProofReport.of(result, signing);
    }

    /** Returns the task's tables as of any moment. */
    public TaskStates states() {
        return new TaskStates(file);
    }

    private void requireStarted() {
        TaskStatus status = TaskStatus.readLag(file);
        if (!status.begun()) {
            throw new SyncException(
                    FaultKind.USAGE, "Task " + file.name() + " has not been started.", "Set it in the task file.");
        }
    }

    /** After a switchover the verification runs the other way, with its state at the source. */
    private SettingStore settingStore() {
        Route route = Route.forReading(file);
        boolean reverse = TaskStatus.readLag(file).progress().phase() == Phase.REVERSE;
        Route active = reverse ? route.reversed() : route;
        return new SettingStore(active.destination(), active.task());
    }

    /**
     * Removes everything of the task, in any phase.
     *
     * @param topics whether the topics are deleted too
     * @param writable whether a database that the applications left is made writable again
     * @return a past-tense line for each thing that was removed; empty if there was nothing
     */
    public List<String> release(boolean topics, boolean writable) throws InterruptedException {
        return new Release(file).run(topics, writable);
    }
}
