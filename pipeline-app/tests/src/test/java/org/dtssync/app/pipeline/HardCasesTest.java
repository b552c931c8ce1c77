package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.tasks.RunRequest;
import org.dtssync.app.tasks.SwitchMode;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskCommand;
import org.dtssync.app.tasks.TaskListener;
import org.dtssync.app.tasks.TaskOutcome;
import org.dtssync.app.tasks.VerificationReport;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What is easily lost on the way, in one task there and back: functions that need a search path, time limits that the databases set, keys
 * without overlaps or of types whose operators are ambiguous, a domain whose check waits for the switchover, and names that look as if somebody had quoted them.
 */
@ExtendWith(ServersExtension.class)
class HardCasesTest {

    private static final String STRUCTURE = """
            CREATE EXTENSION btree_gist;
            CREATE FUNCTION public.strip(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(t)';
            CREATE FUNCTION public.slug(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN strip(t); END';
            CREATE TABLE public.article (id int PRIMARY KEY, title text, slug text GENERATED ALWAYS AS (public.slug(title)) STORED);
            INSERT INTO public.article SELECT i, 'Title ' || i FROM generate_series(1, 500) i;

            CREATE TABLE public.lease (room int, valid daterange, tenant text, PRIMARY KEY (room, valid WITHOUT OVERLAPS));
            INSERT INTO public.lease SELECT i % 100, daterange(date '2020-01-01' + i, date '2020-01-02' + i), 'tenant ' || i
            FROM generate_series(0, 1999) i;

            CREATE TABLE public.odd (id int PRIMARY KEY, \"""hel""lo""\" text, "a.b" int, " x " int);
            CREATE TABLE public.odd_keys ("'" int, \"""\" text, " " text, "." text, "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüä" text,
                PRIMARY KEY ("'", \"""\", " ", ".", "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüä"));
            CREATE TABLE public.\"""\" (\"""\""" text PRIMARY KEY, "'" text);
            INSERT INTO public.odd SELECT i, 'v' || i, i, -i FROM generate_series(1, 20) i;
            INSERT INTO public.odd_keys SELECT i, 'a' || i, 'b', '', 'ü' FROM generate_series(1, 20) i;
            INSERT INTO public.\"""\" SELECT 'k' || i, 'v' FROM generate_series(1, 20) i;

            CREATE DOMAIN public.future AS date CONSTRAINT not_long_ago CHECK (value >= current_date - 10);
            CREATE TABLE public.plan (id int PRIMARY KEY, day public.future);
            INSERT INTO public.plan SELECT i, current_date + i FROM generate_series(1, 20) i;

            CREATE TYPE public.mood AS ENUM ('sad', 'ok', 'happy');
            CREATE FUNCTION public.rank(public.mood) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT length($1::text)';
            CREATE CAST (public.mood AS text) WITH INOUT AS IMPLICIT;
            CREATE CAST (public.mood AS int) WITH FUNCTION public.rank(public.mood) AS IMPLICIT;
            CREATE DOMAIN public.today AS public.mood;
            CREATE TYPE public.place AS (x int, y text);
            CREATE CAST (public.place AS text) WITH INOUT AS IMPLICIT;
            CREATE TABLE public.felt (m public.mood, d public.today, p public.place, id int, v text, PRIMARY KEY (m, d, p, id));
            INSERT INTO public.felt SELECT m, d, ROW(i, 'p')::public.place, i, 'v' || i
            FROM unnest(enum_range(NULL::public.mood)) m, unnest(enum_range(NULL::public.mood)) d, generate_series(1, 20) i;
            CREATE TABLE public.felt_once (m public.mood PRIMARY KEY, n int);
            INSERT INTO public.felt_once VALUES ('sad', 1), ('ok', 2), ('happy', 3);

            CREATE TABLE public.wide (id bigint PRIMARY KEY, filler text);
            INSERT INTO public.wide SELECT i, repeat(md5(i::text), 12) FROM generate_series(1, 40000) i;
            CREATE VIEW public.circle_a AS SELECT 1 AS x;
            CREATE VIEW public.circle_b AS SELECT x FROM public.circle_a;
            CREATE OR REPLACE VIEW public.circle_a AS SELECT x FROM public.circle_b;
            CREATE MATERIALIZED VIEW public.slugs AS SELECT slug FROM public.article;
            CREATE MATERIALIZED VIEW public.all_slugs AS SELECT count(*) AS n FROM public.slugs;
            """;

    private static final String CHANGES = """
            UPDATE public.article SET title = 'New %1$s ' || id WHERE id <= 50; INSERT INTO public.article VALUES (1000 + %1$s, 'Late');
            UPDATE public.lease SET tenant = 'next %1$s' WHERE room < 20;
            UPDATE public.lease SET valid = daterange(lower(valid) + 5000 * %1$s, upper(valid) + 5000 * %1$s) WHERE room = 30;
            DELETE FROM public.lease WHERE room = 40 + %1$s;
            UPDATE public.odd SET \"""hel""lo""\" = 'changed %1$s', "a.b" = NULL WHERE id <= 5; DELETE FROM public.odd WHERE id = 10 + %1$s;
            UPDATE public.odd_keys SET "'" = "'" + 1000, "." = 'dot' WHERE "'" BETWEEN %1$s * 5 AND %1$s * 5 + 2;
            DELETE FROM public.odd_keys WHERE "'" = 20 - %1$s; INSERT INTO public.odd_keys VALUES (500 + %1$s, '''', ' ', '.', 'ä');
            UPDATE public.\"""\" SET \"""\""" = 'n%1$s' || \"""\""" WHERE \"""\""" LIKE '%%5'; DELETE FROM public.\"""\" WHERE \"""\""" = 'k%1$s';
            UPDATE public.plan SET day = day + 1 WHERE id < 10; DELETE FROM public.plan WHERE id = 10 + %1$s;
            UPDATE public.felt SET v = 'changed %1$s' WHERE id = 3 AND d = 'ok'; DELETE FROM public.felt WHERE id = 4 + %1$s AND m = 'sad';
            UPDATE public.felt SET id = id + 100 * %1$s WHERE id = 8 AND m = 'happy'; UPDATE public.felt_once SET n = n + 10;
            UPDATE public.wide SET filler = 'short' WHERE id %% 1000 = %1$s;
            """;

    private DatabaseSettings source;
    private DatabaseSettings destination;

    @BeforeEach
    void makeDatabases(Servers servers) throws Exception {
        source = servers.freshDatabase(18);
        destination = servers.freshDatabase(18);
    }

    @Test
    void theyAreCarriedThereAndBack(Servers servers) throws Exception {
        RunningPair.execute(source, STRUCTURE);
        TaskFile task = TaskFiles.stopping(servers, source, destination);
        namesAndCorrectsTheFunction(task);
        for (DatabaseSettings database : List.of(source, destination)) {
            limitTime(database);
        }
        RunningPair pair = RunningPair.start(task);
        try {
            RunningPair.execute(unlimited(source), CHANGES.formatted(1));
            perform(pair, new TaskCommand.Verify());
            assertThat(TableTexts.differences(source, destination)).isEmpty();
            assertThat(RunningPair.query(unlimited(destination), "SELECT n FROM public.all_slugs"))
                    .isEqualTo("500");

            perform(pair, new TaskCommand.Switchover(SwitchMode.MOVE, false));
            pair.awaitPhase("reverse");
            // What waits for the switch is made once the phase has changed.
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> RunningPair.query(
                                    unlimited(destination),
                                    "SELECT count(*) FROM pg_constraint WHERE conname = 'not_long_ago' AND convalidated")
                            .equals("1"));
            RunningPair.execute(unlimited(destination), CHANGES.formatted(2));
            pair = acceptAColumn(pair);

            perform(pair, new TaskCommand.Rollback(SwitchMode.MOVE, false));
            pair.awaitPhase("incremental");
            RunningPair.execute(unlimited(source), CHANGES.formatted(3));
            perform(pair, new TaskCommand.Verify());
            assertThat(TableTexts.differences(source, destination)).isEmpty();
        } finally {
            pair.close();
        }
    }

    /** Sessions of applications do not outlive a third of a second there. */
    private static void limitTime(DatabaseSettings database) throws SQLException {
        RunningPair.execute(database, """
                DO $$ BEGIN
                    EXECUTE format('ALTER DATABASE %1$I SET transaction_timeout = 300', current_database());
                    EXECUTE format('ALTER DATABASE %1$I SET idle_session_timeout = 300', current_database());
                END $$
                """);
        assertThatThrownBy(() -> RunningPair.query(database, "SELECT pg_sleep(1)"))
                .hasMessageContaining("transaction timeout");
    }

    /** For the sessions of this test, which may have to wait on a busy machine. */
    private static DatabaseSettings unlimited(DatabaseSettings database) {
        return new DatabaseSettings(
                database.url() + (database.url().contains("?") ? "&" : "?")
                        + "options=-c%20transaction_timeout=0%20-c%20idle_session_timeout=0",
                database.user(),
                database.password(),
                database.properties());
    }

    private void namesAndCorrectsTheFunction(TaskFile task) throws SQLException {
        SyncTask sync = new SyncTask(task);
        String remedy = "ALTER FUNCTION public.slug(text) SET search_path = public, pg_temp";

        assertThat(sync.precheck().text()).contains("public.slug(text)", remedy);

        RunningPair.execute(source, remedy);
        assertThat(sync.precheck().text()).doesNotContain(remedy);
    }

    /** A column that is added after the switchover is accepted as one before it is. */
    private RunningPair acceptAColumn(RunningPair pair) throws Exception {
        pair.stop();
        RunningPair.execute(
                unlimited(destination),
                "ALTER TABLE public.plan ADD x int; INSERT INTO public.plan VALUES (100, current_date, 7)");
        try (Connection connection = pair.spared(unlimited(source))) {
            RunningPair.execute(connection, "ALTER TABLE public.plan ADD x int");
        }
        SyncTask sync = new SyncTask(pair.task());

        VerificationReport verified = sync.run(
                        RunRequest.parse("verified", List.of("public.plan"), List.of()), TaskListener.NONE)
                .orElseThrow();

        assertThat(verified.equal()).as(verified.text()).isTrue();
        RunningPair again = RunningPair.begin(pair.task());
        again.awaitPhase("reverse");
        return again;
    }

    private static void perform(RunningPair pair, TaskCommand command) throws InterruptedException {
        TaskOutcome outcome = pair.perform(command);
        assertThat(outcome.error()).isEmpty();
        assertThat(outcome.result()).as(outcome.toString()).isEqualTo(TaskOutcome.Result.DONE);
    }
}
