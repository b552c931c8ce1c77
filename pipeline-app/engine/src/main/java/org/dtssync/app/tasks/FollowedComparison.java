package org.dtssync.app.tasks;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.ComparisonAdvance;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.TaskProgress;
import org.dtssync.app.verify.VerifyAdvance;
import org.dtssync.app.verify.VerifyListener;

/** A verification that another process runs, followed in its state once per second. Not thread-safe. */
final class FollowedComparison {

    private static final long PACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Route route;
    private final VerifyListener listener;
    private long lookedNanos = System.nanoTime();
    private long beganNanos;
    private Optional<ComparisonAdvance> began = Optional.empty();

    FollowedComparison(Route task, VerifyListener listener) {
        boolean reverse = new ProgressStore(task.destination(), task.task())
                .task()
                .map(TaskProgress::phase)
                .filter(Phase.REVERSE::equals)
                .isPresent();
        this.route = reverse ? task.reversed() : task;
        this.listener = listener;
    }

    /** Reads the progress and reports it, but not more often than the pace. */
    void look() {
        long now = System.nanoTime();
        if (now - lookedNanos < PACE_NANOS) {
            return;
        }
        lookedNanos = now;
        Optional<ComparisonAdvance> advance = ComparisonAdvance.read(route.destination(), route.task());
        if (began.isEmpty()) {
            began = advance;
            beganNanos = now;
        }
        advance.ifPresent(far -> listener.advanced(VerifyAdvance.atPaceOf(
                far.rows(),
                far.estimatedRows(),
                began.map(ComparisonAdvance::rows).orElse(far.rows()),
                lookedNanos - beganNanos)));
    }
}
