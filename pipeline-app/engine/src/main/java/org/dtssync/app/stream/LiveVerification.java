package org.dtssync.app.stream;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.dtssync.app.catalog.CatalogTable;
import org.dtssync.app.catalog.CatalogTable.Kind;
import org.dtssync.app.catalog.CatalogTable.Persistence;
import org.dtssync.app.catalog.TableCatalog;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.drift.ShapeCheck;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.sequences.SequenceFinding;
import org.dtssync.app.source.Heartbeat;
import org.dtssync.app.state.ComparedSlice;
import org.dtssync.app.state.LiveLimit;
import org.dtssync.app.state.LiveSetting;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.SettingStore;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.state.TableState;
import org.dtssync.app.state.UnfinishedComparison;
import org.dtssync.app.state.VerificationOutcome;
import org.dtssync.app.state.Verifications;
import org.dtssync.app.verify.SliceMemory;
import org.dtssync.app.verify.Verification;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.app.verify.VerifySettings;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.TableName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Verifies both databases of a running task. Used by one thread at a time. */
public final class LiveVerification {

    private static final Logger LOG = LoggerFactory.getLogger(LiveVerification.class);

    /** Slices found equal longer ago are read again, however little was left. */
    private static final Duration RESUMABLE = Duration.ofDays(1);

    private static final int SEQUENCE_ATTEMPTS = 10;
    private static final long SEQUENCE_PAUSE_MILLIS = 3_000;

    private final Route route;
    private final ObjectSelection selection;
    private final Epoch epoch;
    private final Heartbeat heartbeat;
    private final ShapeCheck structure;
    private final VerifySettings settings;
    private final Supplier<List<SequenceFinding>> sequences;
    private final StreamListener listener;
    private final ProgressStore progress;

    LiveVerification(
            Route route,
            ObjectSelection selection,
            Epoch epoch,
            Heartbeat heartbeat,
            ShapeCheck structure,
            VerifySettings settings,
            Supplier<List<SequenceFinding>> sequences,
            StreamListener listener) {
        this.route = route;
        this.selection = selection;
        this.epoch = epoch;
        this.heartbeat = heartbeat;
        this.structure = structure;
        this.settings = settings;
        this.sequences = sequences;
        this.listener = listener;
        this.progress = new ProgressStore(route.destination(), route.task());
    }

    /** Returns the last verification, if it was clean and nothing has changed since. */
    public Optional<Verifications.Verified> fresh(Duration maximumAge) {
        return verifications().fresh(maximumAge);
    }

    private Verifications verifications() {
        return new Verifications(route.destination(), route.task());
    }

    /**
     * Verifies every table and the sequences, and records the result of the tables; the shapes must be unchanged. One that was interrupted
     * less than a day ago is resumed.
     */
    public VerifyReport run() throws InterruptedException {
        return rows(RESUMABLE).with(sequences()).without(notSent());
    }

    /** Unlogged tables, and those without a column whose values are sent. */
    private List<TableName> notSent() {
        return route.source()
                .inTransaction(
                        "The tables of the " + route.source().role() + " could not be listed",
                        connection -> new TableCatalog(selection)
                                .read(connection).stream()
                                        .filter(table -> !table.isPartition() && table.kind() != Kind.FOREIGN)
                                        .filter(table -> table.persistence() == Persistence.UNLOGGED
                                                || table.persistence() == Persistence.PERMANENT && !table.replicated())
                                        .map(CatalogTable::name)
                                        .toList());
    }

    /** Verifies the tables alone, and resumes only what started no longer ago than this. */
    VerifyReport rows(Duration resumable) throws InterruptedException {
        structure.look();
        String digest = verifications().digest();
        UnfinishedComparison unfinished = new UnfinishedComparison(route.destination(), route.task(), epoch);
        Map<TableName, List<ComparedSlice>> earlier = unfinished.resume(digest, resumable);
        if (!earlier.isEmpty()) {
            LOG.info(
                    "Resuming an interrupted verification. task={} rows={}",
                    route.task(),
                    earlier.values().stream()
                            .flatMap(List::stream)
                            .mapToLong(slice -> slice.rows().orElse(0))
                            .sum());
        }
        VerifyReport report;
        try (LiveLimit limit = new LiveLimit(
                new SettingStore(route.destination(), route.task()),
                LiveSetting.VERIFY_ROWS_PER_SECOND,
                settings.rowsPerSecond())) {
            report = new Verification(
                            route.source(),
                            route.destination(),
                            settings,
                            () -> unfinished.begin(heartbeat.awaitApplied(), digest),
                            listener::verifying,
                            new SliceMemory(earlier, unfinished::cut, unfinished::equal),
                            limit)
                    .verify(progress.tables().stream()
                            .filter(table -> table.state() != TableState.SKIPPED)
                            .toList());
        }
        verifications().record(outcome(report), unfinished, digest, epoch);
        return report;
    }

    /** The rows were compared, which took its time: a moment in which a sequence is locked, or a server is away, must not waste it. */
    private List<SequenceFinding> sequences() throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return sequences.get();
            } catch (SyncException e) {
                if (attempt == SEQUENCE_ATTEMPTS || e.kind() == FaultKind.FENCED) {
                    throw e;
                }
                LOG.warn(
                        "The sequences could not be compared; retrying. task={} reason={}",
                        route.task(),
                        e.getMessage());
            }
            Thread.sleep(SEQUENCE_PAUSE_MILLIS);
        }
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

    /** Verifies some tables, or partitions of them, and records nothing; returns a description of those that differ. */
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
