package org.dtssync.app.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.state.TableState;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.Test;

class SnapshotProgressTest {

    private static final TableName LARGE = new TableName("public", "large");
    private static final TableName OTHER = new TableName("public", "other");

    private final AtomicLong seconds = new AtomicLong(100);
    private final SnapshotProgress progress = new SnapshotProgress(() -> seconds.get() * 1_000_000_000L);

    @Test
    void theTimeLeftIsReckonedFromWhatThisRunDid() {
        progress.start(List.of(table(LARGE, 1000, 500), table(OTHER, 1000, 0)));
        seconds.addAndGet(10);
        progress.copying(LARGE);
        progress.carried(LARGE, 400, 30_000_000);
        progress.copied(LARGE, 250);

        SnapshotProgress.Overall overall = progress.overall();

        assertThat(overall.rows()).isEqualTo(750);
        assertThat(overall.estimatedRows()).isEqualTo(2000);
        assertThat(overall.bytesPerSecond()).isEqualTo(3_000_000);
        assertThat(overall.remaining()).hasValue(Duration.ofSeconds(50));
    }

    @Test
    void nothingDoneYetGivesNoTimeLeft() {
        progress.start(List.of(table(LARGE, 1000, 500)));
        seconds.addAndGet(10);

        assertThat(progress.overall().remaining()).isEmpty();
    }

    @Test
    void whenEveryTableIsWholeNothingIsLeftWhateverTheEstimates() {
        progress.start(List.of(table(LARGE, 1000, 0)));
        progress.copying(LARGE);
        seconds.addAndGet(7);
        progress.copied(LARGE, 30);

        assertThat(progress.loaded(LARGE)).isEqualTo(Duration.ofSeconds(7));
        assertThat(progress.overall().remaining()).hasValue(Duration.ZERO);
        assertThat(progress.overall().estimatedRows()).isEqualTo(30);
    }

    private static TableProgress table(TableName name, long estimated, long rows) {
        return new TableProgress(
                name, TableState.COPYING, Optional.of(List.of("id")), estimated, 1_000_000, rows, 0, Optional.empty());
    }
}
