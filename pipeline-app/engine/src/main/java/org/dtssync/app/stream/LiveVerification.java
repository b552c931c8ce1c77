package org.dtssync.app.stream;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.app.drift.StructureWatch;
import org.dtssync.app.source.Heartbeat;
import org.dtssync.app.state.ComparedSlice;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.state.TableState;
import org.dtssync.app.state.UnfinishedComparison;
import org.dtssync.app.state.VerificationOutcome;
import org.dtssync.app.state.Verifications;
import org.dtssync.app.task.Route;
import org.dtssync.app.verify.SliceMemory;
import org.dtssync.app.verify.Verification;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.app.verify.VerifySettings;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.TableName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares both databases of a running task. Used by one thread at a time. */
public final class LiveVerification {

    private static final Logger LOG = LoggerFactory.getLogger(LiveVerification.class);

    /** What was found equal longer ago is read again, however little was left. */
    private static final Duration RESUMABLE = Duration.ofDays(1);

    private final Route route;
    private final Epoch epoch;
    private final Heartbeat heartbeat;
    private final StructureWatch structure;
    private final VerifySettings settings;
    private final StreamListener listener;
    private final ProgressStore progress;

    LiveVerification(
            Route route,
            Epoch epoch,
            Heartbeat heartbeat,
            StructureWatch structure,
            VerifySettings settings,
            StreamListener listener) {
        this.route = route;
        this.epoch = epoch;
        this.heartbeat = heartbeat;
        this.structure = structure;
        this.settings = settings;
        this.listener = listener;
        this.progress = new ProgressStore(route.destination(), route.task());
    }

    /** Returns the last comparison, if it was clean and nothing has changed since. */
    public Optional<Verifications.Verified> fresh(Duration maximumAge) {
        return verifications().fresh(maximumAge);
    }

    private Verifications verifications() {
        return new Verifications(route.destination(), route.task());
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
        structure.look();
        String digest = verifications().digest();
        UnfinishedComparison unfinished = new UnfinishedComparison(route.destination(), route.task(), epoch);
        Map<TableName, List<ComparedSlice>> earlier = unfinished.resume(digest, resumable);
        if (!earlier.isEmpty()) {
            LOG.info(
                    "Going on with a comparison that was cut off. task={} rows={}",
                    route.task(),
                    earlier.values().stream()
                            .flatMap(List::stream)
                            .mapToLong(slice -> slice.rows().orElse(0))
                            .sum());
        }
        VerifyReport report = new Verification(
                        route.source(),
                        route.destination(),
                        settings,
                        () -> unfinished.begin(heartbeat.awaitApplied(), digest),
                        listener::verifying,
                        new SliceMemory(earlier, unfinished::cut, unfinished::equal))
                .verify(progress.tables().stream()
                        .filter(table -> table.state() != TableState.SKIPPED)
                        .toList());
        verifications().record(outcome(report), unfinished, digest, epoch);
        return report;
    }

    private static VerificationOutcome outcome(VerifyReport report) {
        return new VerificationOutcome(
                report.lsn(),
                report.equal(),
                report.tables().stream()
                        .map(table -> new VerificationOutcome.Table(
                                table.table(),
                                table.rows(),
                                table.chunks(),
                                table.missing(),
                                table.extra(),
                                table.changed()))
                        .toList(),
                report.differences().stream()
                        .map(row -> new VerificationOutcome.Row(
                                row.table(), row.keyTexts(), row.kind().label(), row.columns()))
                        .toList());
    }

    /** Compares some tables, or partitions of them, and records nothing; returns those that differ, in words. */
    List<String> differing(List<TableProgress> tables) throws InterruptedException {
        VerifyReport report = new Verification(
                        route.source(),
                        route.destination(),
                        settings,
                        heartbeat::awaitApplied,
                        advance -> {},
                        SliceMemory.NONE)
                .verify(tables);
        return report.tables().stream()
                .filter(table -> !table.equal())
                .map(table -> table.table() + " (" + table.extra() + " rows at the destination only, " + table.missing()
                        + " missing there, " + table.changed() + " different)")
                .toList();
    }
}
