package org.dtssync.app.quickstart;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.dtssync.app.verify.TableResult;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.postgres.TableName;

/**
 * What a run found, and its text. Immutable.
 *
 * @param verification what the pipeline's own comparison found
 * @param check what reading every table from both ends found
 * @param lags samples from the commit at the source to being visible at the destination
 * @param taken how long each step took
 * @param total how long all took
 */
record QuickstartReport(
        VerifyReport verification,
        Map<TableName, IndependentCheck.Outcome> check,
        List<Duration> lags,
        Map<String, Duration> taken,
        Duration total) {

    /** Returns whether both comparisons hold every table for equal, and spoke of the same tables. */
    boolean equal() {
        return verification.equal()
                && check.values().stream().allMatch(IndependentCheck.Outcome::equal)
                && verification.tables().stream()
                        .map(TableResult::table)
                        .collect(Collectors.toSet())
                        .equals(check.keySet());
    }

    /** Returns the report as lines. */
    String text() {
        StringBuilder text = new StringBuilder();
        line(text, "%-28s %10s %14s  %-9s %s", "table", "rows", "bytes", "verified", "read from both ends");
        Map<TableName, TableResult> verified =
                verification.tables().stream().collect(Collectors.toMap(TableResult::table, result -> result));
        check.forEach((table, outcome) -> line(
                text,
                "%-28s %,10d %,14d  %-9s %s",
                table,
                outcome.source().rows(),
                outcome.source().bytes(),
                verified.containsKey(table) ? equality(verified.get(table).equal()) : "NOT SEEN",
                equality(outcome.equal())));
        line(
                text,
                "%-28s %,10d %,14d",
                "all",
                check.values().stream()
                        .mapToLong(outcome -> outcome.source().rows())
                        .sum(),
                check.values().stream()
                        .mapToLong(outcome -> outcome.source().bytes())
                        .sum());
        line(text, "");
        line(
                text,
                "lag, commit at the source to visible at the destination: p50 %d ms, p95 %d ms, p99 %d ms, max %d ms (%,d samples)",
                percentile(50),
                percentile(95),
                percentile(99),
                percentile(100),
                lags.size());
        line(
                text,
                "seconds: %s; in all %s",
                taken.entrySet().stream()
                        .map(step -> step.getKey() + " " + seconds(step.getValue()))
                        .collect(Collectors.joining(", ")),
                seconds(total));
        return text.toString();
    }

    private static String equality(boolean equal) {
        return equal ? "equal" : "DIFFERENT";
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f", duration.toMillis() / 1000.0);
    }

    /** The least sample that so many percent of all do not exceed, in milliseconds. */
    private long percentile(int percent) {
        List<Duration> sorted = lags.stream().sorted().toList();
        int rank = (int) Math.ceil(percent / 100.0 * sorted.size());
        return sorted.get(Math.max(0, rank - 1)).toMillis();
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
    }
}
