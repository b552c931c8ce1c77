package org.dtssync.app.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.dtssync.app.state.Phase;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.Test;

/** What a run tells becomes the numbers that the page lists. */
class TaskMetricsTest {

    private static final Path PAGE = Path.of("../../docs/metrics.md");

    private final TaskMetrics metrics = new TaskMetrics("shop", 4096);

    @Test
    void thePageListsEveryMetricAndNoOther() throws IOException {
        metrics.retrying("apply", FaultKind.CONNECTION);
        metrics.chunkCopied(new TableName("public", "item"), 7, 300);
        metrics.timed("apply_write", 3_000_000);

        assertThat(names("(?m)^# TYPE (dts_sync_\\S+) ", metrics.text()))
                .isEqualTo(names("(?m)^\\| `(dts_sync_[a-z_]+)` \\|", Files.readString(PAGE)));
    }

    @Test
    void thePageTellsTheKindOfEachMetric() throws IOException {
        metrics.retrying("apply", FaultKind.CONNECTION);
        metrics.chunkCopied(new TableName("public", "item"), 7, 300);
        metrics.timed("apply_write", 3_000_000);

        assertThat(names("(?m)^# TYPE (dts_sync_\\S+ \\S+)$", metrics.text()))
                .isEqualTo(names(
                        "(dts_sync_[a-z_]+ [a-z]+)",
                        Files.readString(PAGE).replaceAll("(?m)^\\| `(dts_sync_[a-z_]+)` \\| ([a-z]+) .*", "$1 $2")));
    }

    @Test
    void whatIsToldIsCounted() {
        metrics.entered(Phase.SNAPSHOT);
        metrics.chunkCopied(new TableName("public", "item"), 7, 300);
        metrics.chunkCopied(new TableName("public", "item"), 5, 200);
        metrics.captured(10);
        metrics.captured(1);
        metrics.applied(new Lsn(1), 5, 11);
        metrics.tableApplied(new TableName("public", "item"), 9, 1_700_000_000_500L);
        metrics.tableApplied(new TableName("public", "item"), 2, -1);
        metrics.timed("apply_write", 3_000_000);
        metrics.timed("apply_write", 300_000_000);
        metrics.walRetained(2048);
        metrics.lag(1.5, 100);
        metrics.retrying("apply", FaultKind.TRANSIENT);

        assertThat(metrics.text().lines())
                .contains(
                        "dts_sync_phase{phase=\"snapshot\",task=\"shop\"} 1.0",
                        "dts_sync_phase{phase=\"incremental\",task=\"shop\"} 0.0",
                        "dts_sync_snapshot_rows_total{task=\"shop\"} 12.0",
                        "dts_sync_snapshot_bytes_total{task=\"shop\"} 500.0",
                        "dts_sync_captured_changes_total{task=\"shop\"} 11.0",
                        "dts_sync_cuts_total{task=\"shop\"} 2.0",
                        "dts_sync_applied_changes_total{task=\"shop\"} 11.0",
                        "dts_sync_table_applied_changes_total{schema=\"public\",table=\"item\",task=\"shop\"} 11.0",
                        "dts_sync_table_applied_commit_timestamp_seconds{schema=\"public\",table=\"item\",task=\"shop\"}"
                                + " 1.7000000005E9",
                        "dts_sync_stage_seconds_bucket{stage=\"apply_write\",task=\"shop\",le=\"0.005\"} 1",
                        "dts_sync_stage_seconds_count{stage=\"apply_write\",task=\"shop\"} 2",
                        "dts_sync_slot_retained_wal_bytes{task=\"shop\"} 2048.0",
                        "dts_sync_wal_warning_bytes{task=\"shop\"} 4096.0",
                        "dts_sync_lag_seconds{task=\"shop\"} 1.5",
                        "dts_sync_lag_bytes{task=\"shop\"} 100.0",
                        "dts_sync_retries_total{kind=\"transient\",part=\"apply\",task=\"shop\"} 1.0",
                        "dts_sync_last_error_timestamp_seconds{kind=\"connection\",task=\"shop\"} 0.0");
    }

    @Test
    void manyTablesShareOneCounter() {
        for (int i = 0; i < TaskMetrics.TABLES + 3; i++) {
            metrics.chunkCopied(new TableName("public", "item" + i), 2, 10);
        }

        assertThat(metrics.text().lines().filter(line -> line.startsWith("dts_sync_table_snapshot_rows_total")))
                .hasSize(TaskMetrics.TABLES + 1)
                .contains(
                        "dts_sync_table_snapshot_rows_total{schema=\"public\",table=\"item0\",task=\"shop\"} 2.0",
                        "dts_sync_table_snapshot_rows_total{schema=\"\",table=\"(others)\",task=\"shop\"} 6.0");
    }

    @Test
    void aProcessSaysWhatItIsAndWhetherItRuns() {
        assertThat(metrics.text())
                .contains("dts_sync_running{task=\"shop\"} 0.0")
                .containsPattern("dts_sync_build_info\\{java=\"[^\"]+\",task=\"shop\",version=\"[^\"]+\"} 1")
                .contains("jvm_memory_used_bytes{", "jvm_threads_live_threads{", "process_uptime_seconds{");

        metrics.entered(Phase.SNAPSHOT);

        assertThat(metrics.text()).contains("dts_sync_running{task=\"shop\"} 1.0");
    }

    @Test
    void aLagThatNobodyKnowsIsNoNumber() {
        assertThat(metrics.text()).contains("dts_sync_lag_seconds{task=\"shop\"} NaN");
    }

    private static Set<String> names(String pattern, String text) {
        Set<String> names = new TreeSet<>();
        Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .forEach(names::add);
        assertThat(names).isNotEmpty();
        return names;
    }
}
