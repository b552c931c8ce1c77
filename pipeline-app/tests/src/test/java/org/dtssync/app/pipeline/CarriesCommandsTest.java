package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.dtssync.app.config.DdlSettings;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.ddl.RandomCommands;
import org.dtssync.app.tasks.SwitchMode;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskCommand;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.schemas.DdlMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that change the structure of the source arrive among the rows: catalogs and rows are equal afterwards. */
@ExtendWith(ServersExtension.class)
class CarriesCommandsTest {

    static final String SETUP = """
            CREATE SCHEMA app; CREATE SCHEMA aside; CREATE SCHEMA outer_space;
            CREATE TABLE public.goods (id int PRIMARY KEY, name text, price numeric);
            INSERT INTO public.goods SELECT i, 'g' || i, i FROM generate_series(1, 200) i;
            CREATE TYPE public.mood AS ENUM ('glad', 'sad');
            CREATE TABLE public.people (id int PRIMARY KEY, name text, mood public.mood);
            INSERT INTO public.people SELECT i, 'p' || i, 'glad' FROM generate_series(1, 30) i;
            CREATE TABLE public.log (id int, region int, msg text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
            CREATE TABLE public.log_1 PARTITION OF public.log FOR VALUES IN (1);
            CREATE TABLE public.log_2 PARTITION OF public.log FOR VALUES IN (2);
            INSERT INTO public.log SELECT i, 1 + i % 2, 'm' FROM generate_series(1, 60) i;
            CREATE TABLE public.parent (id int PRIMARY KEY);
            CREATE TABLE public.child (c text, PRIMARY KEY (id)) INHERITS (public.parent);
            INSERT INTO public.child VALUES (1, 'c');
            CREATE TABLE aside.thing (id int PRIMARY KEY, v text);
            CREATE TABLE public.big (id int PRIMARY KEY, v text);
            CREATE TABLE public.keyed (a int PRIMARY KEY, b int NOT NULL, v text);
            INSERT INTO public.keyed SELECT i, 100 + i, 'v' FROM generate_series(1, 20) i;
            CREATE TABLE public.aged (id int PRIMARY KEY);
            INSERT INTO public.aged SELECT generate_series(1, 40);
            ALTER TABLE public.aged ADD c int DEFAULT 5;
            UPDATE public.aged SET c = id WHERE id < 30;
            CREATE TABLE public.marker (n int PRIMARY KEY);
            """;

    private static final ObjectSelection SELECTION =
            new ObjectSelection(List.of("*.*"), List.of("outer_space.*", "public.old_*"), ObjectSelection.Owners.KEEP);

    private static final ObjectSelection SELECTION_OF_ALL =
            new ObjectSelection(List.of("*.*"), List.of(), ObjectSelection.Owners.KEEP);

    @Test
    void whereTheyStoodAmongTheRows(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(18);
        RunningPair.execute(source, SETUP);
        TaskFile task = new TaskFileBuilder(TaskFiles.of(servers, source, destination))
                .objects(SELECTION)
                .ddl(new DdlSettings(DdlMode.CARRY))
                .build();
        CarriedScene carried = new CarriedScene(RunningPair.start(task));
        try {
            for (CommandCase one : CommandCase.read("carries-commands.sql")) {
                carried.run(one);
            }
            assertThat(carried.problems()).isEmpty();
            carried.dropsOwned(servers.uniqueName());
            carried.stopsAsAWhole();
            assertThat(carried.problems()).isEmpty();
        } finally {
            carried.close();
        }
    }

    /**
     * The rows behind a command do not wait for its index, what a run has not finished the next one does, a switch waits, and so does a
     * command that needs it.
     */
    @Test
    void anIndexIsBuiltWhileTheStreamContinues(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(18);
        RunningPair.execute(
                source,
                "CREATE TABLE public.goods (id int PRIMARY KEY, name text, price int); INSERT INTO public.goods SELECT i, 'g' || i, i"
                        + " FROM generate_series(1, 2000) i");
        TaskFile task = new TaskFileBuilder(TaskFiles.of(servers, source, destination))
                .objects(SELECTION_OF_ALL)
                .ddl(new DdlSettings(
                        DdlSettings.Choice.CARRY, 1 << 20, DdlSettings.Back.STOP, DdlSettings.Indexes.DEFERRED))
                .build();
        RunningPair pair = RunningPair.start(task);
        try (Connection reader = pair.spared(destination)) {
            // An index that is built concurrently is finished once no transaction has an older snapshot.
            RunningPair.execute(reader, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class");
            RunningPair.execute(
                    source,
                    "CREATE UNIQUE INDEX goods_price ON public.goods (price); CREATE INDEX ON public.goods (lower(name));"
                            + " INSERT INTO public.goods VALUES (3000, 'new', 3000)");

            awaitText(destination, "SELECT count(*) FROM public.goods", "2001");
            assertThat(RunningPair.query(
                            destination, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'goods_price'::regclass"))
                    .isEqualTo("t");
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(
                                    new SyncTask(task).ddl().list(false).text())
                            .contains("index being built since")
                            .contains("CREATE INDEX goods_lower_idx ON public.goods"));
            assertThat(new SyncTask(task).compareStructure().text())
                    .contains("being built index:public.goods_lower_idx (intended)");
            assertThat(pair.perform(new TaskCommand.Switchover(SwitchMode.REHEARSE, false))
                            .error()
                            .toString())
                    .contains("Index public.goods_lower_idx of command", "is not built yet at the destination");

            pair.stop();
            pair = RunningPair.start(task);
            RunningPair.execute(
                    source, "CREATE TABLE public.other (id int PRIMARY KEY); INSERT INTO public.other VALUES (1)");
            awaitText(destination, "SELECT count(*) FROM public.other", "1");
            RunningPair.execute(
                    source,
                    "ALTER INDEX public.goods_lower_idx RENAME TO goods_by_name; INSERT INTO public.other VALUES (2)");
            RunningPair.execute(
                    source,
                    "CREATE INDEX goods_both ON public.goods (price, id); COMMENT ON INDEX public.goods_both IS 'of the same transaction'");
            RunningPair.execute(reader, "ROLLBACK");
            awaitText(destination, "SELECT count(*) FROM public.other", "2");
            awaitText(
                    destination,
                    "SELECT string_agg(c.relname || x.indisvalid, ' ' ORDER BY c.relname) FROM pg_index x JOIN pg_class c"
                            + " ON c.oid = x.indexrelid WHERE x.indrelid = 'public.goods'::regclass",
                    "goods_bothtrue goods_by_nametrue goods_pkeytrue goods_pricetrue");
            assertThat(new SyncTask(task).ddl().list(false).text()).isEmpty();
        } finally {
            pair.close();
        }
    }

    private static void awaitText(DatabaseSettings database, String sql, String text) {
        await().atMost(Duration.ofSeconds(40))
                .ignoreExceptionsInstanceOf(SQLException.class)
                .until(() -> text.equals(RunningPair.query(database, sql)));
    }

    /** Changes rows of every table that there is, each table by itself: what one of them refuses is not done. */
    private static final String ROWS = """
            DO $rows$ DECLARE t record; BEGIN
                FOR t IN SELECT c.oid::regclass AS name FROM pg_class c
                         WHERE c.relnamespace::regnamespace::text IN ('public', 'arch') AND c.relkind IN ('r', 'p')
                           AND NOT c.relispartition AND c.relname <> 'marker' ORDER BY c.oid LOOP
                    BEGIN
                        EXECUTE format('INSERT INTO %1$s (id) SELECT coalesce(max(id), 0) + 1 FROM %1$s', t.name);
                    EXCEPTION WHEN OTHERS THEN NULL;
                    END;
                    BEGIN
                        EXECUTE format('UPDATE %s SET a = ''changed'' WHERE id %% 2 = 0', t.name);
                    EXCEPTION WHEN OTHERS THEN NULL;
                    END;
                    BEGIN
                        EXECUTE format('DELETE FROM %1$s WHERE id > 5 AND id = (SELECT min(id) + 3 FROM %1$s)', t.name);
                    EXCEPTION WHEN OTHERS THEN NULL;
                    END;
                END LOOP;
            END $rows$""";

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void atRandom(long seed, Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(seed % 2 == 0 ? 18 : 14);
        DatabaseSettings destination = servers.freshDatabase(seed % 2 == 0 ? 18 : 17);
        RunningPair.execute(source, "CREATE SCHEMA arch; CREATE TABLE public.marker (n int PRIMARY KEY)");
        TaskFile task = new TaskFileBuilder(TaskFiles.of(servers, source, destination))
                .objects(SELECTION_OF_ALL)
                .ddl(new DdlSettings(DdlMode.CARRY))
                .build();
        CarriedScene carried = new CarriedScene(RunningPair.start(task));
        try {
            // What the task makes for itself there is no command; else each of its preparations is repeated.
            assertThat(RunningPair.query(source, "SELECT is_called FROM dts_sync.ddl_number_seq"))
                    .isEqualTo("f");
            RandomCommands random = new RandomCommands(seed);
            List<String> messages = new ArrayList<>(RandomCommands.first());
            for (int i = 0; i < 60; i++) {
                String message = random.message();
                boolean alone = message.contains("begin;") || message.contains("begin ;") || message.contains("commit");
                messages.add(alone ? message : "begin; " + ROWS + "; " + message + "; " + ROWS + "; commit");
                messages.add(ROWS);
            }
            carried.runAnyway(new CommandCase("seed " + seed, messages));
            assertThat(carried.problems()).isEmpty();
        } finally {
            carried.close();
        }
    }
}
