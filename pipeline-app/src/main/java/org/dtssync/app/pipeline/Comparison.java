package org.dtssync.app.pipeline;

import org.dtssync.app.progress.TableState;
import org.dtssync.app.verify.Verification;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.app.verify.VerifySettings;

/** Compares both databases of a running task. Used by one thread at a time. */
final class Comparison {

    private final TaskParts parts;
    private final Heartbeat heartbeat;
    private final PipelineListener listener;
    private final AppliedMark applied;

    Comparison(TaskParts parts, Heartbeat heartbeat, PipelineListener listener, AppliedMark applied) {
        this.parts = parts;
        this.heartbeat = heartbeat;
        this.listener = listener;
        this.applied = applied;
    }

    /** Compares every table; the structures must be unchanged. */
    VerifyReport run() throws InterruptedException {
        new StructureWatch(parts, applied).look();
        return new Verification(
                        parts.source(),
                        parts.destination(),
                        VerifySettings.withWorkers(parts.task().snapshot().workers()),
                        heartbeat::awaitApplied,
                        listener::verifying)
                .verify(parts.progress().tables().stream()
                        .filter(table -> table.state() != TableState.SKIPPED)
                        .toList());
    }
}
