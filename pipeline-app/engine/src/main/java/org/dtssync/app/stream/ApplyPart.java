package org.dtssync.app.stream;

import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.dtssync.app.runtime.Retry;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.ShapeRecords;
import org.dtssync.connectors.apply.Applier;
import org.dtssync.connectors.apply.ApplyListener;
import org.dtssync.connectors.apply.ApplySettings;
import org.dtssync.connectors.apply.CatchUpRows;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SoleSession;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.TopicNames;

/**
 * Keeps an applier running: after a transient fault a new one starts from the applied position.
 *
 * <p>One thread runs it; interrupting that thread ends a write that takes long.
 */
public final class ApplyPart {

    private final Route route;
    private final Map<String, String> kafka;
    private final TopicCodecs codecs;
    private final StreamBudgets budgets;
    private final Epoch epoch;
    private final Retry retry;
    private final CommandCarrier carrier;
    private final ApplyListener listener;
    private final ProgressStore progress;
    private final ShapeRecords structures;
    private final SoleSession session;
    private final AtomicReference<Applier> running = new AtomicReference<>();

    /**
     * Creates one; opens nothing yet.
     *
     * @param kafka properties of clients
     * @param epoch the right to write to the destination
     * @param carrier carries commands that change the structure
     */
    ApplyPart(
            Route route,
            Map<String, String> kafka,
            TopicCodecs codecs,
            StreamBudgets budgets,
            Epoch epoch,
            Retry retry,
            CommandCarrier carrier,
            ApplyListener listener) {
        this.route = route;
        this.kafka = kafka;
        this.codecs = codecs;
        this.budgets = budgets;
        this.epoch = epoch;
        this.retry = retry;
        this.carrier = carrier;
        this.listener = listener;
        this.progress = new ProgressStore(route.destination(), route.task());
        this.structures = new ShapeRecords(route.destination(), route.task());
        this.session = new SoleSession(route.destination());
    }

    /** Applies, before the consistency point, until the goal is reached. */
    void converge(Predicate<Lsn> goal) throws InterruptedException {
        SourceShapes shapes = new SourceShapes(structures, route.source(), carrier.carries());
        CatchUpRows rows = new CatchUpRows(route.source(), progress::raiseConsistencyPoint, shapes);
        while (true) {
            try {
                retry.run("apply", () -> once(false, applier -> applier.converge(rows, goal)));
                return;
            } catch (SyncException e) {
                TableName read = shapes.takeAhead(e);
                TableName ahead =
                        read == null ? retry.call("apply", carrier::takeAhead).orElse(null) : read;
                if (carrier.isHeld()) {
                    retry.run("apply", carrier::awaitDecision);
                } else if (ahead != null) {
                    retry.run("apply", () -> carrier.setAside(ahead));
                } else {
                    throw e;
                }
            }
        }
    }

    /** Applies, after the consistency point, until the goal is reached. */
    void follow(Predicate<Lsn> goal) throws InterruptedException {
        while (true) {
            try {
                retry.run("apply", () -> once(true, applier -> applier.follow(goal)));
                return;
            } catch (SyncException e) {
                if (!carrier.isHeld()) {
                    throw e;
                }
                retry.run("apply", carrier::awaitDecision);
            }
        }
    }

    private void once(boolean exact, Consumer<Applier> work) throws InterruptedException {
        Applier applier = new Applier(
                new ApplySettings(
                        new TopicNames(route.task(), progress.topicForm().layout()),
                        kafka,
                        progress.cutsTopic(),
                        CapturedTables.applied(progress.tables(), structures.read()),
                        budgets.applyChanges(),
                        budgets.applyBytes()),
                session,
                epoch,
                codecs.keys(),
                codecs.values(),
                codecs.cuts(),
                listener,
                carrier.applied(exact));
        running.set(applier);
        try {
            work.accept(applier);
        } catch (RuntimeException e) {
            if (Thread.interrupted()) {
                InterruptedException interrupted = new InterruptedException("The applier was interrupted");
                interrupted.addSuppressed(e);
                throw interrupted;
            }
            throw e;
        } finally {
            running.set(null);
        }
    }

    /** Builds the indexes that commands have left for later, until interrupted. */
    void buildIndexes() throws InterruptedException {
        retry.run("indexes", carrier::buildIndexes);
    }

    /** Aborts a running write, which is rolled back, and the building of an index. */
    void abort() {
        carrier.abortIndexes();
        Applier applier = running.get();
        if (applier != null) {
            applier.abort();
        }
    }
}
