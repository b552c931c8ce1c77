package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dtssync.app.base.BaseListener;
import org.dtssync.app.config.SwitchoverSettings;
import org.dtssync.app.moving.SwitchKind;
import org.dtssync.app.moving.Undrained;
import org.dtssync.app.state.SwitchReport;
import org.dtssync.app.tasks.BaseReport;
import org.dtssync.app.tasks.ChangesRequest;
import org.dtssync.app.tasks.HistoryForm;
import org.dtssync.app.tasks.MoveReport;
import org.dtssync.app.tasks.ProofReport;
import org.dtssync.app.tasks.RunRequest;
import org.dtssync.app.tasks.StateForm;
import org.dtssync.app.tasks.SwitchMode;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskCommand;
import org.dtssync.app.tasks.TaskOutcome;
import org.dtssync.app.tasks.TaskOutcome.Result;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The way back: what it waits for, what it says, and what happens where it cannot come. */
@ExtendWith(ServersExtension.class)
class GoingBackTest {

    private static final String STRUCTURE = """
            CREATE TABLE public.customer (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, balance int);
            INSERT INTO public.customer (balance) SELECT 0 FROM generate_series(1, 100) i;
            CREATE TABLE public.gone (id int PRIMARY KEY);
            """;
    /** Time enough between the transaction that decides a switch and the end of the stream for a heartbeat to come. */
    private static final String HOLD_UP = """
            CREATE SCHEMA halt;
            CREATE FUNCTION halt.wait() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NEW.done_at IS NOT NULL AND NEW.step = 'writes' THEN
                    PERFORM pg_catalog.pg_sleep(4);
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER halt AFTER UPDATE ON dts_sync.switchover_step FOR EACH ROW EXECUTE FUNCTION halt.wait();
            """;

    private static final String INSERT = "INSERT INTO public.customer (balance) VALUES (1)";

    @TempDir
    private Path base;

    private RunningPair pair;

    @BeforeEach
    void start(Servers servers, TestInfo test) throws Exception {
        DatabaseSettings source = servers.freshDatabase(14);
        DatabaseSettings destination = servers.freshDatabase(17);
        RunningPair.execute(source, STRUCTURE);
        // A busy machine takes its time, which must not be taken for a way back that is blocked.
        boolean refuses = test.getDisplayName().startsWith("refuses");
        pair = RunningPair.start(TaskFiles.of(servers, source, destination)
                .withSwitchover(new SwitchoverSettings(
                        List.of(),
                        "",
                        Set.of(),
                        Optional.empty(),
                        refuses ? Duration.ofSeconds(2) : Duration.ofSeconds(30),
                        refuses ? Duration.ofSeconds(3) : Duration.ofSeconds(30),
                        Duration.ofHours(1))));
    }

    @AfterEach
    void stop() throws Exception {
        pair.close();
    }

    @Test
    void refusesWhileSomethingIsMissingAndGoesWithoutItWhenTold() throws Exception {
        moved(pair.perform(new TaskCommand.Switchover(SwitchMode.MOVE, true)));
        pair.awaitPhase("reverse");
        try (Connection blocker = pair.spared(pair.source())) {
            blocker.setAutoCommit(false);
            RunningPair.execute(blocker, "LOCK TABLE public.customer IN ACCESS EXCLUSIVE MODE");
            RunningPair.execute(pair.destination(), INSERT);
            await().until(() -> Undrained.of(pair.task())
                    .orElseThrow()
                    .phrase()
                    .startsWith("changes committed at the destination since 20"));

            TaskOutcome refused = pair.perform(new TaskCommand.Rollback(SwitchMode.MOVE, true));

            assertThat(refused.result()).isEqualTo(Result.PRECONDITION);
            assertThat(refused.error().orElseThrow())
                    .contains("Not at the source: changes committed at the destination since", "rollback --abandon");
            assertThat(pair.phase()).isEqualTo("reverse");
            assertReadOnly(pair.source());

            SwitchReport abandoned = moved(pair.perform(new TaskCommand.Abandon()));

            assertThat(abandoned.next()).contains("Not at the source: changes committed at the destination since");
            assertThat(pair.phase()).isEqualTo("abandoned");
            blocker.rollback();
        }
        pair.awaitEnd();
        assertReadOnly(pair.destination());
        RunningPair.execute(pair.source(), INSERT);
        assertThat(RunningPair.query(
                        pair.source(), "SELECT string_agg(id::text, ' ') FROM public.customer WHERE balance = 1"))
                .as("a fresh value, and not the row that was lost")
                .isEqualTo("102");
        assertThat(RunningPair.query(
                        pair.destination(),
                        "SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"))
                .isEqualTo("0");
    }

    @Test
    void doesNothingWhileTheDestinationIsAwayAndGoesBackOnceItIsThere(Servers servers) throws Exception {
        moved(pair.perform(new TaskCommand.Switchover(SwitchMode.MOVE, true)));
        pair.awaitPhase("reverse");
        assertThatThrownBy(pair::cancel)
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("its applications were already moved");
        RunningPair.execute(pair.destination(), INSERT);
        servers.postgres(17).crash();
        try {
            assertThatThrownBy(() -> Undrained.of(pair.task()))
                    .isInstanceOf(SyncException.class)
                    .hasMessageContainingAll("destination", "Nothing was moved.", "docs/switchover.md");
            assertReadOnly(pair.source());
        } finally {
            servers.postgres(17).start();
        }
        await().atMost(Duration.ofMinutes(1))
                .ignoreExceptions()
                .until(() -> Undrained.of(pair.task()).orElseThrow().since().isEmpty());

        moved(pair.perform(new TaskCommand.Rollback(SwitchMode.MOVE, true)));

        pair.awaitPhase("incremental");
        RunningPair.execute(pair.source(), INSERT);
        // A crash makes a sequence skip some values.
        assertThat(RunningPair.query(
                        pair.source(), "SELECT count(*) || ' from ' || min(id) FROM public.customer WHERE balance = 1"))
                .isEqualTo("2 from 101");
    }

    @Test
    void goesOnThereAndBackWhereHeartbeatsStillComeAfterTheSwitch() throws Exception {
        SyncTask task = new SyncTask(pair.task());
        RunningPair.execute(pair.destination(), HOLD_UP);
        RunningPair.execute(pair.source(), "INSERT INTO public.customer (balance) VALUES (2)");
        BaseReport report = task.states().base(base, Optional.empty(), BaseListener.NONE);
        assertThat(report.whole()).as(report.text()).isTrue();

        moved(pair.perform(new TaskCommand.Switchover(SwitchMode.MOVE, true)));
        pair.awaitPhase("reverse");
        RunningPair.execute(pair.destination(), INSERT);
        moved(pair.perform(new TaskCommand.Rollback(SwitchMode.MOVE, true)));

        pair.awaitPhase("incremental");
        assertHistoryOfTheReverseDirection();
        assertThat(pair.perform(new TaskCommand.Verify()).result()).isEqualTo(Result.DONE);
        assertThat(RunningPair.query(pair.source(), "SELECT count(*) FROM public.customer"))
                .isEqualTo("102");
        assertHistoryOfBothStreams(task);
    }

    /** Those before the switchover and behind the rollback, which are in the same topics. */
    private void assertHistoryOfBothStreams(SyncTask task) throws Exception {
        RunningPair.execute(pair.source(), "INSERT INTO public.customer (balance) VALUES (3)");
        await().atMost(Duration.ofMinutes(1))
                .until(() -> history(task, "balance > 1").lines().count() == 2);

        assertThat(history(task, "balance > 1").lines())
                .satisfiesExactly(
                        before -> assertThat(before).contains("\"key\":{\"id\":\"101\"}"),
                        after -> assertThat(after).contains("\"key\":{\"id\":\"103\"}"));
        ProofReport proof = task.prove(Optional.empty(), Optional.empty(), Optional.empty());
        assertThat(proof.intact()).as(proof.json()).isTrue();
        assertThatThrownBy(() -> task.states()
                        .table(
                                "public.customer",
                                "latest",
                                Optional.of(base),
                                StateForm.CSV,
                                new ByteArrayOutputStream()))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("The stream begins again at ")
                .hasMessageContaining("Name a moment up to ");
    }

    private static String history(SyncTask task, String where) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        task.replayChanges(
                new ChangesRequest(
                        List.of("public.customer"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(where),
                        false),
                HistoryForm.JSON,
                out);
        return out.toString(StandardCharsets.UTF_8);
    }

    private void assertHistoryOfTheReverseDirection() throws Exception {
        SyncTask reversed = new SyncTask(pair.task().reversed());
        assertThat(history(reversed, "balance = 1").lines())
                .singleElement()
                .asString()
                .contains("\"op\":\"insert\",\"key\":{\"id\":\"102\"}");
        assertThat(reversed.prove(Optional.empty(), Optional.empty(), Optional.empty())
                        .intact())
                .isTrue();
    }

    @Test
    void followsASchemaChangeOfTheDestinationOnceTheSourceHasItToo() throws Exception {
        String change = "ALTER TABLE public.customer ADD note text";
        moved(pair.perform(new TaskCommand.Switchover(SwitchMode.MOVE, true)));
        pair.awaitPhase("reverse");
        RunningPair.execute(pair.destination(), change);
        RunningPair.execute(pair.destination(), "INSERT INTO public.customer (balance, note) VALUES (1, 'new')");

        assertThatThrownBy(pair::awaitEnd)
                .hasMessageContaining(
                        "The destination schema changed: table public.customer: column note (text) was added.")
                .hasMessageContaining(
                        "Make the same change at the source and run with --accept-structure public.customer,"
                                + " or with --resnapshot public.customer where existing rows changed."
                                + " The source is read-only since applications left it;");
        assertThatThrownBy(() -> resume(List.of("public.customer"), List.of()).awaitEnd())
                .hasMessageContaining(
                        "Table public.customer has a different shape at the source: column note (text) is missing there.")
                .hasMessageContaining("run with --accept-structure public.customer again.");
        assertThatThrownBy(() -> resume(List.of(), List.of("public.customer")).awaitEnd())
                .hasMessageContaining(
                        "Table public.customer has a different shape at the source: column note (text) is missing there.")
                .hasMessageContaining("run with --resnapshot public.customer again.");
        try (Connection source = pair.spared(pair.source())) {
            RunningPair.execute(source, change);
        }
        resume(List.of("public.customer"), List.of()).awaitPhase("reverse");
        await().atMost(Duration.ofMinutes(1))
                .until(() -> RunningPair.query(pair.source(), "SELECT count(*) FROM public.customer WHERE note = 'new'")
                        .equals("1"));
        newTablesOfTheDestinationFlowBackOnceTheyWereLoaded();
        namesTheFunctionThatFindsNothingAtTheSource();

        moved(pair.perform(new TaskCommand.Rollback(SwitchMode.MOVE, false)));

        pair.awaitPhase("incremental");
        RunningPair.execute(
                pair.source(),
                "UPDATE public.customer SET note = 'back'; UPDATE public.visit SET at = at || ' back'; INSERT INTO public.visit (at) VALUES ('new');"
                        + " DELETE FROM public.line WHERE text = 'l3'");
        assertThat(pair.perform(new TaskCommand.Verify()).result()).isEqualTo(Result.DONE);
        assertThat(TableTexts.differences(pair.source(), pair.destination())).isEmpty();
    }

    /** With a key and without one; and a change that has to be reloaded. */
    private void newTablesOfTheDestinationFlowBackOnceTheyWereLoaded() throws Exception {
        String create = """
                CREATE TABLE public.visit (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, at text UNIQUE, parent int REFERENCES public.customer);
                CREATE TABLE public.line (text text);
                ALTER TABLE public.line REPLICA IDENTITY FULL;
                ALTER TABLE public.customer ADD drawn float8 DEFAULT random();
                DROP TABLE public.gone;
                """;
        RunningPair.execute(pair.destination(), create + """
                INSERT INTO public.visit (at, parent) SELECT 'v' || i, i FROM generate_series(1, 50) i;
                INSERT INTO public.line SELECT 'l' || i FROM generate_series(1, 5) i, generate_series(1, 2);
                """);
        assertThatThrownBy(pair::awaitEnd)
                .hasMessageContaining(
                        "Create table public.visit at the source too and run with --resnapshot public.visit")
                .hasMessageContaining("Make the same change at the source and run with --resnapshot public.customer");
        assertThat(new StructureGates(pair.task(), SwitchKind.ROLLBACK).gates())
                .anyMatch(gate -> gate.sentence()
                        .contains("Rows would stay at the destination: only there is public.line, public.visit."));
        try (Connection source = pair.spared(pair.source())) {
            RunningPair.execute(source, create);
        }
        // Written before the table is published, and between that and its load.
        RunningPair.execute(pair.destination(), "UPDATE public.visit SET at = at || '!' WHERE id <= 10");
        RunningPair.execute(pair.destination(), "CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.own AS SELECT 1 AS x");

        resume(List.of("public.gone"), List.of("public.visit", "public.line", "public.customer"))
                .awaitPhase("reverse");

        RunningPair.execute(pair.destination(), """
                DELETE FROM public.visit WHERE id = 20; UPDATE public.visit SET at = 'later' WHERE id = 21;
                INSERT INTO public.visit (at) VALUES ('added'); INSERT INTO public.line VALUES ('l6');
                DELETE FROM public.line WHERE text = 'l2'; UPDATE public.customer SET drawn = drawn / 2 WHERE id < 50;
                """);
        assertThat(pair.perform(new TaskCommand.Verify()).result()).isEqualTo(Result.DONE);
        assertThat(TableTexts.differences(pair.source(), pair.destination())).isEmpty();
        assertThat(new StructureGates(pair.task(), SwitchKind.ROLLBACK).gates())
                .anyMatch(gate -> gate.sentence().contains("Rows stay at the destination: only there is elsewhere.own"))
                .noneMatch(gate -> gate.sentence().contains("Rows would stay"));
    }

    /** An index of the source calls it, for rows that flow back as for those of applications. */
    private void namesTheFunctionThatFindsNothingAtTheSource() throws Exception {
        try (Connection source = pair.spared(pair.source())) {
            RunningPair.execute(source, """
                    SET search_path = public;
                    CREATE FUNCTION public.inner_f(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i + 1';
                    CREATE FUNCTION public.outer_f(i int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN inner_f(i); END';
                    CREATE INDEX odd ON public.customer (public.outer_f(balance));
                    """);
            RunningPair.execute(
                    pair.destination(),
                    "UPDATE public.customer SET balance = 7 WHERE id < 5; INSERT INTO public.line VALUES ('l7')");
            assertThatThrownBy(pair::awaitEnd)
                    .hasMessageContaining("public.customer")
                    .hasMessageContaining(
                            "could not be written to the source: ERROR: function inner_f(integer) does not exist."
                                    + " Function public.outer_f(integer), which a column, index or check uses, needs a search path of its own:"
                                    + " ALTER FUNCTION public.outer_f(integer) SET search_path = ");
            RunningPair.execute(source, "ALTER FUNCTION public.outer_f(int) SET search_path = public, pg_temp");
        }
        resume(List.of(), List.of()).awaitPhase("reverse");
    }

    private RunningPair resume(List<String> accept, List<String> reload) {
        pair = RunningPair.begin(pair.task(), RunRequest.parse(null, accept, reload));
        return pair;
    }

    @Test
    void usesAnEarlierComparisonWhileItIsFreshAndOfTheSameStream() throws Exception {
        assertThat(verification("switchover").verification()).isEqualTo("equal");
        SwitchReport reused = verification("switchover");
        assertThat(reused.verification()).isEqualTo("reused");
        assertThat(new MoveReport(reused).text()).containsPattern("verification +equal, verified at 20[0-9]{2}-.*Z");

        RunningPair.execute(
                pair.destination(), "UPDATE dts_sync.verification SET began_at = began_at - interval '61 minutes'");
        assertThat(verification("switchover").verification()).isEqualTo("equal");

        moved(pair.perform(new TaskCommand.Switchover(SwitchMode.MOVE, false)));
        pair.awaitPhase("reverse");
        assertThat(verification("rollback").verification()).isEqualTo("equal");
        assertThat(verification("rollback").verification()).isEqualTo("reused");
        moved(pair.perform(new TaskCommand.Rollback(SwitchMode.MOVE, true)));
        pair.awaitPhase("incremental");
        assertThat(verification("switchover").verification())
                .as("the stream is another one than before")
                .isEqualTo("equal");
    }

    private SwitchReport verification(String command) throws InterruptedException {
        return report(pair.perform(
                command.equals("switchover")
                        ? new TaskCommand.Switchover(SwitchMode.DRY_RUN, false)
                        : new TaskCommand.Rollback(SwitchMode.DRY_RUN, false)));
    }

    private static SwitchReport report(TaskOutcome result) {
        assertThat(result.error()).isEmpty();
        return ((TaskOutcome.Switched) result).move().report();
    }

    private static SwitchReport moved(TaskOutcome result) {
        SwitchReport report = report(result);
        assertThat(report.moved()).isTrue();
        return report;
    }

    private static void assertReadOnly(DatabaseSettings database) {
        assertThatThrownBy(() -> RunningPair.execute(database, "CREATE TABLE public.refused ()"))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
    }
}
