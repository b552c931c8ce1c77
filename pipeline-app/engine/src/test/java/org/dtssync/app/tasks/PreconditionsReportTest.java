package org.dtssync.app.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.dtssync.app.moving.Gate;
import org.junit.jupiter.api.Test;

/** The forms in which the preconditions of a switch are shown. */
class PreconditionsReportTest {

    private static final Gate LAG = Gate.pass("lag", Gate.Group.REPLICATION, "The lag is below switchover.max.lag.")
            .measured(12, 10_000, "ms");
    private static final Gate SLOTS = Gate.fail(
                    "replication-slots",
                    Gate.Group.REVERSE,
                    "The destination has no free replication slot.",
                    "Raise max_replication_slots.")
            .measured(10, 10, "");
    private static final Gate ENDPOINT =
            Gate.warn("endpoint", Gate.Group.ENDPOINT, "A person repoints applications.", "Have your own way ready.");

    @Test
    void printsALinePerPreconditionAndAConclusion() {
        assertThat(new PreconditionsReport("switchover", List.of(LAG, SLOTS, ENDPOINT)).text())
                .isEqualTo("""
                PASS  lag: The lag is below switchover.max.lag. (12 ms, limit 10000 ms)
                FAIL  replication-slots: The destination has no free replication slot. (10, limit 10)
                      remedy: Raise max_replication_slots.
                WARN  endpoint: A person repoints applications.
                      remedy: Have your own way ready.
                switchover: 1 of 3 preconditions are not met""");
        PreconditionsReport met = new PreconditionsReport("rollback", List.of(LAG, ENDPOINT));
        assertThat(met.met()).isTrue();
        assertThat(met.text()).endsWith("\nrollback: all preconditions are met");
    }

    @Test
    void printsJsonForPrograms() {
        assertThat(new PreconditionsReport("switchover", List.of(SLOTS, ENDPOINT)).json())
                .isEqualTo("{\"direction\":\"switchover\",\"gates\":["
                        + "{\"id\":\"replication-slots\",\"group\":\"reverse\",\"result\":\"fail\","
                        + "\"message\":\"The destination has no free replication slot.\","
                        + "\"remedy\":\"Raise max_replication_slots.\",\"server\":null,\"sql\":null,"
                        + "\"text\":\"Raise max_replication_slots.\",\"measured\":10,\"limit\":10,\"unit\":\"\"},"
                        + "{\"id\":\"endpoint\",\"group\":\"endpoint\",\"result\":\"warn\","
                        + "\"message\":\"A person repoints applications.\",\"remedy\":\"Have your own way ready.\","
                        + "\"server\":null,\"sql\":null,\"text\":\"Have your own way ready.\","
                        + "\"measured\":null,\"limit\":null,\"unit\":null}]}");
    }
}
