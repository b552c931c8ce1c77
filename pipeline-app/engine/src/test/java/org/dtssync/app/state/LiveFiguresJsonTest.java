package org.dtssync.app.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.Test;

/** What reads the figures of a run from the state relies on these names. */
class LiveFiguresJsonTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Test
    void keepsTheNamesOfTheFields() throws Exception {
        LiveFigures figures = new LiveFigures(
                "snapshot",
                7,
                6,
                5,
                4,
                Optional.of(Lsn.parse("0/20")),
                OptionalLong.of(1_200),
                OptionalLong.empty(),
                10,
                20,
                3,
                Optional.of(new LiveFigures.LastRetry("apply", FaultKind.TRANSIENT, Instant.EPOCH)),
                Optional.of(new LiveFigures.Load(
                        2,
                        1,
                        100,
                        200,
                        50,
                        4_096,
                        Optional.of(Duration.ofSeconds(2)),
                        List.of(new LiveFigures.Copying(new TableName("shop", "items"), 1, 2, 3, Optional.empty())))),
                Optional.of(new LiveFigures.Verified(1, 2, Optional.empty())));

        JsonNode json = MAPPER.readTree(LiveFiguresJson.write(figures));

        assertThat(json).isEqualTo(MAPPER.readTree("""
                {"phase":"snapshot","captured":7,"applied":6,"captured_per_second":5,"applied_per_second":4,
                 "applied_lsn":"0/20","lag_ms":1200,"wal_retained_bytes":null,"heap_used_bytes":10,"heap_max_bytes":20,
                 "retries":3,"last_retry":{"part":"apply","fault":"transient","at":"1970-01-01T00:00:00Z"},
                 "snapshot":{"tables":2,"tables_done":1,"rows":100,"estimated_rows":200,"rows_per_second":50,
                   "bytes_per_second":4096,"remaining_seconds":2,"copying":[{"schema":"shop","table":"items","rows":1,
                   "estimated_rows":2,"bytes_per_second":3,"remaining_seconds":null}]},
                 "verification":{"rows":1,"estimated_rows":2,"remaining_seconds":null}}
                """));
    }
}
