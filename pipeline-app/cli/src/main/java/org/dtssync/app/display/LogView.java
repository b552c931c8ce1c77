package org.dtssync.app.display;

import java.time.Duration;
import java.util.Locale;
import org.dtssync.app.snapshot.SnapshotProgress;
import org.dtssync.app.state.Phase;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows progress without a terminal, as log lines in the configured format: one every few seconds while a
 * phase is running, one per minute in steady state. Phases and tables are in the log anyway.
 */
final class LogView implements View {

    private static final Logger LOG = LoggerFactory.getLogger(LogView.class);

    private static final long PACE_MILLIS = 1_000;
    private static final int FIRST_TICKS = 2;
    private static final int TICKS = 5;
    private static final int STEADY_TICKS = 60;

    private final Rate rate = new Rate();
    private @Nullable Phase shown;
    private int ticks;
    private final ComparisonLog comparison = new ComparisonLog();

    @Override
    public void phaseBegins(Phase phase, Activity before) {
        // The log contains it already.
    }

    @Override
    public void tableCopied(TableName table, long rows, long bytes, Duration time) {
        // The log contains it already.
    }

    @Override
    public long paceMillis() {
        return PACE_MILLIS;
    }

    @Override
    public void tick(Activity activity) {
        Phase phase = activity.phase();
        if (phase != shown) {
            shown = phase;
            ticks = 0;
        }
        ticks++;
        activity.takeComparison().ifPresent(comparison::verifying);
        boolean due = activity.isSteady() ? ticks % STEADY_TICKS == 0 : ticks == FIRST_TICKS || ticks % TICKS == 0;
        if (due) {
            show(phase, activity);
        }
    }

    private void show(Phase phase, Activity activity) {
        switch (phase) {
            case SNAPSHOT -> activity.snapshot().ifPresent(LogView::snapshot);
            case CATCH_UP -> stream("Catching up.", phase, activity);
            case INCREMENTAL -> stream("Replicating.", phase, activity);
            case REVERSE -> stream("Replicating back to the source.", phase, activity);
            case SCHEMA, FINALIZE -> structure(phase, activity);
            default -> {
                // Takes only a moment.
            }
        }
    }

    private void structure(Phase phase, Activity activity) {
        LOG.info(
                "{} phase={} objects={} seconds={}",
                // Phase schema starts by reading the whole source, which takes longer than creating what it
                // finds.
                phase == Phase.SCHEMA && activity.objects() == 0
                        ? "Reading schema objects."
                        : "Creating schema objects.",
                phase.label(),
                activity.objects(),
                Math.round(activity.phaseSeconds()));
    }

    private static void snapshot(SnapshotProgress progress) {
        SnapshotProgress.Overall overall = progress.overall();
        LOG.info(
                "Copying rows. tables={}/{} rows={} estimated_rows={} percent={} rows_per_second={} mb_per_second={}"
                        + " eta_seconds={}",
                progress.wholeTables(),
                progress.allTables(),
                overall.rows(),
                overall.estimatedRows(),
                Amounts.percent(overall.rows(), overall.estimatedRows()),
                Math.round(overall.rowsPerSecond()),
                String.format(Locale.ROOT, "%.1f", overall.bytesPerSecond() / 1e6),
                overall.remaining()
                        .map(Duration::toSeconds)
                        .map(String::valueOf)
                        .orElse("unknown"));
    }

    private void stream(String sentence, Phase phase, Activity activity) {
        if (activity.applied().equals(Lsn.ZERO)) {
            LOG.info(
                    "Waiting for the first changes. phase={} seconds={}",
                    phase.label(),
                    Math.round(activity.phaseSeconds()));
            return;
        }
        LOG.info(
                "{} lag_ms={} changes_per_second={} changes={} applied_lsn={}",
                sentence,
                activity.lagMillis() < 0 ? "unknown" : activity.lagMillis(),
                Math.round(rate.look(activity.changes())),
                activity.changes(),
                activity.applied());
    }

    @Override
    public void close() {
        // Holds no resources.
    }
}
