package org.dtssync.app.quickstart;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.dtssync.app.state.Phase;
import org.dtssync.app.tasks.TaskListener;
import org.jspecify.annotations.Nullable;

/**
 * How long each step of a run takes: those of the quickstart and the pipeline's phases, one after the other. Thread-safe.
 */
final class PhaseClock implements TaskListener {

    private final Map<String, Duration> taken = new LinkedHashMap<>();
    private final long beganNanos = System.nanoTime();
    private @Nullable String current;
    private long currentNanos = beganNanos;

    /** A step begins, which ends the one before it. */
    synchronized void begin(String step) {
        end();
        current = step;
    }

    @Override
    public synchronized void entered(Phase phase) {
        begin(phase.label());
    }

    /** The step that is under way is over. */
    synchronized void end() {
        long now = System.nanoTime();
        if (current != null) {
            taken.put(current, Duration.ofNanos(now - currentNanos));
        }
        current = null;
        currentNanos = now;
    }

    /** Returns whether a phase has begun. */
    synchronized boolean hasEntered(Phase phase) {
        return phase.label().equals(current) || taken.containsKey(phase.label());
    }

    /** Returns the steps that are over, in their order. */
    synchronized Map<String, Duration> taken() {
        return new LinkedHashMap<>(taken);
    }

    /** Returns the time since this was made. */
    Duration total() {
        return Duration.ofNanos(System.nanoTime() - beganNanos);
    }
}
