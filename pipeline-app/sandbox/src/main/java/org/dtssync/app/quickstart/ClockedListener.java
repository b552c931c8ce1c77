package org.dtssync.app.quickstart;

import java.time.Duration;
import org.dtssync.app.pipeline.PipelineListener;
import org.dtssync.app.snapshot.SnapshotProgress;
import org.dtssync.app.state.Phase;
import org.dtssync.app.verify.VerifyAdvance;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/**
 * Keeps the phases' times and forwards everything to another listener. Thread-safe if that one is.
 *
 * @param clock keeps the times
 * @param next receives everything
 */
record ClockedListener(PhaseClock clock, PipelineListener next) implements PipelineListener {

    @Override
    public void entered(Phase phase) {
        next.entered(phase);
        clock.begin(phase);
    }

    @Override
    public void snapshotStarted(SnapshotProgress progress) {
        next.snapshotStarted(progress);
    }

    @Override
    public void tableCopied(TableName table, long rows, long bytes, Duration time) {
        next.tableCopied(table, rows, bytes, time);
    }

    @Override
    public void structureObject(String name, String state, double seconds) {
        next.structureObject(name, state, seconds);
    }

    @Override
    public void applied(Lsn lsn, long lagMillis, long changes) {
        next.applied(lsn, lagMillis, changes);
    }

    @Override
    public void verifying(VerifyAdvance advance) {
        next.verifying(advance);
    }
}
