package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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
    void ratesAreThoseSinceTheLastReport() throws Exception {
        figures.entered(Phase.INCREMENTAL);
        figures.captured(100);
        figures.applied(Lsn.parse("0/20"), 1_200, 60);
        figures.walRetained(4_096);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));

        JsonNode first = report();

        assertThat(first.get("phase").asText()).isEqualTo("incremental");
        assertThat(first.get("captured_per_second").asLong()).isEqualTo(50);
        assertThat(first.get("applied_per_second").asLong()).isEqualTo(30);
        assertThat(first.get("applied_lsn").asText()).isEqualTo("0/20");
        assertThat(first.get("lag_ms").asLong()).isEqualTo(1_200);
        assertThat(first.get("wal_retained_bytes").asLong()).isEqualTo(4_096);
        assertThat(first.get("heap_max_bytes").asLong()).isPositive();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        JsonNode second = report();
        assertThat(second.get("captured").asLong()).isEqualTo(100);
        assertThat(second.get("captured_per_second").asLong()).isZero();
        assertThat(forwarded).containsExactly(Phase.INCREMENTAL);
    }

    @Test
    void namesTheLastRetryAndTheRemainingTimeOfAVerification() throws Exception {
        figures.retrying("capture", FaultKind.CONNECTION);
        figures.retrying("apply", FaultKind.TRANSIENT);
        figures.verifying(new VerifyAdvance(10, 40, Optional.of(Duration.ofSeconds(90))));

        JsonNode report = report();

        assertThat(report.get("retries").asLong()).isEqualTo(2);
        assertThat(report.get("last_retry").get("part").asText()).isEqualTo("apply");
        assertThat(report.get("last_retry").get("fault").asText()).isEqualTo("transient");
        assertThat(report.get("verification").get("remaining_seconds").asLong()).isEqualTo(90);
        assertThat(report.get("lag_ms").isNull()).isTrue();
        assertThat(report.has("snapshot")).isFalse();
    }

    private JsonNode report() throws Exception {
        return new ObjectMapper().readTree(figures.json());
    }
}
