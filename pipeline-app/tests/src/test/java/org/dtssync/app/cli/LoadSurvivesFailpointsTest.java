package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.dtssync.app.cli.FailpointTask.Strike;
import org.dtssync.app.testing.BusyDatabase;
import org.dtssync.app.testing.PooledShop;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskText;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A task dies at each place where a crash or an unexpected error leaves something half done, from its first act to the comparison, while an application
 * writes; each start resumes from what the one before has left, and both ends are equal in the end.
 */
@ExtendWith(ServersExtension.class)
class LoadSurvivesFailpointsTest {

    /** In the order in which a task comes by. */
    static final List<Strike> LOAD = Stream.of(
                    run(Failpoint.LEASE_RAISED, 1),
                    run(Failpoint.PREPARE_TABLES_RECORDED, 1),
                    run(Failpoint.PREPARE_PUBLICATION_MADE, 1),
                    run(Failpoint.PREPARE_SLOT_MADE, 1),
                    run(Failpoint.PREPARE_CUT_WRITTEN, 1),
                    run(Failpoint.PREPARE_POSITION_WRITTEN, 1),
                    run(Failpoint.SCHEMA_LIST_SAVED, 1),
                    run(Failpoint.SCHEMA_OBJECT_MADE, 3),
                    run(Failpoint.SCHEMA_OBJECT_RECORDED, 3),
                    run(Failpoint.SNAPSHOT_TABLES_EMPTIED, 1),
                    run(Failpoint.SNAPSHOT_PLANNED, 1),
                    run(Failpoint.SNAPSHOT_CHUNK_DIVIDED, 2),
                    run(Failpoint.SNAPSHOT_ROWS_IN_TOPIC, 2),
                    run(Failpoint.SNAPSHOT_CHUNK_COPIED, 2),
                    run(Failpoint.SNAPSHOT_CHUNK_MARKED, 2),
                    run(Failpoint.SNAPSHOT_CHUNK_COMMITTED, 2),
                    run(Failpoint.SNAPSHOT_COPIED, 1),
                    run(Failpoint.APPLY_ROWS_WRITTEN, 1),
                    run(Failpoint.CATCH_UP_CONVERGED, 1),
                    run(Failpoint.FINALIZE_OBJECTS_MADE, 1),
                    run(Failpoint.FINALIZE_DONE, 1))
            .toList();

    /** Each start comes by all of these. */
    static final List<Strike> STREAM = Stream.of(
                    run(Failpoint.CAPTURE_OTHERS_FENCED, 1),
                    run(Failpoint.CAPTURE_SLOT_ADVANCED, 1),
                    run(Failpoint.CAPTURE_TOPICS_MADE, 1),
                    run(Failpoint.CAPTURE_RECORDS_SENT, 2),
                    run(Failpoint.CAPTURE_CUT_SENT, 2),
                    run(Failpoint.CAPTURE_CUT_COMMITTED, 2),
                    run(Failpoint.CAPTURE_CUT_CONFIRMED, 2),
                    run(Failpoint.APPLY_POSITION_ADVANCED, 1),
                    run(Failpoint.APPLY_ROWS_WRITTEN, 1),
                    run(Failpoint.APPLY_COMMITTED, 1),
                    run(Failpoint.VERIFY_SLICE_COMPARED, 1),
                    run(Failpoint.VERIFY_SLICE_RECORDED, 1))
            .toList();

    /** With a transaction that is too large for one Kafka transaction and for one write. */
    static final List<Strike> LARGE =
            List.of(run(Failpoint.CAPTURE_PIECE_COMMITTED, 1), run(Failpoint.APPLY_PIECE_WRITTEN, 1));

    /** With a table that is loaded again. */
    static final List<Strike> RELOAD = Stream.of(
                    reload(Failpoint.SNAPSHOT_TABLE_PUBLISHED),
                    reload(Failpoint.SNAPSHOT_TABLE_RESET),
                    reload(Failpoint.SNAPSHOT_CHUNK_COMMITTED))
            .toList();

    /** In the main thread, one that copies and the applier's; capture is started again after any error. */
    private static final List<Strike> ERRORS = Stream.of(
                    reload(Failpoint.SNAPSHOT_TABLE_RESET),
                    run(Failpoint.SNAPSHOT_CHUNK_COPIED, 1),
                    run(Failpoint.APPLY_ROWS_WRITTEN, 1))
            .toList();

    private static final String LARGE_TRANSACTION =
            "INSERT INTO public.\"odd \"\"Name\" SELECT i, 'large' FROM generate_series(1000, 31000) i";

    @TempDir
    Path directory;

    private static Strike run(Failpoint point, int pass) {
        return Strike.of(point, pass, "run", "--until", "verified");
    }

    private static Strike reload(Failpoint point) {
        return Strike.of(point, 1, "run", "--until", "verified", "--resnapshot", "public.line");
    }

    @Test
    void resumesAfterEachCrash(Servers servers) throws Exception {
        BusyDatabase source = new BusyDatabase(servers.freshDatabase(14)).create();
        BusyDatabase destination = new BusyDatabase(servers.freshDatabase(17));
        TaskText text = TaskText.of(servers, source.settings(), destination.settings());
        FailpointTask task = FailpointTask.create(
                directory,
                text.withDestination(text.destination().replace(" }", ", existing: empty }"))
                        + "topics: { snapshot: read }\nsnapshot: { chunk.rows: 500 }\nverify: { rows.per.second: 20000 }\n");

        try (BusyDatabase.Application application = source.startApplication()) {
            strikeAll(task, LOAD);
            strikeAll(task, STREAM);
            PooledShop.execute(source.settings(), LARGE_TRANSACTION);
            strikeAll(task, LARGE);
            strikeAll(task, RELOAD);
            for (Strike strike : ERRORS) {
                task.fail(strike);
            }
            assertThat(application.stop()).isPositive();
        }
        task.succeed("run", "--until", "verified");

        assertThat(destination.rows()).isEqualTo(source.rows());
        for (TableName table : BusyDatabase.TABLES) {
            if (!table.table().equals("log")) {
                UpsertedRows.requireSame(servers, text.name(), source.settings(), table);
            }
        }
        task.succeed("release", "--topics");
    }

    private static void strikeAll(FailpointTask task, List<Strike> strikes) throws Exception {
        for (Strike strike : strikes) {
            task.strike(strike);
        }
    }
}
