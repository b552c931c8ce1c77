package org.dtssync.app.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.CancelPoller;
import org.dtssync.app.control.Release;
import org.dtssync.app.control.TaskTraces;
import org.dtssync.app.control.WaitPoller;
import org.dtssync.app.lease.InstanceLease;
import org.dtssync.app.precheck.Precheck;
import org.dtssync.app.precheck.PrecheckItem;
import org.dtssync.app.runtime.Background;
import org.dtssync.app.runtime.Retry;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.TaskProgress;
import org.dtssync.app.stream.StreamBudgets;
import org.dtssync.app.stream.StreamFactory;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.fault.UnexpectedError;
import org.dtssync.connectors.kafka.ClientProperties;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.SessionPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one task through its phases, resuming where it left off: the entry point of the engine.
 *
 * <p>One object runs once, in the thread that calls it; interrupting that thread ends the run in an orderly way.
 */
public final class Pipeline {

    private static final Logger LOG = LoggerFactory.getLogger(Pipeline.class);

    private final TaskFile task;
    private final SessionPool sessions = new SessionPool();
    private final Route route;
    private final ProgressStore progress;
    private final Retry retry;
    private final StreamBudgets budgets;
    private final RunFigures figures;
    private final PhaseCommands commands;

    /**
     * Creates a pipeline that nobody gives commands to; opens nothing yet.
     *
     * @param task the task file, with embedded servers resolved to their addresses
     * @param listener notified of its progress
     */
    public Pipeline(TaskFile task, PipelineListener listener) {
        this(task, listener, PhaseCommands.NONE);
    }

    /**
     * Creates a pipeline; opens nothing yet.
     *
     * @param task the task file, with embedded servers resolved to their addresses
     * @param listener notified of its progress
     * @param commands carries out what people ask of the task
     */
    public Pipeline(TaskFile task, PipelineListener listener, PhaseCommands commands) {
        this(task, listener, commands, StreamBudgets.DEFAULT);
    }

    /** Creates a pipeline with other memory bounds. */
    Pipeline(TaskFile task, PipelineListener listener, StreamBudgets budgets) {
        this(task, listener, PhaseCommands.NONE, budgets);
    }

    private Pipeline(TaskFile task, PipelineListener listener, PhaseCommands commands, StreamBudgets budgets) {
        this.task = task;
        this.route = Route.of(task).reusing(sessions);
        this.progress = new ProgressStore(route.destination(), route.task());
        this.figures = new RunFigures(listener);
        this.retry = new Retry(task.retry(), figures);
        this.budgets = budgets;
        this.commands = commands;
    }

    /**
     * Runs to a goal.
     *
     * @return the verification, if the goal was one
     * @throws SyncException if the task cannot continue; its text is stored in the state too
     * @throws InterruptedException if the thread was interrupted; the next run resumes the task
     */
    public Optional<VerifyReport> run(RunOptions options) throws InterruptedException {
        try (sessions) {
            return runOnce(options);
        }
    }

    private Optional<VerifyReport> runOnce(RunOptions options) throws InterruptedException {
        precheckOnce();
        requireLogin();
        retry.run("state", progress::install);
        SyncException cancelled;
        try (InstanceLease held = retry.call("lease", () -> InstanceLease.acquire(route, task.secondInstance()));
                Background background = new Background()) {
            return run(options, held, background);
        } catch (SyncException e) {
            if (e.kind() != FaultKind.CANCELLED) {
                throw e;
            }
            cancelled = e;
        }
        giveUp();
        throw cancelled;
    }

    /** No part of the run is active any more. */
    private void giveUp() throws InterruptedException {
        Phase phase = progress.task().map(TaskProgress::phase).orElse(Phase.PRECHECK);
        if (phase.isAfter(Phase.INCREMENTAL)) {
            // A switch had passed its point of no return before it was interrupted.
            throw CancelPoller.refusal(route.task(), phase);
        }
        for (String line : new Release(task).run(true)) {
            LOG.info("Cancelled. task={} done={}", route.task(), line);
        }
    }

    /**
     * A run that resumes ends at once if the source refuses its login, which it would wait for once it is under way.
     *
     * @throws SyncException of kind PRECHECK if it does
     */
    private void requireLogin() {
        try {
            route.source().doInTransaction("The login could not be tried", connection -> {});
        } catch (SyncException e) {
            if (e.kind() == FaultKind.ACCESS) {
                throw new SyncException(FaultKind.PRECHECK, e.what(), e.remedy(), e);
            }
            LOG.debug("The login could not be tried. task={} reason={}", route.task(), e.getMessage());
        }
    }

    /** A known task has passed; from then on its parts check what must hold. */
    private void precheckOnce() throws InterruptedException {
        if (isKnown()) {
            ClientProperties.unknown(task.kafka().properties())
                    .forEach(key -> LOG.warn(
                            "No Kafka client knows a property of the task file; it has no effect. task={} property=kafka.{}",
                            route.task(),
                            key));
            return;
        }
        figures.entered(Phase.PRECHECK);
        LOG.info("Entering phase. task={} phase={}", route.task(), Phase.PRECHECK.label());
        List<PrecheckItem> failed = new ArrayList<>();
        List<PrecheckItem> items =
                new Precheck(task, new TaskInventory(task)::statements, new SwitchRights(task)::findings).run();
        if (Thread.interrupted()) {
            // A probe that was interrupted reports its server as unreachable, which it need not be.
            throw new InterruptedException("The precheck was interrupted");
        }
        for (PrecheckItem item : items) {
            if (item.result() == PrecheckItem.Result.FAIL) {
                failed.add(item);
            } else if (item.result() == PrecheckItem.Result.WARN) {
                LOG.warn("Precheck warning. check={} object={} finding={}", item.id(), item.object(), item.message());
            }
        }
        if (!failed.isEmpty()) {
            throw new SyncException(
                    FaultKind.PRECHECK,
                    failed.stream()
                            .map(item -> item.message() + (item.remedy().isEmpty() ? "" : " " + item.remedy()))
                            .collect(Collectors.joining("\n")),
                    "");
        }
    }

    /**
     * If the destination is down, objects of the task elsewhere show that it is known; then the run waits for it. If
     * there are none, the precheck reports the problem.
     */
    private boolean isKnown() throws InterruptedException {
        try {
            return progress.exists();
        } catch (SyncException e) {
            // A login that is refused at the start is a mistake, and said at once; later it is waited for.
            if (e.kind().retry() == FaultKind.Retry.NEVER
                    || e.kind() == FaultKind.ACCESS
                    || !new TaskTraces(route, task.kafka().properties()).any()) {
                LOG.debug("The task could not be looked up at the destination. reason={}", e.getMessage());
                return false;
            }
        }
        return retry.call("state", progress::exists);
    }

    private Optional<VerifyReport> run(RunOptions options, InstanceLease lease, Background background)
            throws InterruptedException {
        Epoch epoch = lease.epoch();
        background.start("dts-sync-lease", () -> retry.run("lease", () -> lease.keep(figures::now)));
        background.start("dts-sync-cancel", () -> retry.run("commands", () -> new CancelPoller(route).run()));
        background.start("dts-sync-waits", new WaitPoller(route)::run);
        try {
            Optional<VerifyReport> report = new PhaseSequence(
                            task, route, new StreamFactory(task, budgets), epoch, background, figures, commands)
                    .run(options);
            background.check();
            return report;
        } catch (InterruptedException e) {
            SyncException cause = background.fatal();
            if (cause == null) {
                throw e;
            }
            throw recorded(cause, epoch);
        } catch (SyncException e) {
            throw recorded(causeOf(background, e), epoch);
        } catch (RuntimeException | Error e) {
            throw recorded(causeOf(background, UnexpectedError.of("the run", e)), epoch);
        }
    }

    /** A failure in the background is the cause of a later failure in the main thread. */
    private static SyncException causeOf(Background background, SyncException e) {
        return background.fatal() == null ? e : background.fatal();
    }

    private SyncException recorded(SyncException fault, Epoch epoch) {
        if (fault.kind() != FaultKind.FENCED && fault.kind() != FaultKind.CANCELLED) {
            try {
                progress.error(fault.getMessage(), epoch);
            } catch (SyncException e) {
                fault.addSuppressed(e);
            }
        }
        return fault;
    }

    /** Returns the task's progress; empty if it is not known. */
    public Optional<TaskProgress> progress() {
        return progress.task();
    }
}
