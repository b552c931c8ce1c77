package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A partition that is emptied by itself, which PostgreSQL does not send, is noticed; maintenance that looks alike is not. */
@ExtendWith(ServersExtension.class)
class ReplacedPartitionsTest {

    private static final String RECORDED =
            "SELECT md5(structure) FROM dts_sync.table_progress WHERE table_name = 'part'";
    private static final TableName PART = new TableName("public", "part");

    @Test
    void aPartitionThatIsEmptiedByItselfStopsTheTaskUntilBothEndsAreEqualAgain(Servers servers) throws Exception {
        ShapeScene scene = new ShapeScene(servers);
        scene.start();
        try {
            SyncException stopped = scene.stoppedBy(
                    true,
                    "INSERT INTO public.part VALUES (200, 1, 'w')",
                    "TRUNCATE public.part_2",
                    "INSERT INTO public.part VALUES (201, 2, 'w'), (202, 1, 'w')");

            assertThat(stopped.kind()).isEqualTo(FaultKind.DIFFERENCE);
            assertThat(stopped.getMessage())
                    .startsWith(
                            "Rows of table public.part were removed or added without being sent: public.part_2 (50 rows at the"
                                    + " destination only, 0 missing there, 0 different).")
                    .contains("or run with --resnapshot public.part.");
            scene.destination("DELETE FROM public.part_2 WHERE id < 200");
            assertThat(scene.run(RunOptions.to(RunGoal.VERIFIED))).isTrue();

            scene.source("TRUNCATE public.part_1; ALTER TABLE public.part ADD n int");
            scene.destination("ALTER TABLE public.part ADD n int");
            scene.reach(new RunOptions(RunGoal.CAUGHT_UP, List.of(PART), List.of()));
            assertThat(scene.stops().getMessage())
                    .as("accepting a change does not accept what was not compared")
                    .contains("public.part_1 (52 rows at the destination only");
            assertThat(scene.run(new RunOptions(RunGoal.VERIFIED, List.of(), List.of(PART))))
                    .isTrue();
            assertThat(scene.atDestination("SELECT count(*) FROM public.part")).isEqualTo("1");
        } finally {
            scene.release();
        }
    }

    @Test
    void maintenanceAndWhatIsSentAreCarriedOnWith(Servers servers) throws Exception {
        ShapeScene scene = new ShapeScene(servers);
        scene.source("CREATE TABLE public.part_9 PARTITION OF public.part FOR VALUES IN (9)");
        scene.start();
        try {
            for (String change : List.of(
                    "VACUUM FULL public.part",
                    "CLUSTER public.part_1 USING part_1_pkey",
                    "BEGIN; TRUNCATE public.part; INSERT INTO public.part VALUES (300, 1, 'w'), (301, 2, 'w'); COMMIT")) {
                String recorded = scene.atDestination(RECORDED);

                // The new files are recorded once the partitions were found equal.
                scene.followsUntil(change, "SELECT (" + RECORDED + ") <> " + Identifiers.literal(recorded));
            }
            assertThat(scene.run(RunOptions.to(RunGoal.VERIFIED))).isTrue();
        } finally {
            scene.release();
        }
    }
}
