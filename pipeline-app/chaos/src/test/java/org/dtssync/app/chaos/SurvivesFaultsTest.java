package org.dtssync.app.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The short run of {@code scripts/chaos}: whatever ends, freezes or breaks, the task goes on by itself and stays exact, and its log has
 * sentences and no stack traces.
 */
class SurvivesFaultsTest {

    private static final int FAULTS = 8;
    private static final long SEED = 14_620;

    @TempDir
    Path directory;

    @Test
    void carriesOnAfterEachFaultAndEndsEqual() throws Exception {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        Ordeal.Result result = new Ordeal(
                        directory.resolve("chaos"),
                        FAULTS,
                        List.of(SEED),
                        EnumSet.allOf(Fault.class),
                        Ordeal.Structure.KEPT,
                        out)
                .run();
        out.println(Chaos.sentence(result));

        assertThat(result.faults()).isEqualTo(FAULTS);
        assertThat(result.snapshots()).isGreaterThan(20);
        assertThat(result.transactions()).isGreaterThan(200);
    }

    @Test
    void carriesCommandsThroughKills() throws Exception {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        Ordeal.Result result = new Ordeal(
                        directory.resolve("chaos"),
                        3,
                        List.of(SEED),
                        EnumSet.of(Fault.KILL_DTS_SYNC, Fault.CRASH_SOURCE, Fault.CRASH_DESTINATION),
                        Ordeal.Structure.CHANGED,
                        out)
                .run();
        out.println(Chaos.sentence(result));

        assertThat(result.reshaped()).isGreaterThan(20);
        assertThat(result.snapshots()).isGreaterThan(20);
    }
}
