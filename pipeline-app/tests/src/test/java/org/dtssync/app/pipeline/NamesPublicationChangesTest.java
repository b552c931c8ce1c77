package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What somebody does to the task's publication leaves changes out of the stream without a trace there: it stops the task. */
@ExtendWith(ServersExtension.class)
class NamesPublicationChangesTest {

    private static final String[] STRUCTURE = {
        "CREATE TABLE public.item (id int PRIMARY KEY, v text)",
        "INSERT INTO public.item SELECT i, 'v' FROM generate_series(1, 20) i",
        "CREATE SCHEMA side",
        "CREATE TABLE side.other (id int PRIMARY KEY)"
    };

    private static final String START_AGAIN =
            "Run dts-sync release --topics, empty the destination and start the task again.";

    private static final String LOST = ", and changes of it may be missing from the stream. Run with --resnapshot"
            + " public.item, which publishes the table as it was and loads it again.";

    @Test
    void tablesThatAreNotPublishedAsTheyWere(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();
        String publication = moved.task().publication();

        stopsAndLoadsAgain(
                moved,
                "Table public.item was taken out of publication " + publication + LOST,
                "ALTER PUBLICATION " + publication + " DROP TABLE public.item",
                "UPDATE public.item SET v = 'a' WHERE id < 5");
        stopsAndLoadsAgain(
                moved,
                "Table public.item was taken out of publication " + publication + " and added again" + LOST,
                "ALTER PUBLICATION " + publication + " DROP TABLE public.item",
                "UPDATE public.item SET v = 'b' WHERE id < 5",
                "ALTER PUBLICATION " + publication + " ADD TABLE public.item");
        stopsAndLoadsAgain(
                moved,
                "Table public.item has a row filter in publication " + publication + LOST,
                "ALTER PUBLICATION " + publication + " SET TABLE dts_sync.heartbeat, public.item WHERE (id > 10)",
                "UPDATE public.item SET v = 'c' WHERE id IN (1, 20)");
        stopsAndLoadsAgain(
                moved,
                "Table public.item has a column list in publication " + publication + LOST,
                "ALTER PUBLICATION " + publication + " SET TABLE dts_sync.heartbeat, public.item (id)",
                "UPDATE public.item SET v = 'd' WHERE id IN (1, 20)");
        moved.release();
    }

    @Test
    void aTableThatWasAdded(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 14, STRUCTURE).move();
        String publication = moved.task().publication();

        moved.atSource("ALTER PUBLICATION " + publication + " ADD TABLE side.other");

        assertStops(
                moved.stops(),
                "Table side.other was added to publication " + publication + " and does not belong to the task."
                        + " Run at the source: ALTER PUBLICATION \"" + publication
                        + "\" DROP TABLE \"side\".\"other\";");
        moved.atSource("ALTER PUBLICATION " + publication + " DROP TABLE side.other");
        moved.atSource("UPDATE public.item SET v = 'b' WHERE id = 1");
        moved.move();
        assertThat(moved.valueAtDestination("SELECT v FROM public.item WHERE id = 1"))
                .isEqualTo("b");
    }

    @Test
    void aPublicationThatPublishesOtherThings(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();
        String publication = moved.task().publication();
        String all = "publish = 'insert, update, delete, truncate', publish_via_partition_root = true";

        moved.atSource("ALTER PUBLICATION " + publication + " SET (publish = 'insert, update')");
        assertStops(
                moved.stops(),
                "Publication " + publication + " was altered (it has publish = 'insert, update',"
                        + " publish_via_partition_root = true instead of " + all
                        + "), and changes may be missing from the stream. " + START_AGAIN);

        moved.atSource("ALTER PUBLICATION " + publication + " SET (publish = 'insert, update, delete, truncate')");
        assertStops(
                moved.stops(),
                "Publication " + publication + " was altered for a while, and changes may be missing from the stream. "
                        + START_AGAIN);

        moved.atSource("ALTER PUBLICATION " + publication + " SET (publish_via_partition_root = false)");
        assertStops(
                moved.stops(),
                "Publication " + publication + " was altered (it has publish = 'insert, update, delete, truncate',"
                        + " publish_via_partition_root = false instead of " + all
                        + "), and changes may be missing from the stream. " + START_AGAIN);

        moved.atSource("DROP PUBLICATION " + publication);
        assertStops(moved.stops(), gone(publication));

        moved.atSource("CREATE PUBLICATION " + publication
                + " FOR TABLE public.item, dts_sync.heartbeat WITH (publish_via_partition_root = true)");
        assertStops(
                moved.stops(),
                "Publication " + publication
                        + " was dropped and made again, and changes may be missing from the stream. " + START_AGAIN);
    }

    @Test
    void aPublicationThatIsDroppedWhileTheTaskRuns(Servers servers) throws Exception {
        for (int major : new int[] {14, 18}) {
            MovedTask moved = MovedTask.of(servers, major, STRUCTURE).move();
            try (LiveRun run = moved.streaming()) {
                moved.atSource("DROP PUBLICATION " + moved.task().publication());

                assertStops(run.awaitStop(), gone(moved.task().publication()));
            }
        }
    }

    @Test
    void aTableThatIsTakenOutWhileTheTaskRuns(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 18, STRUCTURE).move();
        String publication = moved.task().publication();
        try (LiveRun run = moved.streaming()) {
            moved.atSource(
                    "ALTER PUBLICATION " + publication + " DROP TABLE public.item",
                    "UPDATE public.item SET v = 'lost'",
                    "ALTER PUBLICATION " + publication + " ADD TABLE public.item");

            assertStops(
                    run.awaitStop(),
                    "Table public.item was taken out of publication " + publication + " and added again" + LOST);
        }
    }

    private static String gone(String publication) {
        return "Publication " + publication
                + " no longer exists at the source, and changes may be missing from the stream. " + START_AGAIN;
    }

    private static void stopsAndLoadsAgain(MovedTask moved, String sentence, String... atSource) throws Exception {
        moved.atSource(atSource);

        assertStops(moved.stops(), sentence);
        RunOptions remedy = new RunOptions(RunGoal.VERIFIED, List.of(), List.of(new TableName("public", "item")));
        assertThat(new Pipeline(moved.task(), PipelineListener.NONE)
                        .run(remedy)
                        .orElseThrow()
                        .equal())
                .as(sentence)
                .isTrue();
    }

    private static void assertStops(SyncException fault, String sentence) {
        assertThat(fault).hasMessage(sentence);
        assertThat(fault.kind()).isEqualTo(FaultKind.PUBLICATION);
    }
}
