package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.dtssync.app.config.DdlSettings;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.tasks.SwitchMode;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskCommand;
import org.dtssync.app.tasks.TaskDdl;
import org.dtssync.app.tasks.TaskOutcome;
import org.dtssync.app.tasks.TaskOutcome.Result;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Commands that applications run at the new side arrive at the old one, where the task file asks for that. */
@ExtendWith(ServersExtension.class)
class CarriesBackTest {

    private static final String SETUP = """
            CREATE TABLE public.customer (id int PRIMARY KEY, name text);
            INSERT INTO public.customer SELECT i, 'n' || i FROM generate_series(1, 50) i;
            CREATE TABLE public.dropped (id int PRIMARY KEY);
            CREATE TABLE public.renamed (id int PRIMARY KEY, v text);
            INSERT INTO public.renamed VALUES (1, 'one');
            CREATE TABLE public.plan (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
            CREATE TABLE public.plan_1 PARTITION OF public.plan FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
            """;

    private static final List<String> AT_THE_NEW_SIDE = List.of(
            """
            BEGIN;
            ALTER TABLE public.customer ADD COLUMN tier text NOT NULL DEFAULT 'low';
            UPDATE public.customer SET tier = 'high' WHERE id % 5 = 0;
            CREATE TABLE public.visit (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer int REFERENCES public.customer, note text);
            INSERT INTO public.visit (customer, note) SELECT id, 'v' FROM public.customer;
            COMMIT
            """,
            "CREATE INDEX CONCURRENTLY visit_by_customer ON public.visit (customer)",
            """
            BEGIN;
            ALTER TABLE public.renamed RENAME TO named; ALTER TABLE public.named RENAME COLUMN v TO value;
            INSERT INTO public.named VALUES (2, 'two');
            DROP TABLE public.dropped;
            CREATE TABLE public.plan_2 PARTITION OF public.plan FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
            INSERT INTO public.plan VALUES (1, '2020-05-05'), (2, '2021-05-05');
            CREATE VIEW public.high AS SELECT id FROM public.customer WHERE tier = 'high';
            COMMENT ON VIEW public.high IS 'those who pay';
            COMMIT
            """,
            "UPDATE public.visit SET note = 'again' WHERE id > 40");

    private static final List<String> AT_THE_OLD_SIDE = List.of(
            "ALTER TABLE public.visit ADD COLUMN at timestamptz; UPDATE public.visit SET at = '2024-01-01' WHERE id < 10",
            "ALTER TABLE public.customer DROP COLUMN name CASCADE",
            "INSERT INTO public.plan VALUES (3, '2021-06-06')",
            "INSERT INTO public.visit (customer, note) VALUES (1, 'back')");

    private static final List<String> COLUMNS =
            List.of("SELECT string_agg(attname, ' ') FROM pg_attribute WHERE attrelid = 'public.renamed'::regclass"
                    + " AND attnum > 0 AND NOT attisdropped");

    private static final List<String> ROWS = List.of(
            "SELECT string_agg(c::text, ' ' ORDER BY id) FROM public.customer c",
            "SELECT string_agg(v::text, ' ' ORDER BY id) FROM public.visit v",
            "SELECT string_agg(n::text, ' ' ORDER BY id) FROM public.named n",
            "SELECT string_agg(tableoid::regclass || ' ' || p, ' ' ORDER BY id) FROM public.plan p",
            "SELECT string_agg(indexdef, ' ' ORDER BY indexname) FROM pg_indexes WHERE schemaname = 'public'",
            "SELECT string_agg(relname || relkind::text, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace",
            "SELECT string_agg(conname || pg_get_constraintdef(oid), ' ' ORDER BY conname) FROM pg_constraint"
                    + " WHERE connamespace = 'public'::regnamespace AND contype <> 'n'",
            "SELECT obj_description('public.high'::regclass) || pg_get_viewdef('public.high'::regclass)");

    private static final String RECORDS_NOTHING = """
            SELECT to_regclass('dts_sync.ddl') IS NULL AND NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname ~ 'ddl')""";

    private DatabaseSettings source;
    private DatabaseSettings destination;
    private RunningPair pair;

    @Test
    void thereAndBackAndThereAgain(Servers servers) throws Exception {
        source = servers.freshDatabase(17);
        destination = servers.freshDatabase(18);
        RunningPair.execute(source, SETUP);
        TaskFile task = new TaskFileBuilder(TaskFiles.of(servers, source, destination))
                .ddl(new DdlSettings(DdlSettings.Choice.CARRY, 1 << 20, DdlSettings.Back.CARRY))
                .build();
        pair = RunningPair.start(task);
        try {
            run(source, List.of("ALTER TABLE public.renamed ADD COLUMN w int"));
            awaitEqual(COLUMNS);
            moved(pair.perform(new TaskCommand.Switchover(SwitchMode.REHEARSE, false)));
            // What compares shapes at the destination is needed by this task still.
            run(source, List.of("ALTER TABLE public.renamed DROP COLUMN w"));
            awaitEqual(COLUMNS);

            moved(pair.perform(new TaskCommand.Switchover(SwitchMode.MOVE, false)));
            pair.awaitPhase("reverse");

            run(destination, AT_THE_NEW_SIDE);

            awaitEqual();
            TaskDdl.Commands commands = new SyncTask(task).ddl().list(true);
            assertThat(commands.text()).contains("ADD COLUMN tier", "RENAME TO named", "done at");

            moved(pair.perform(new TaskCommand.Rollback(SwitchMode.MOVE, false)));
            pair.awaitPhase("incremental");
            // The end of the stream comes behind the transaction that decides.
            await().alias("nothing records at a database that applications left")
                    .atMost(Duration.ofSeconds(40))
                    .until(() -> RunningPair.query(destination, RECORDS_NOTHING).equals("t"));

            run(source, AT_THE_OLD_SIDE);

            awaitEqual();
            moved(pair.perform(new TaskCommand.Switchover(SwitchMode.MOVE, false)));
            pair.awaitPhase("reverse");
            run(
                    destination,
                    List.of("ALTER TABLE public.visit DROP COLUMN at", "UPDATE public.visit SET note = 'last'"));
            awaitEqual();
            pair.awaitPhase("reverse");
        } finally {
            pair.close();
        }
    }

    private static void run(DatabaseSettings database, List<String> messages) throws SQLException {
        for (String message : messages) {
            RunningPair.execute(database, message);
        }
    }

    private void awaitEqual() {
        awaitEqual(ROWS);
    }

    private void awaitEqual(List<String> queries) {
        await().atMost(Duration.ofSeconds(40)).untilAsserted(() -> {
            assertThat(pair.isRunning()).isTrue();
            for (String rows : queries) {
                assertThat(read(source, rows)).isEqualTo(read(destination, rows));
            }
        });
    }

    /** What does not exist yet is awaited too. */
    private static String read(DatabaseSettings database, String sql) {
        try {
            return RunningPair.query(database, sql);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static void moved(TaskOutcome outcome) {
        assertThat(outcome.error()).isEmpty();
        assertThat(outcome.result()).isEqualTo(Result.DONE);
    }
}
