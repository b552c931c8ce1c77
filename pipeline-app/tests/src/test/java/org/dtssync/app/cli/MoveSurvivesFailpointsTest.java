package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.dtssync.app.cli.FailpointTask.Strike;
import org.dtssync.app.testing.PooledShop;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskText;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A task dies at each place of a switchover, a rollback, a completion and a release where a crash leaves something half done. What
 * it dies of before the point of no return is undone, what it dies of afterwards is finished, and no row is lost.
 */
@ExtendWith(ServersExtension.class)
class MoveSurvivesFailpointsTest {

    /** Before the point of no return. The steps of a switch: gates, stream-back, pause, fence, drain, sequences, confirm, open. */
    static final List<Strike> SWITCHOVER = Stream.of(
                    switchover(Failpoint.COMMAND_TAKEN, 1),
                    switchover(Failpoint.SWITCH_PHASE_ENTERED, 1),
                    switchover(Failpoint.SWITCH_STEP_BEGUN, 2),
                    switchover(Failpoint.SWITCH_STEP_CARRIED_OUT, 2),
                    switchover(Failpoint.SWITCH_STEP_CARRIED_OUT, 3),
                    switchover(Failpoint.SWITCH_READ_ONLY, 1),
                    switchover(Failpoint.SWITCH_STEP_CARRIED_OUT, 4),
                    switchover(Failpoint.SWITCH_STEP_CARRIED_OUT, 5),
                    switchover(Failpoint.SWITCH_STEP_CARRIED_OUT, 6),
                    switchover(Failpoint.SWITCH_STEP_CARRIED_OUT, 7),
                    switchover(Failpoint.SWITCH_OPENING, 1))
            .toList();

    /** What the start after one of these does. */
    static final List<Strike> UNDO = Stream.of(
                    run(Failpoint.SWITCH_UNDO_WRITABLE, 1),
                    run(Failpoint.STREAM_END_SLOT_DROPPED, 1),
                    run(Failpoint.STREAM_END_PUBLICATION_DROPPED, 1),
                    run(Failpoint.SWITCH_UNDONE, 1))
            .toList();

    /** Behind the point of no return: writes, endpoint, end-of-stream, materialized-views. Each start finishes some of it. */
    static final List<Strike> FINISH = Stream.of(
                    switchover(Failpoint.SWITCH_STEP_CARRIED_OUT, 8),
                    run(Failpoint.SWITCH_STEP_BEGUN, 1),
                    run(Failpoint.SWITCH_STEP_CARRIED_OUT, 1),
                    run(Failpoint.SWITCH_STEP_CARRIED_OUT, 2),
                    run(Failpoint.STREAM_END_SLOT_DROPPED, 1),
                    run(Failpoint.STREAM_END_PUBLICATION_DROPPED, 1),
                    run(Failpoint.SWITCH_STEP_CARRIED_OUT, 2),
                    // The same command once more reports that all is done.
                    switchover(Failpoint.COMMAND_DONE, 1))
            .toList();

    /** With a table that applications created after the switchover. */
    static final List<Strike> RELOAD = Stream.of(
                    reload(Failpoint.SNAPSHOT_TABLE_PUBLISHED), reload(Failpoint.SNAPSHOT_TABLE_LOADED))
            .toList();

    static final List<Strike> ROLLBACK = Stream.of(
                    rollback(Failpoint.SWITCH_STEP_CARRIED_OUT, 2),
                    rollback(Failpoint.SWITCH_READ_ONLY, 1),
                    rollback(Failpoint.SWITCH_OPENING, 1),
                    run(Failpoint.SWITCH_UNDO_WRITABLE, 1))
            .toList();

    static final List<Strike> ROLLBACK_FINISH = Stream.of(
                    rollback(Failpoint.SWITCH_STEP_CARRIED_OUT, 8),
                    run(Failpoint.SWITCH_STEP_CARRIED_OUT, 1),
                    run(Failpoint.STREAM_END_SLOT_DROPPED, 1))
            .toList();

    static final List<Strike> ABANDON = List.of(
            Strike.of(Failpoint.ABANDON_OPENED, 1, "rollback", "--abandon"),
            run(Failpoint.STREAM_END_PUBLICATION_DROPPED, 1));

    /** The other direction is released first, so the second pass is the task itself. */
    static final List<Strike> RELEASE = Stream.of(
                    release(Failpoint.RELEASE_WRITABLE, 1),
                    release(Failpoint.RELEASE_STATE_DELETED, 1),
                    release(Failpoint.RELEASE_SLOT_DROPPED, 1),
                    release(Failpoint.RELEASE_SOURCE_RELEASED, 1),
                    release(Failpoint.RELEASE_TOPICS_DELETED, 1),
                    release(Failpoint.RELEASE_STATE_DELETED, 1))
            .toList();

    static final List<Strike> COMPLETE = Stream.of(
                    Strike.of(Failpoint.COMPLETE_BEGUN, 1, "complete"),
                    Strike.of(Failpoint.COMPLETE_PHASE_ENTERED, 1, "complete"),
                    run(Failpoint.STREAM_END_SLOT_DROPPED, 1))
            .toList();

    private static final String INSERT = "INSERT INTO public.note (words) VALUES ('%s') RETURNING id";

    private static final String ROWS =
            "SELECT count(*) || ' ' || string_agg(n::text, ',' ORDER BY id) FROM public.note n";

    @TempDir
    Path directory;

    private DatabaseSettings source;
    private DatabaseSettings destination;
    private FailpointTask task;
    private int written;

    private static Strike switchover(Failpoint point, int pass) {
        return Strike.of(point, pass, "switchover", "--skip-verify");
    }

    private static Strike rollback(Failpoint point, int pass) {
        return Strike.of(point, pass, "rollback", "--skip-verify");
    }

    private static Strike reload(Failpoint point) {
        return Strike.of(point, 1, "run", "--until", "caught-up", "--resnapshot", "public.extra");
    }

    private static Strike release(Failpoint point, int pass) {
        return Strike.of(point, pass, "release", "--topics");
    }

    private static Strike run(Failpoint point, int pass) {
        return Strike.of(point, pass, "run", "--until", "caught-up");
    }

    @BeforeEach
    void load(Servers servers) throws Exception {
        source = servers.freshDatabase(14);
        destination = servers.freshDatabase(17);
        PooledShop.execute(source, """
                CREATE TABLE public.note (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, words text);
                CREATE MATERIALIZED VIEW public.notes AS SELECT count(*) FROM public.note;
                INSERT INTO public.note (words) SELECT 'n' || i FROM generate_series(1, 100) i;
                """);
        task = FailpointTask.create(
                directory,
                // How long it takes is none of this test's business.
                TaskText.of(servers, source, destination) + "switchover: { max.lag: 5m, drain.timeout: 5m }\n");
        task.succeed("run", "--until", "caught-up");
    }

    @Test
    void undoesAndFinishesSwitchesAndRollbacksAndARelease() throws Exception {
        strikeAll(SWITCHOVER, source);
        strikeAll(UNDO, source);
        task.succeed("run", "--until", "verified");
        write(source, "writable again");

        strikeAll(FINISH, destination);
        task.succeed("run", "--until", "verified");
        assertReadOnly(source);
        write(destination, "moved");
        String create = "CREATE TABLE public.extra (id int PRIMARY KEY, words text)";
        PooledShop.execute(destination, create + "; INSERT INTO public.extra VALUES (1, 'one'), (2, 'two')");
        PooledShop.execute(source, "BEGIN; SET TRANSACTION READ WRITE; " + create + "; COMMIT");
        strikeAll(RELOAD, destination);
        task.succeed("run", "--until", "verified", "--resnapshot", "public.extra");
        PooledShop.execute(destination, "UPDATE public.extra SET words = 'changed' WHERE id = 2");
        strikeAll(ROLLBACK, destination);
        strikeAll(ROLLBACK_FINISH, source);
        task.succeed("run", "--until", "verified");
        assertReadOnly(destination);
        assertThat(rows(destination)).isEqualTo(rows(source));

        String extra = "SELECT string_agg(words, ',' ORDER BY id) FROM public.extra";
        assertThat(PooledShop.query(source, extra)).isEqualTo("one,changed");
        assertThat(PooledShop.query(destination, extra)).isEqualTo("one,changed");
        write(source, "moved back");
        task.succeed("switchover");
        strikeAll(ABANDON, source);
        task.succeed("run", "--until", "caught-up");
        assertThat(rows(destination)).isEqualTo(rows(source));

        for (Strike strike : RELEASE) {
            task.strike(strike);
        }
        task.succeed("release", "--topics");
        assertNothingIsLeft(source);
        assertNothingIsLeft(destination);
    }

    @Test
    void finishesACompletion() throws Exception {
        write(source, "before");
        task.succeed("switchover");
        write(destination, "after");
        for (Strike strike : COMPLETE) {
            task.strike(strike);
        }
        task.succeed("run", "--until", "caught-up");

        assertThat(rows(source)).isEqualTo(rows(destination));
        assertReadOnly(source);
        assertThat(PooledShop.query(
                        destination, "SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"))
                .isEqualTo("0");
        task.succeed("release", "--topics");
    }

    /** Whatever has happened, a row that is committed where applications are must not be lost, be it locked for others. */
    private void strikeAll(List<Strike> strikes, DatabaseSettings used) throws Exception {
        for (Strike strike : strikes) {
            task.strike(strike);
            if (strikes != FINISH && strikes != ROLLBACK_FINISH && strikes != ABANDON) {
                PooledShop.execute(used, INSERT.formatted("strike " + written++));
            }
        }
    }

    /** As an application does. */
    private static void write(DatabaseSettings database, String words) throws SQLException {
        PooledShop.query(database, INSERT.formatted(words));
    }

    private static @Nullable String rows(DatabaseSettings database) throws SQLException {
        return PooledShop.query(database, ROWS);
    }

    private static void assertReadOnly(DatabaseSettings database) {
        assertThatThrownBy(() -> write(database, "refused")).hasMessageContaining("read-only transaction");
    }

    private static void assertNothingIsLeft(DatabaseSettings database) throws SQLException {
        assertThat(PooledShop.query(database, """
                SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = 'dts_sync')
                     + (SELECT count(*) FROM pg_publication)
                     + (SELECT count(*) FROM pg_replication_slots WHERE database = current_database())
                """)).isEqualTo("0");
    }
}
