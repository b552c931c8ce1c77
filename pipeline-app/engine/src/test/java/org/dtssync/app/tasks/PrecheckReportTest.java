package org.dtssync.app.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.dtssync.app.precheck.Precheck;
import org.dtssync.app.precheck.PrecheckItem;
import org.dtssync.app.precheck.PrecheckItem.Result;
import org.junit.jupiter.api.Test;

/** The forms in which a precheck is shown. */
class PrecheckReportTest {

    private final List<PrecheckItem> items = List.of(
            new PrecheckItem("version", "versions", Result.PASS, "All is well.", ""),
            new PrecheckItem("topics", "topics", Result.WARN, "Two lines.", "first\nsecond"),
            new PrecheckItem("replica-identity", "public.İ", Result.FAIL, "Table \"x\".", "ALTER TABLE;"));

    @Test
    void printsALineAnItemWithItsRemedyBelow() {
        assertThat(new PrecheckReport(items).text()).isEqualTo("""
                PASS  version: All is well.
                WARN  topics: Two lines.
                      remedy: first
                              second
                FAIL  replica-identity: Table "x".
                      remedy: ALTER TABLE;
                1 passed, 1 warning, 1 failed.""");
    }

    @Test
    void printsJsonWithTheNamesOfTheContract() {
        assertThat(new PrecheckReport(items).json())
                .isEqualTo("{\"items\":["
                        + "{\"id\":\"version\",\"object\":\"versions\",\"result\":\"pass\",\"message\":\"All is well.\","
                        + "\"remedy\":\"\"},"
                        + "{\"id\":\"topics\",\"object\":\"topics\",\"result\":\"warn\",\"message\":\"Two lines.\","
                        + "\"remedy\":\"first\\nsecond\"},"
                        + "{\"id\":\"replica-identity\",\"object\":\"public.İ\",\"result\":\"fail\",\"message\":\"Table"
                        + " \\\"x\\\".\",\"remedy\":\"ALTER TABLE;\"}]}");
    }

    @Test
    void knowsTheWorstResult() {
        assertThat(Precheck.worst(items)).isEqualTo(Result.FAIL);
        assertThat(Precheck.worst(items.subList(0, 2))).isEqualTo(Result.WARN);
        assertThat(Precheck.worst(List.of())).isEqualTo(Result.PASS);
    }
}
