package org.dtssync.app.display;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dtssync.app.snapshot.SnapshotProgress;
import org.dtssync.app.state.Phase;
import org.dtssync.app.verify.VerifyAdvance;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * Shows progress on a terminal: completed work scrolls by, one line per phase and one per table; below it a block that is redrawn
 * in place shows the current work.
 */
final class LiveView implements View {

    private static final long PACE_MILLIS = 250;

    /** What fits next to a few lines of history on the smallest terminals. */
    private static final int TABLES = 8;

    /** Number of ticks over which changes per second are averaged. */
    private static final int RATE_TICKS = 4;

    /** Number of ticks for which the last progress of a verification is shown. */
    private static final int COMPARISON_TICKS = 8;

    private final Screen screen;
    private final Rate rate = new Rate();
    private double changesPerSecond;
    private int ticks;
    private @Nullable VerifyAdvance comparison;
    private int comparisonAge;

    LiveView(Screen screen) {
        this.screen = screen;
    }

    @Override
    public long paceMillis() {
        return PACE_MILLIS;
    }

    @Override
    public void phaseBegins(Phase phase, Activity before) {
        if (before.begun() && phase != before.phase()) {
            screen.line(String.format(
                    Locale.ROOT, "%-12s done in %s", before.phase().label(), Amounts.seconds(before.phaseSeconds())));
        }
    }

    @Override
    public void tableCopied(TableName table, long rows, long bytes, Duration time) {
        screen.line("  " + table + ": copied " + Amounts.rows(rows) + ", " + Amounts.size(bytes) + ", in "
                + Amounts.seconds((double) time.toMillis() / 1_000));
    }

    @Override
    public void tick(Activity activity) {
        if (ticks++ % RATE_TICKS == 0) {
            changesPerSecond = rate.look(activity.changes());
        }
        Optional<VerifyAdvance> advance = activity.takeComparison();
        advance.ifPresent(told -> comparison = told);
        comparisonAge = advance.isPresent() ? 0 : comparisonAge + 1;
        screen.block(block(activity));
    }

    private List<String> block(Activity activity) {
        List<String> lines = new ArrayList<>();
        Optional<SnapshotProgress> snapshot = activity.snapshot();
        if (snapshot.isPresent()) {
            snapshot(snapshot.get(), lines);
        } else if (activity.phase() == Phase.CATCH_UP || activity.isSteady()) {
            lines.add(stream(activity));
        } else {
            lines.add(String.format(
                    Locale.ROOT,
                    "%-12s %s%s",
                    activity.begun() ? activity.phase().label() : "starting",
                    Amounts.seconds(activity.phaseSeconds()),
                    activity.objects() == 0 ? "" : ", " + Amounts.count(activity.objects()) + " objects made"));
        }
        if (comparison != null && comparisonAge < COMPARISON_TICKS) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%-12s %s of about %s rows  %s",
                    "comparison",
                    Amounts.count(comparison.rows()),
                    Amounts.count(comparison.estimatedRows()),
                    Amounts.left(comparison.remaining())));
        }
        return lines;
    }

    private static void snapshot(SnapshotProgress progress, List<String> lines) {
        SnapshotProgress.Overall overall = progress.overall();
        // Less important columns come last: a narrow terminal truncates them.
        lines.add(String.format(
                Locale.ROOT,
                "%-12s %d/%d tables %4d%%  %s/s  %-16s %s of about %s rows",
                Phase.SNAPSHOT.label(),
                progress.wholeTables(),
                progress.allTables(),
                Amounts.percent(overall.rows(), overall.estimatedRows()),
                Amounts.megabytes(overall.bytesPerSecond()),
                Amounts.left(overall.remaining()),
                Amounts.count(overall.rows()),
                Amounts.count(overall.estimatedRows())));
        List<SnapshotProgress.Part> tables = progress.underWay();
        for (SnapshotProgress.Part table : tables.subList(0, Math.min(TABLES, tables.size()))) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  %-26s %13s rows %4d%%  %s/s  %s",
                    table.table(),
                    Amounts.count(table.rows()),
                    // It is not done until it is completely committed.
                    Math.min(99, Amounts.percent(table.rows(), table.estimatedRows())),
                    Amounts.megabytes(table.bytesPerSecond()),
                    Amounts.left(table.remaining())));
        }
        if (tables.size() > TABLES) {
            lines.add("  and " + (tables.size() - TABLES) + " more");
        }
    }

    private String stream(Activity activity) {
        if (activity.applied().equals(Lsn.ZERO)) {
            return String.format(
                    Locale.ROOT,
                    "%-12s %s, waiting for the first changes",
                    activity.phase().label(),
                    Amounts.seconds(activity.phaseSeconds()));
        }
        return String.format(
                Locale.ROOT,
                "%-12s lag %s, %s changes/s, applied up to %s",
                activity.phase().label(),
                activity.lagMillis() < 0 ? "unknown" : Amounts.count(activity.lagMillis()) + " ms",
                Amounts.count(Math.round(changesPerSecond)),
                activity.applied());
    }

    @Override
    public void close() {
        screen.close();
    }
}
