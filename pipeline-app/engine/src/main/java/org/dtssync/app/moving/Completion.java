package org.dtssync.app.moving;

import org.dtssync.app.config.SwitchoverSettings;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.source.StreamEnd;
import org.dtssync.app.state.EndpointResult;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.SwitchReport;
import org.dtssync.app.state.SwitchoverSteps;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.postgres.Epoch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of reverse replication. The next start finishes what a crash left: an unread slot would keep the WAL of the
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
     * @param back reverse replication, which is complete and ends here
     */
    public SwitchReport run(MovingStream back) throws InterruptedException {
        steps().begin(STEP, taskEpoch);
        Failpoint.COMPLETE_BEGUN.reached();
        new ProgressStore(task.destination(), task.task()).enter(Phase.COMPLETE, taskEpoch);
        LOG.info("Entering phase. task={} phase={}", task.task(), Phase.COMPLETE.label());
        Failpoint.COMPLETE_PHASE_ENTERED.reached();
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

    /** Returns whether a task in this phase got there by a switchover without a way back, which begins no reverse replication. */
    public static boolean isOneWay(Route task) {
        return !steps(task).isBegun(STEP);
    }

    /**
     * Returns the report of a switchover that moved the applications without a way back, and has ended the task.
     *
     * @param task the route that the task file describes
     */
    public static SwitchReport endedOneWay(Route task, SwitchoverSettings settings) {
        Endpoint endpoint = Endpoint.of(settings, task.destination().settings(), true);
        boolean moved = steps(task).isDone(Switch.ENDPOINT);
        EndpointResult result = moved ? endpoint.moved() : EndpointResult.FAILED;
        return SwitchReport.movedOneWay(
                result,
                new Whereabouts(
                                endpoint,
                                task.source().settings(),
                                task.destination().settings())
                        .of(result));
    }

    private SwitchoverSteps steps() {
        return steps(task);
    }

    /** It ends what the switchover began. */
    private static SwitchoverSteps steps(Route task) {
        return new SwitchoverSteps(task.destination(), task.task(), "switchover");
    }
}
