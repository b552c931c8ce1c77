package org.dtssync.app.drift;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.ddl.DdlRecorder;
import org.dtssync.app.ddl.SourceRecorder;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.source.PublicationCheck;
import org.dtssync.app.source.SourcePosition;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SqlFaults;

/**
 * Watches the recorder of structure changes at the source of a task that carries them, and removes what it has recorded once it is
 * applied. Used by one thread.
 */
public final class RecorderCheck {

    /** As many moments as are remembered while the applier is behind. */
    private static final int REMEMBERED = 100;

    private final Route route;
    private final SourceRecorder recorder;
    private final ProgressStore progress;
    private final AppliedMark applied;
    private final Deque<Moment> moments = new ArrayDeque<>();

    /**
     * A moment of the source.
     *
     * @param lsn a position behind every commit until then
     * @param oldest the first transaction that had perhaps not ended
     */
    private record Moment(Lsn lsn, String oldest) {}

    /**
     * Creates a check; opens nothing yet.
     *
     * @param route the direction that is checked
     * @param objects which tables belong to the task
     * @param imageBytes the size of a table, in bytes, up to which rows that a command has written itself are sent
     * @param applied its applier's progress
     */
    public RecorderCheck(Route route, ObjectSelection objects, long imageBytes, AppliedMark applied) {
        this.route = route;
        this.recorder = new SourceRecorder(
                route.source().role(), route.task(), route.name().publication(), objects, imageBytes);
        this.progress = new ProgressStore(route.destination(), route.task());
        this.applied = applied;
    }

    private boolean isNeeded() {
        return progress.ddlMode().carries();
    }

    /** Repairs the recorder before a capture starts, if the task carries commands. */
    public void resume() {
        if (!isNeeded()) {
            return;
        }
        try (Connection source = route.source().openForShortTransactions()) {
            recorder.resume(source);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /**
     * Checks once, if the task carries commands; when the recorder does not work it waits until everything before is applied.
     *
     * @throws SyncException of kind SHAPE_CHANGED if it does not work
     */
    public void look() throws InterruptedException {
        if (route.source().role() == End.DESTINATION) {
            tidyFollower();
        }
        if (!isNeeded()) {
            return;
        }
        try (Connection source = route.source().openForShortTransactions()) {
            requireWorking(source);
            tidy(source);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private void requireWorking(Connection source) throws SQLException, InterruptedException {
        try {
            recorder.require(source);
        } catch (SyncException e) {
            new PublicationCheck(route).requireSame(source);
            applied.await(SourcePosition.insert(route.source()));
            throw e;
        }
    }

    private void tidy(Connection source) throws SQLException {
        Moment reached = null;
        while (!moments.isEmpty() && applied.isPast(moments.getFirst().lsn())) {
            reached = moments.removeFirst();
        }
        if (reached != null) {
            DdlRecorder.passed(source, route.task(), reached.oldest());
        }
        if (moments.size() < REMEMBERED) {
            // In this order: what had ended by then had committed before the position.
            String oldest = DdlRecorder.oldestTransaction(source);
            moments.addLast(new Moment(SourcePosition.insert(route.source()), oldest));
        }
    }

    /**
     * In reverse replication the source's recorder stays, since a rollback continues with it. What it records until then, the commands of this
     * direction among it, no stream has: a rollback begins behind it.
     */
    private void tidyFollower() {
        try (Connection follower = route.destination().openForShortTransactions()) {
            DdlRecorder.passedByNobody(follower, route.name().reverse().text());
        } catch (SQLException e) {
            throw SqlFaults.explain(
                    "The recorder of structure changes at the "
                            + route.destination().role() + " could not be tidied",
                    e);
        }
    }

    private SyncException failure(SQLException e) {
        return SqlFaults.explain(
                "The recorder of structure changes at the " + route.source().role() + " could not be checked", e);
    }
}
