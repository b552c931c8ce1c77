package org.dtssync.app.stream;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.app.drift.AppliedMark;
import org.dtssync.app.drift.StructureWatch;
import org.dtssync.app.progress.ComparedSlice;
import org.dtssync.app.progress.TableState;
import org.dtssync.app.progress.UnfinishedComparison;
import org.dtssync.app.progress.Verifications;
import org.dtssync.app.source.Heartbeat;
import org.dtssync.app.task.PipelineListener;
import org.dtssync.app.task.TaskParts;
import org.dtssync.app.verify.SliceMemory;
import org.dtssync.app.verify.Verification;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.app.verify.VerifySettings;
import org.dtssync.connectors.postgres.Fence;
import org.dtssync.connectors.postgres.TableName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares both databases of a running task. Used by one thread at a time. */
public final class Comparison {

    private static final Logger LOG = LoggerFactory.getLogger(Comparison.class);

    /** What was found equal longer ago is read again, however little was left. */
    private static final Duration RESUMABLE = Duration.ofDays(1);

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
    public Optional<Verifications.Verified> fresh(Duration maximumAge) {
        return verifications().fresh(maximumAge);
    }

    private Verifications verifications() {
        return new Verifications(parts.destination(), parts.task().name());
    }

    /**
     * Compares every table and records what came of it; the structures must be unchanged. One that was cut off less than a day ago
     * is gone on with.
     */
    public VerifyReport run() throws InterruptedException {
        return run(RESUMABLE);
    }

    /** Does the same, but goes on with one only that began not longer ago than this. */
    public VerifyReport run(Duration resumable) throws InterruptedException {
        new StructureWatch(parts, applied).look();
        String digest = verifications().digest();
        UnfinishedComparison unfinished =
                new UnfinishedComparison(parts.destination(), parts.task().name(), fence);
        Map<TableName, List<ComparedSlice>> earlier = unfinished.resume(digest, resumable);
        if (!earlier.isEmpty()) {
            LOG.info(
                    "Resuming an interrupted verification. task={} rows={}",
                    parts.task().name(),
                    earlier.values().stream()
                            .flatMap(List::stream)
                            .mapToLong(slice -> slice.rows().orElse(0))
                            .sum());
        }
        VerifyReport report = new Verification(
                        parts.source(),
                        parts.destination(),
                        VerifySettings.of(
                                parts.task().snapshot().workers(),
                                parts.task().verification().rowsPerSecond()),
                        () -> unfinished.begin(heartbeat.awaitApplied(), digest),
                        listener::verifying,
                        new SliceMemory(earlier, unfinished::cut, unfinished::equal))
                .verify(parts.progress().tables().stream()
                        .filter(table -> table.state() != TableState.SKIPPED)
                        .toList());
        verifications().record(report.lsn(), report.equal(), unfinished, digest, fence);
        return report;
    }
}
