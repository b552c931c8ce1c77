package org.dtssync.app.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.dtssync.app.precheck.Advice;
import org.dtssync.app.precheck.Advice.Place;
import org.dtssync.app.precheck.Precheck;
import org.dtssync.app.precheck.PrecheckItem;
import org.dtssync.app.precheck.PrecheckItem.Result;
import org.dtssync.app.precheck.Stage;
import org.junit.jupiter.api.Test;

/** The forms in which a precheck is shown. */
class PrecheckReportTest {

    private final List<PrecheckItem> items = List.of(
            item("version", Stage.PREPARE, List.of("versions"), Result.PASS, "All is well.", Advice.NONE),
            item("topics", Stage.STREAM, List.of("topics"), Result.WARN, "Two lines.", Advice.text("first\nsecond")),
            item(
                    "source-rights",
                    Stage.PREPARE,
                    List.of("a", "b", "c", "d", "e"),
                    Result.FAIL,
                    "No right to \"a\".",
                    new Advice(
                            Optional.of(Place.SOURCE),
                            List.of("GRANT a;", "GRANT b;", "GRANT c;", "GRANT d;"),
                            "or not")),
            item(
                    "wal-kept",
                    Stage.STREAM,
                    List.of("source"),
                    Result.WARN,
                    "Bounded.",
                    new Advice(Optional.of(Place.SOURCE), List.of("ALTER SYSTEM;"), "")),
            item(
                    "end-sessions",
                    Stage.SWITCHOVER,
                    List.of("source"),
                    Result.WARN,
                    "No right.",
                    new Advice(Optional.of(Place.SOURCE), List.of("GRANT pg_signal_backend;"), "")));

    private static PrecheckItem item(
            String id, Stage stage, List<String> objects, Result result, String message, Advice advice) {
        return new PrecheckItem(id, stage, objects, result, message, advice);
    }

    @Test
    void printsALineAFindingWithPhaseAndRemedyBelow() {
        assertThat(new PrecheckReport(items).text()).isEqualTo("""
                PASS  version: All is well.
                WARN  topics: Two lines.
                      phase: stream
                      remedy: first
                              second
                FAIL  source-rights: No right to "a".
                      phase: prepare
                      remedy: GRANT a;
                              GRANT b;
                              GRANT c;
                              and 1 more statements, which dts-sync precheck TASK.yaml --sql source prints -- or not
                WARN  wal-kept: Bounded.
                      phase: stream
                      remedy: ALTER SYSTEM;
                WARN  end-sessions: No right.
                      phase: switchover
                      remedy: GRANT pg_signal_backend;
                1 passed, 3 warnings, 1 failed.""");
        assertThat(new PrecheckReport(items).verboseText()).contains("      - a\n      - b\n", "GRANT d; -- or not");
    }

    @Test
    void printsAScriptOfWhatIsNeededAtOneDatabase() {
        assertThat(new PrecheckReport(items).sourceScript()).endsWith("""

                -- FAIL source-rights (prepare): No right to "a".
                -- or not
                GRANT a;
                GRANT b;
                GRANT c;
                GRANT d;

                -- WARN wal-kept (stream): Bounded.
                -- ALTER SYSTEM;

                -- WARN end-sessions (switchover): No right.
                GRANT pg_signal_backend;""");
        assertThat(new PrecheckReport(items).destinationScript()).doesNotContain("GRANT");
    }

    @Test
    void printsJsonWithTheNamesOfTheContract() {
        assertThat(new PrecheckReport(items.subList(0, 3)).json())
                .isEqualTo("{\"items\":["
                        + "{\"id\":\"version\",\"object\":\"versions\",\"result\":\"pass\",\"message\":\"All is well.\","
                        + "\"remedy\":\"\",\"phase\":\"prepare\",\"objects\":[\"versions\"],\"server\":null,\"sql\":null,"
                        + "\"text\":\"\"},"
                        + "{\"id\":\"topics\",\"object\":\"topics\",\"result\":\"warn\",\"message\":\"Two lines.\","
                        + "\"remedy\":\"first\\nsecond\",\"phase\":\"stream\",\"objects\":[\"topics\"],\"server\":null,"
                        + "\"sql\":null,\"text\":\"first\\nsecond\"},"
                        + "{\"id\":\"source-rights\",\"object\":\"a\",\"result\":\"fail\",\"message\":\"No right to"
                        + " \\\"a\\\".\",\"remedy\":\"GRANT a;\\nGRANT b;\\nGRANT c;\\nGRANT d; -- or not\","
                        + "\"phase\":\"prepare\",\"objects\":[\"a\",\"b\",\"c\",\"d\",\"e\"],\"server\":\"source\","
                        + "\"sql\":\"GRANT a;\\nGRANT b;\\nGRANT c;\\nGRANT d;\",\"text\":\"or not\"}]}");
    }

    @Test
    void knowsTheWorstResult() {
        assertThat(Precheck.worst(items)).isEqualTo(Result.FAIL);
        assertThat(Precheck.worst(items.subList(0, 2))).isEqualTo(Result.WARN);
        assertThat(Precheck.worst(List.of())).isEqualTo(Result.PASS);
    }
}
