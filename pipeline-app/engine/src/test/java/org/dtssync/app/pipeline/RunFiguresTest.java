package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.dtssync.app.state.LiveFigures;
import org.dtssync.app.state.Phase;
import org.dtssync.app.verify.VerifyAdvance;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.postgres.Lsn;
import org.junit.jupiter.api.Test;

class RunFiguresTest {

    private final AtomicLong nanos = new AtomicLong();
    private final List<Phase> forwarded = new ArrayList<>();
    private final RunFigures figures = new RunFigures(
            new PipelineListener() {
                @Override
                public void entered(Phase phase) {
                    forwarded.add(phase);
                }
            },
            nanos::get);

    @Test
    void ratesAreThoseSinceTheLastReport() {
        figures.entered(Phase.INCREMENTAL);
        figures.captured(100);
        figures.applied(Lsn.parse("0/20"), 1_200, 60);
        figures.walRetained(4_096);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));

        LiveFigures first = figures.now();

        assertThat(first.phase()).isEqualTo("incremental");
        assertThat(first.capturedPerSecond()).isEqualTo(50);
        assertThat(first.appliedPerSecond()).isEqualTo(30);
        assertThat(first.appliedLsn()).contains(Lsn.parse("0/20"));
        assertThat(first.lagMillis()).hasValue(1_200);
        assertThat(first.walRetainedBytes()).hasValue(4_096);
        assertThat(first.heapMaxBytes()).isPositive();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        LiveFigures second = figures.now();
        assertThat(second.captured()).isEqualTo(100);
        assertThat(second.capturedPerSecond()).isZero();
        assertThat(forwarded).containsExactly(Phase.INCREMENTAL);
    }

    @Test
    void namesTheLastRetryAndTheRemainingTimeOfAVerification() {
        figures.retrying("capture", FaultKind.CONNECTION);
        figures.retrying("apply", FaultKind.TRANSIENT);
        figures.verifying(new VerifyAdvance(10, 40, Optional.of(Duration.ofSeconds(90))));

        LiveFigures report = figures.now();

        assertThat(report.retries()).isEqualTo(2);
        assertThat(report.lastRetry().orElseThrow().part()).isEqualTo("apply");
        assertThat(report.lastRetry().orElseThrow().kind()).isEqualTo(FaultKind.TRANSIENT);
        assertThat(report.verification().orElseThrow().remaining()).contains(Duration.ofSeconds(90));
        assertThat(report.lagMillis()).isEmpty();
        assertThat(report.snapshot()).isEmpty();
    }
}
