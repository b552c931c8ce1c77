package org.dtssync.app.moving;

import org.dtssync.app.source.StreamEnd;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.SwitchoverSteps;
import org.dtssync.app.task.Route;
import org.dtssync.connectors.postgres.Epoch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of the way back. What a crash leaves of it is finished by the next start: a slot that nobody reads would keep the WAL of the
 * database that applications use.
 *
 * @param task the route that the task file describes
 * @param taskEpoch the right to write to the destination
 */
public record Completion(Route task, Epoch taskEpoch) {

    private static final Logger LOG = LoggerFactory.getLogger(Completion.class);

    private static final String STEP = "complete";

    /**
     * Completes.
     *
     * @param back the way back, which has everything and ends here
     */
    public SwitchReport run(MovingStream back) throws InterruptedException {
        steps().begin(STEP, taskEpoch);
        new ProgressStore(task.destination(), task.task()).enter(Phase.COMPLETE, taskEpoch);
        LOG.info("Phase begins. task={} phase={}", task.task(), Phase.COMPLETE.label());
        back.close();
        finish(back.epoch());
        return SwitchReport.completed();
    }

    /** Returns whether a crash left it unfinished. */
    public boolean isUnfinished() {
        return steps().isBegun(STEP) && !steps().isDone(STEP);
    }

    /**
     * Finishes it.
     *
     * @param sourceEpoch the right to write to the source
     */
    public void finish(Epoch sourceEpoch) throws InterruptedException {
        new StreamEnd(task.reversed(), sourceEpoch).run();
        steps().done(STEP, taskEpoch);
    }

    /** It ends what the switchover began. */
    private SwitchoverSteps steps() {
        return new SwitchoverSteps(task.destination(), task.task(), "switchover");
    }
}
