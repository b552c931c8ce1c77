package org.dtssync.app.pipeline;

import java.time.Duration;
import java.util.Optional;
import org.dtssync.app.progress.TableState;
import org.dtssync.app.progress.Verifications;
import org.dtssync.app.verify.Verification;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.app.verify.VerifySettings;
import org.dtssync.connectors.postgres.Fence;

/** Compares both databases of a running task. Used by one thread at a time. */
final class Comparison {

    private final TaskParts parts;
    private final Heartbeat heartbeat;
    private final PipelineListener listener;
    private final AppliedMark applied;
    private final Fence fence;

    Comparison(TaskParts parts, Fence fence, Heartbeat heartbeat, PipelineListener listener, AppliedMark applied) {
        this.parts = parts;
        this.heartbeat = heartbeat;
        this.listener = listener;
        this.applied = applied;
        this.fence = fence;
    }

    /** Returns the last comparison, if it was clean and nothing has changed since. */
    Optional<Verifications.Verified> fresh(Duration maximumAge) {
        return verifications().fresh(maximumAge);
    }

    private Verifications verifications() {
        return new Verifications(parts.destination(), parts.task().name());
    }

    /** Compares every table and records what came of it; the structures must be unchanged. */
    VerifyReport run() throws InterruptedException {
        new StructureWatch(parts, applied).look();
        long began = System.nanoTime();
        String digest = verifications().digest();
        VerifyReport report = new Verification(
                        parts.source(),
                        parts.destination(),
                        VerifySettings.withWorkers(parts.task().snapshot().workers()),
                        heartbeat::awaitApplied,
                        listener::verifying)
                .verify(parts.progress().tables().stream()
                        .filter(table -> table.state() != TableState.SKIPPED)
                        .toList());
        verifications().record(report.lsn(), report.equal(), began, digest, fence);
        return report;
    }
}
