package org.dtssync.app.moving;

import java.util.function.Consumer;
import org.dtssync.app.runtime.Retry;
import org.dtssync.app.state.StepTime;
import org.dtssync.app.state.SwitchoverSteps;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.postgres.Epoch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the steps of a move, each recorded before it begins and when it is done.
 *
 * @param store where they are recorded
 * @param epoch the right to write there
 * @param task the task's name
 * @param direction the move, for the log
 * @param times gets how long each step took, with its two records
 */
record RecordedSteps(SwitchoverSteps store, Epoch epoch, String task, String direction, Consumer<StepTime> times) {

    private static final Logger LOG = LoggerFactory.getLogger(Switch.class);

    /** A step that returns something. */
    @FunctionalInterface
    interface Step<T> {
        T run() throws InterruptedException;
    }

    void run(String name, Retry.Action work) throws InterruptedException {
        call(name, () -> {
            work.run();
            return true;
        });
    }

    <T> T call(String name, Step<T> work) throws InterruptedException {
        long begun = System.nanoTime();
        store.begin(name, epoch);
        LOG.info("Entering step. task={} direction={} step={}", task, direction, SwitchPreconditions.shown(name));
        Failpoint.SWITCH_STEP_BEGUN.reached();
        T result = work.run();
        Failpoint.SWITCH_STEP_CARRIED_OUT.reached();
        store.done(name, epoch);
        times.accept(new StepTime(SwitchPreconditions.shown(name), (System.nanoTime() - begun) / 1e9));
        return result;
    }
}
