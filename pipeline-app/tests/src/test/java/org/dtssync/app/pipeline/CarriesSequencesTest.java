package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.dtssync.app.pipeline.RunningPair.execute;
import static org.dtssync.app.pipeline.RunningPair.query;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.state.SwitchReport;
import org.dtssync.app.tasks.MoveReport;
import org.dtssync.app.tasks.PreconditionsReport;
import org.dtssync.app.tasks.RunRequest;
import org.dtssync.app.tasks.SwitchMode;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskCommand;
import org.dtssync.app.tasks.TaskListener;
import org.dtssync.app.tasks.TaskOutcome;
import org.dtssync.app.tasks.VerificationReport;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Numbers are fresh after every switch, and without one. */
@ExtendWith(ServersExtension.class)
class CarriesSequencesTest {

    private static final String STRUCTURE = """
            CREATE SCHEMA ids;
            CREATE SEQUENCE ids.global_id START 100;
            CREATE TABLE public.client (id bigint PRIMARY KEY DEFAULT nextval('ids.global_id'), name text);
            CREATE TABLE public.audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text, n serial);
            CREATE TABLE public.audit_2020 (id int PRIMARY KEY);
            CREATE SEQUENCE public.down INCREMENT -2;
            CREATE SEQUENCE public."Turn ""s" MAXVALUE 100 CYCLE;
            CREATE TABLE public.odd (d bigint PRIMARY KEY DEFAULT nextval('public.down'),
                                     c bigint DEFAULT nextval('public."Turn ""s"'));
            CREATE TABLE public.log (id serial PRIMARY KEY, line text);
            """;

    private static final String INSERTS = """
            INSERT INTO public.client (name) SELECT 'c' || g FROM generate_series(1, 40) g;
            INSERT INTO public.audit (what) SELECT 'a' || g FROM generate_series(1, 40) g;
            INSERT INTO public.odd SELECT FROM generate_series(1, 7);
            INSERT INTO public.log (line) SELECT 'l' || g FROM generate_series(1, 5) g;
            """;

    private static final String NEXT = """
            SELECT (SELECT max(id) FROM public.client), (SELECT max(id) FROM public.audit), (SELECT max(n) FROM public.audit),
                   (SELECT min(d) FROM public.odd), (SELECT max(id) FROM public.log)
            """;

    private DatabaseSettings source;
    private DatabaseSettings destination;
    private RunningPair pair;

    @BeforeEach
    void start(Servers servers) throws Exception {
        source = servers.freshDatabase(14);
        destination = servers.freshDatabase(17);
        execute(source, STRUCTURE + INSERTS);
        pair = RunningPair.start(new TaskFileBuilder(TaskFiles.stopping(servers, source, destination))
                .objects(new ObjectSelection(
                        List.of("public.*"), List.of("public.audit_*"), ObjectSelection.Owners.KEEP))
                .build());
    }

    @AfterEach
    void stop() throws Exception {
        pair.close();
    }

    @Test
    void everySequenceIsSetAtEachSwitchAndOneThatIsWrongIsNamedBeforeAnythingIsClosed() throws Exception {
        followsWithAMargin();
        movesThereAndBack();
        changesTheSource();
        namesWhatIsWrong();
        movesOnceItIsCorrected();
    }

    private void followsWithAMargin() throws SQLException {
        await().atMost(Duration.ofMinutes(1)).until(() -> last(destination, "ids.global_id") == 1139);
        execute(source, INSERTS);

        await().atMost(Duration.ofMinutes(1)).until(() -> last(destination, "ids.global_id") == 1179);
        assertThat(last(destination, "public.audit_id_seq")).isEqualTo(1080);
        assertThat(last(destination, "public.audit_n_seq")).isEqualTo(1080);
        assertThat(last(destination, "public.down")).isEqualTo(-2027);
        assertThat(last(destination, "public.\"Turn \"\"s\"")).isEqualTo(14 + 43);
        assertThat(last(destination, "public.log_id_seq")).isEqualTo(1010);
    }

    private void movesThereAndBack() throws Exception {
        SwitchReport there = moved(pair.perform(new TaskCommand.Switchover(SwitchMode.MOVE, true)));
        assertThat(there.sequences()).isEqualTo(6);
        assertThat(freshAt(destination)).isEqualTo("219 120 120 -41 15");
        assertThat(query(destination, "SELECT nextval('public.\"Turn \"\"s\"')"))
                .isEqualTo("22");
        pair.awaitPhase("reverse");
        await().atMost(Duration.ofMinutes(1)).until(() -> last(source, "ids.global_id") == 1219);
        execute(destination, INSERTS);
        SwitchReport back = moved(pair.perform(new TaskCommand.Rollback(SwitchMode.MOVE, true)));
        assertThat(back.sequences()).isEqualTo(6);
        assertThat(freshAt(source)).isEqualTo("299 200 200 -69 25");
        pair.awaitPhase("incremental");
        mend("SELECT setval('public.log_id_seq', 1, false)");
        assertThat(pair.perform(new TaskCommand.Verify()).result()).isEqualTo(TaskOutcome.Result.DONE);
        assertThat(last(destination, "public.log_id_seq")).isEqualTo(1025);
    }

    private void changesTheSource() throws Exception {
        execute(source, """
                ALTER TABLE public.log ALTER id TYPE bigint; ALTER SEQUENCE public.log_id_seq AS bigint;
                SELECT setval('public.log_id_seq', 3000000000); CREATE SEQUENCE public.late;
                """);
        await().atMost(Duration.ofMinutes(1)).until(() -> !pair.isRunning());
        mend("ALTER TABLE public.log ALTER id TYPE bigint");
        TaskFile task = pair.task();
        RunRequest request = RunRequest.parse("verified", List.of(), List.of("public.log"));
        VerificationReport verified =
                new SyncTask(task).run(request, TaskListener.NONE).orElseThrow();
        assertThat(verified.equal()).isFalse();
        assertThat(verified.text())
                .contains(
                        "sequence public.late: Sequence public.late does not exist at the destination. Run there: SET default_transaction_read_only = off; CREATE SEQUENCE")
                .contains("All 4 tables are equal, but 2 sequences are not right");
        pair = RunningPair.start(task);
    }

    private void namesWhatIsWrong() throws Exception {
        execute(source, "CREATE FUNCTION public.tax() RETURNS int LANGUAGE sql AS 'SELECT 1'");
        mend("CREATE FUNCTION public.tax() RETURNS int LANGUAGE sql AS 'SELECT 2'");
        PreconditionsReport gates = new SyncTask(pair.task()).switchoverPreconditions(false);
        assertThat(gates.met()).isFalse();
        assertThat(gates.text())
                .contains(
                        "FAIL  sequences: Sequence public.log_id_seq differs (destination / source): type integer / bigint, range",
                        "remedy: Run at the destination: SET default_transaction_read_only = off; ALTER SEQUENCE public.log_id_seq AS bigint",
                        "remedy: Run there: SET default_transaction_read_only = off; CREATE SEQUENCE public.late AS bigint",
                        "FAIL  objects: Object function:public.tax() differs at the destination from what the source has.",
                        "CREATE OR REPLACE FUNCTION public.tax()");
        for (SwitchMode mode : List.of(SwitchMode.DRY_RUN, SwitchMode.MOVE)) {
            TaskOutcome refused = pair.perform(new TaskCommand.Switchover(mode, true));
            assertThat(refused.result()).isEqualTo(TaskOutcome.Result.PRECONDITION);
            assertThat(refused.error().orElseThrow())
                    .contains(
                            "public.log_id_seq",
                            "integer / bigint",
                            "CREATE SEQUENCE public.late",
                            "--ignore-structure");
        }
        assertThat(query(
                        source,
                        "SELECT to_regclass('dts_sync.write_fence') IS NULL OR NOT EXISTS (SELECT FROM pg_db_role_setting"
                                + " WHERE setconfig::text LIKE '%default_transaction_read_only=on%' AND setdatabase = (SELECT oid FROM"
                                + " pg_database WHERE datname = current_database()))"))
                .isEqualTo("t");
    }

    private void movesOnceItIsCorrected() throws Exception {
        mend("ALTER SEQUENCE public.log_id_seq AS bigint");
        SwitchReport report = moved(pair.perform(new TaskCommand.Switchover(SwitchMode.MOVE, true, true)));
        assertThat(report.sequences()).isEqualTo(6);
        assertThat(report.next())
                .startsWith("Sequences that do not exist at the destination were not set: public.late.");
        assertThat(query(destination, "INSERT INTO public.log (line) VALUES ('x') RETURNING id"))
                .isEqualTo("3000000001");
    }

    /** Changes the destination, which applications have left, so that it is closed to them. */
    private void mend(String sql) throws SQLException {
        try (Connection connection = pair.spared(destination)) {
            execute(connection, sql);
        }
    }

    private static SwitchReport moved(TaskOutcome outcome) {
        assertThat(outcome.error()).isEmpty();
        SwitchReport report = ((MoveReport) outcome.report().orElseThrow()).report();
        assertThat(report.moved()).isTrue();
        return report;
    }

    private static String freshAt(DatabaseSettings database) throws SQLException {
        execute(database, INSERTS);
        return query(database, "SELECT concat_ws(' ', a, b, c, d, e) FROM (" + NEXT + ") s (a, b, c, d, e)");
    }

    private static long last(DatabaseSettings database, String sequence) throws SQLException {
        return Long.parseLong(query(database, "SELECT last_value FROM " + sequence));
    }
}
