package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Where the slot no longer has what comes next, a task stops and says what lost it, instead of going on with a gap. */
@ExtendWith(ServersExtension.class)
class NamesLostChangesTest {

    private static final String STRUCTURE = "CREATE TABLE public.log (id int PRIMARY KEY, line text)";

    private static final String START_AGAIN =
            "Run dts-sync release --topics, empty the destination and start the task again.";

    private static final String LSN = "[0-9A-F]+/[0-9A-F]+";

    @Test
    void aSlotThatWasDropped(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();

        moved.atSource("SELECT pg_drop_replication_slot('" + moved.task().slot() + "')");

        assertStops(moved.stops(), gone(moved));
        assertThat(new Pipeline(moved.task(), PipelineListener.NONE)
                        .progress()
                        .orElseThrow()
                        .error())
                .contains(gone(moved));
    }

    @Test
    void aSlotThatIsDroppedWhileTheTaskRuns(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();

        try (LiveRun run = moved.streaming()) {
            moved.withFreeSlot(
                    "SELECT pg_drop_replication_slot('" + moved.task().slot() + "')");

            assertStops(run.awaitStop(), gone(moved));
        }
    }

    private static String gone(MovedTask moved) {
        return "Replication slot " + moved.task().slot()
                + " no longer exists at the source: the changes since the last cut are lost. " + START_AGAIN;
    }

    @Test
    void aSlotThatWasMadeAgain(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();

        moved.atSource(
                "SELECT pg_drop_replication_slot('" + moved.task().slot() + "')",
                "INSERT INTO public.log VALUES (1, 'lost')",
                "SELECT pg_create_logical_replication_slot('" + moved.task().slot() + "', 'pgoutput')");

        assertStopsPast(moved.stops(), moved);
    }

    @Test
    void aSlotThatSomethingElseAdvanced(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();

        moved.atSource("INSERT INTO public.log VALUES (1, 'lost')", advance(moved));

        assertStopsPast(moved.stops(), moved);
        assertThat(moved.valueAtDestination("SELECT count(*) FROM public.log")).isEqualTo("0");
    }

    @Test
    void aSlotThatSomethingElseAdvancesWhileTheTaskRuns(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();

        try (LiveRun run = moved.streaming()) {
            moved.withFreeSlot("INSERT INTO public.log VALUES (1, 'lost') ON CONFLICT DO NOTHING", advance(moved));

            assertStopsPast(run.awaitStop(), moved);
        }
    }

    private static String advance(MovedTask moved) {
        return "SELECT pg_replication_slot_advance('" + moved.task().slot() + "', pg_current_wal_lsn())";
    }

    private static void assertStopsPast(SyncException fault, MovedTask moved) {
        assertThat(fault.kind()).isEqualTo(FaultKind.SLOT);
        assertThat(fault)
                .hasMessageMatching("Replication slot " + moved.task().slot() + " is at " + LSN
                        + ", past the last cut " + LSN
                        + ": something else has read from it, and the changes in between are lost. "
                        + START_AGAIN.replace(".", "\\."));
    }

    @Test
    void aSlotThatLostItsWal(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();

        keepingLittleWal(moved, () -> {
            switchWal(moved);
            assertStops(moved.stops(), invalidated(moved));
        });
    }

    @Test
    void aSlotThatLosesItsWalWhileTheTaskRuns(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 14, STRUCTURE).move();

        try (LiveRun run = moved.streaming();
                Connection open = new Scripts(moved.source()).connect();
                Statement statement = open.createStatement()) {
            // A transaction that stays open holds the slot back, however diligently its reader confirms.
            open.setAutoCommit(false);
            statement.execute("INSERT INTO public.log VALUES (1, 'open')");
            keepingLittleWal(moved, () -> {
                switchWal(moved);
                assertStops(run.awaitStop(), invalidated(moved));
            });
        }
    }

    @Test
    void aSlotThatWasIdleTooLong(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 18, STRUCTURE).move();
        try {
            moved.atSource("ALTER SYSTEM SET idle_replication_slot_timeout = '1s'", "SELECT pg_reload_conf()");
            moved.atSource("SELECT pg_sleep(1.2)", "CHECKPOINT");

            assertStops(moved.stops(), invalidated(moved));
        } finally {
            moved.atSource("ALTER SYSTEM RESET idle_replication_slot_timeout", "SELECT pg_reload_conf()");
        }
    }

    private static String invalidated(MovedTask moved) {
        return "Replication slot " + moved.task().slot()
                + " was invalidated by the source (max_slot_wal_keep_size or idle_replication_slot_timeout):"
                + " the changes since the last cut are lost. Raise that setting at the source first. " + START_AGAIN;
    }

    private interface Check {
        void run() throws Exception;
    }

    private static void keepingLittleWal(MovedTask moved, Check check) throws Exception {
        try {
            moved.atSource("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'", "SELECT pg_reload_conf()");
            check.run();
        } finally {
            moved.atSource("ALTER SYSTEM RESET max_slot_wal_keep_size", "SELECT pg_reload_conf()");
        }
    }

    private static void switchWal(MovedTask moved) throws SQLException {
        for (int i = 0; i < 3; i++) {
            moved.atSource("SELECT pg_logical_emit_message(false, 'filler', 'x')", "SELECT pg_switch_wal()");
        }
        moved.atSource("CHECKPOINT");
    }

    private static void assertStops(SyncException fault, String sentence) {
        assertThat(fault).hasMessage(sentence);
        assertThat(fault.kind()).isEqualTo(FaultKind.SLOT);
    }
}
