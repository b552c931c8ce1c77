package org.dtssync.app.stream;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.dtssync.app.task.TaskParts;
import org.dtssync.connectors.apply.Applier;
import org.dtssync.connectors.apply.ApplyListener;
import org.dtssync.connectors.apply.ApplySettings;
import org.dtssync.connectors.apply.CatchUpRows;
import org.dtssync.connectors.postgres.Fence;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SoleSession;

/**
 * Keeps an applier running: after a passing fault a new one begins from the applied position.
 *
 * <p>One thread runs it; interrupting that thread ends a write that takes long.
 */
public final class ApplyPart {

    private final TaskParts parts;
    private final Fence fence;
    private final ApplyListener listener;
    private final SoleSession session;
    private final AtomicReference<Applier> running = new AtomicReference<>();

    ApplyPart(TaskParts parts, Fence fence, ApplyListener listener) {
        this.parts = parts;
        this.fence = fence;
        this.listener = listener;
        this.session = new SoleSession(parts.destination());
    }

    /** Applies, before the consistency point, until the goal is reached. */
    void converge(Predicate<Lsn> goal) throws InterruptedException {
        CatchUpRows rows = new CatchUpRows(parts.source(), parts.progress()::raiseConsistencyPoint);
        parts.retry().run("apply", () -> once(applier -> applier.converge(rows, goal)));
    }

    /** Applies, after the consistency point, until the goal is reached. */
    void follow(Predicate<Lsn> goal) throws InterruptedException {
        parts.retry().run("apply", () -> once(applier -> applier.follow(goal)));
    }

    private void once(java.util.function.Consumer<Applier> work) throws InterruptedException {
        Applier applier = new Applier(
                new ApplySettings(
                        parts.task().name(),
                        parts.task().kafka().properties(),
                        parts.progress().cutsTopic(),
                        CapturedTables.applied(
                                parts.progress().tables(), parts.structures().read()),
                        parts.budgets().applyChanges(),
                        parts.budgets().applyBytes()),
                session,
                fence,
                parts.keyConverter(),
                parts.valueConverter(),
                parts.cutCodec(),
                listener);
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

    /** Ends a write that is under way; it is rolled back. */
    void abort() {
        Applier applier = running.get();
        if (applier != null) {
            applier.abort();
        }
    }
}
