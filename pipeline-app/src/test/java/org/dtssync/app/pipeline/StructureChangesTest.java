package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.progress.Phase;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A structure that changes while the task runs: it stops with a sentence, and the sentence's remedy ends in equality. */
@ExtendWith(ServersExtension.class)
class StructureChangesTest {

    private static final TableName ITEM = new TableName("public", "item");

    private static final String STRUCTURE = """
            CREATE TABLE public.item (id int PRIMARY KEY, a int, b varchar(10) DEFAULT 'x', code text UNIQUE);
            CREATE TABLE public.child (id int PRIMARY KEY, item_id int REFERENCES public.item);
            CREATE TABLE public.part (id int, region int, v text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
            CREATE TABLE public.part_1 PARTITION OF public.part FOR VALUES IN (1);
            CREATE TABLE public.part_2 PARTITION OF public.part FOR VALUES IN (2);
            INSERT INTO public.item SELECT i, i, 'b' || i, 'c' || i FROM generate_series(1, 300) i;
            INSERT INTO public.child SELECT i, i FROM generate_series(1, 100) i;
            INSERT INTO public.part SELECT i, 1 + i % 2, 'v' FROM generate_series(1, 100) i;
            """;

    /** Statements of the change, what the same transaction writes before and after it, and what the destination gets. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            add      | ALTER TABLE public.item ADD n text              | accept | n = 'new'   | column n (text) was added
            constant | ALTER TABLE public.item ADD n int DEFAULT 7     | accept | n = 8       | column n (integer) was added
            volatile | ALTER TABLE public.item ADD n float DEFAULT random() | resnapshot | n = 1 | column n (double precision) was added
            drop     | ALTER TABLE public.item DROP b                  | accept | a = 1       | column b was dropped
            rename   | ALTER TABLE public.item RENAME b TO n           | accept | n = 'y'     | column b was renamed to n
            key name | ALTER TABLE public.item RENAME id TO key        | accept | a = 5       | column id was renamed to key
            rewrite  | ALTER TABLE public.item ALTER a TYPE int USING a * 2 | resnapshot | a = 5 | column a was altered and the table rewritten
            retype   | ALTER TABLE public.item ALTER a TYPE text       | resnapshot | a = 'z' | column a changed type from integer to text
            widen    | ALTER TABLE public.item ALTER b TYPE varchar(30) | accept | b = 'a longer text indeed' | column b changed type
            default  | ALTER TABLE public.item ALTER b SET DEFAULT 'y' | accept | a = 5       | default of column b changed
            not null | ALTER TABLE public.item ALTER a SET NOT NULL    | accept | a = 5       | column a is NOT NULL now
            key      | ALTER TABLE public.item ALTER code SET NOT NULL, DROP CONSTRAINT item_pkey CASCADE, ADD PRIMARY KEY (code) | resnapshot | a = 6 | key changed from id to code
            identity | ALTER TABLE public.item REPLICA IDENTITY FULL   | accept | a = 6       | replica identity changed from DEFAULT to FULL
            """)
    void isNoticedBeforeAnythingIsAppliedUnderIt(
            String name, String change, String remedy, String update, String sentence, Servers servers)
            throws Exception {
        Scene scene = new Scene(servers);
        scene.start();
        try {
            SyncException stopped = scene.stoppedBy(
                    "INSERT INTO public.item (id, a, code) VALUES (1001, 1, 'before');"
                            + "UPDATE public.item SET a = 2 WHERE id = 3",
                    "BEGIN; INSERT INTO public.item (id, a, code) VALUES (1002, 1, 'same');"
                            + "UPDATE public.item SET a = a + 1 WHERE code = 'c7'; DELETE FROM public.item WHERE code = 'c299';"
                            + change + "; UPDATE public.item SET " + update + " WHERE code IN ('c8', 'same'); COMMIT",
                    "UPDATE public.item SET " + update
                            + " WHERE code = 'c9'; DELETE FROM public.item WHERE code = 'c298'");

            assertThat(stopped.getMessage())
                    .contains("table public.item: " + sentence)
                    .contains(remedy.equals("accept") ? "--accept-structure public.item" : "--resnapshot public.item");
            assertThat(scene.atDestination("SELECT count(*) FROM public.item WHERE code = 'before'"))
                    .isEqualTo("1");
            assertThat(scene.atDestination("SELECT count(*) FROM public.item WHERE code IN ('c298', 'c299', 'same')"))
                    .isEqualTo("2");
            RunOptions options = remedy.equals("accept") ? accept(ITEM) : resnapshot(ITEM);
            if (!name.equals("identity")) {
                assertThatThrownBy(() -> scene.run(options))
                        .hasMessageContaining("another structure at the destination");
            }
            scene.destination(change);

            assertThat(scene.run(options)).isTrue();
        } finally {
            scene.release();
        }
    }

    @Test
    void isNoticedWherePartitionsTablesAndTheirNamesChange(Servers servers) throws Exception {
        Scene scene = new Scene(servers);
        scene.start();
        try {
            TableName part = new TableName("public", "part");
            String attach = "CREATE TABLE public.part_3 PARTITION OF public.part FOR VALUES IN (3)";
            assertThat(scene.stoppedBy(
                                    "INSERT INTO public.part VALUES (200, 1, 'w')",
                                    attach,
                                    "INSERT INTO public.part VALUES (201, 3, 'w')")
                            .getMessage())
                    .contains("table public.part: partition public.part_3 was attached");
            assertThatThrownBy(() -> scene.run(accept(part)))
                    .hasMessageContaining("partition public.part_3 is missing");
            scene.destination(attach);
            assertThat(scene.run(accept(part))).isTrue();

            String detach =
                    "ALTER TABLE public.part DETACH PARTITION public.part_2; ALTER TABLE public.part_2 SET SCHEMA old";
            scene.source("CREATE SCHEMA old");
            scene.destination("CREATE SCHEMA old");
            assertThat(scene.stoppedBy(
                                    "UPDATE public.part SET v = 'u' WHERE id < 50",
                                    detach,
                                    "UPDATE public.part SET v = 'x' WHERE id < 20")
                            .getMessage())
                    .contains("partition public.part_2 was detached or dropped");
            scene.destination(detach);
            assertThat(scene.run(accept(part))).isTrue();

            String filled = "ALTER TABLE public.part ATTACH PARTITION old.part_2 FOR VALUES IN (2)";
            scene.source("UPDATE old.part_2 SET v = 'aside'");
            assertThat(scene.stoppedBy("SELECT 1", filled, "INSERT INTO public.part VALUES (202, 2, 'w')")
                            .getMessage())
                    .contains("partition old.part_2 was attached");
            scene.destination(filled);
            assertThat(scene.run(resnapshot(part))).isTrue();

            String made = "CREATE TABLE public.fresh (id int PRIMARY KEY, v text)";
            TableName fresh = new TableName("public", "fresh");
            assertThat(scene.stoppedBy("SELECT 1", made, "INSERT INTO public.fresh VALUES (1, 'one')")
                            .getMessage())
                    .contains("table public.fresh: table is new, matches objects.include and is not captured")
                    .contains("--resnapshot public.fresh, or add it to objects.exclude");
            assertThatThrownBy(() -> scene.run(accept(fresh))).hasMessageContaining("has no table public.fresh");
            assertThatThrownBy(() -> scene.run(resnapshot(fresh))).hasMessageContaining("does not exist there");
            scene.destination(made);
            scene.source("INSERT INTO public.fresh VALUES (2, 'two')");
            assertThat(scene.run(resnapshot(fresh))).isTrue();

            TableName renamed = new TableName("public", "fresher");
            String rename = "ALTER TABLE public.fresh RENAME TO fresher";
            assertThat(scene.stoppedBy(
                                    "INSERT INTO public.fresh VALUES (3, 'three')",
                                    rename,
                                    "INSERT INTO public.fresher VALUES (4, 'four')")
                            .getMessage())
                    .contains("table public.fresh: table was dropped or renamed");
            assertThatThrownBy(() -> scene.run(accept(fresh))).hasMessageContaining("still exists at the destination");
            scene.destination(rename);
            assertThat(scene.run(new RunOptions(RunGoal.VERIFIED, List.of(fresh), List.of(renamed))))
                    .isTrue();

            String drop = "DROP TABLE public.fresher";
            assertThat(scene.stoppedBy(
                                    "SELECT 1",
                                    "BEGIN; INSERT INTO public.fresher VALUES (5, 'five');" + drop + "; COMMIT",
                                    "SELECT 1")
                            .getMessage())
                    .contains("table public.fresher: table was dropped or renamed");
            scene.destination(drop);
            assertThat(scene.run(accept(renamed))).isTrue();
        } finally {
            scene.release();
        }
    }

    @Test
    void loadsTablesWithForeignKeysTriggersAndUniqueIndexesAnew(Servers servers) throws Exception {
        Scene scene = new Scene(servers);
        scene.source("CREATE TABLE public.bag (v text); ALTER TABLE public.bag REPLICA IDENTITY FULL;"
                + "INSERT INTO public.bag SELECT 'v' || i % 5 FROM generate_series(1, 50) i;"
                + "CREATE FUNCTION public.twice() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN INSERT INTO public.bag VALUES ('t'); RETURN NULL; END $$;"
                + "CREATE TRIGGER twice AFTER INSERT ON public.item FOR EACH ROW EXECUTE FUNCTION public.twice()");
        scene.start();
        try {
            scene.destination("DELETE FROM public.bag WHERE v = 'v1'; SET session_replication_role = replica;"
                    + "DELETE FROM public.item WHERE id % 3 = 0; UPDATE public.item SET a = 0");
            scene.source(
                    "UPDATE public.item SET code = 'swap' WHERE id = 1; UPDATE public.item SET code = 'c1' WHERE id = 2;"
                            + "UPDATE public.item SET code = 'c2' WHERE id = 1; INSERT INTO public.item VALUES (500, 1, 'q', 'c500');"
                            + "DELETE FROM public.bag WHERE v = 'v2'");
            TableName bag = new TableName("public", "bag");

            assertThat(scene.run(new RunOptions(RunGoal.VERIFIED, List.of(), List.of(ITEM, bag))))
                    .isTrue();
            assertThatThrownBy(() -> scene.run(resnapshot(new TableName("public", "nothing"))))
                    .hasMessageContaining("has no table public.nothing");
        } finally {
            scene.release();
        }
    }

    private static RunOptions accept(TableName table) {
        return new RunOptions(RunGoal.VERIFIED, List.of(table), List.of());
    }

    private static RunOptions resnapshot(TableName table) {
        return new RunOptions(RunGoal.VERIFIED, List.of(), List.of(table));
    }

    /** A task between two databases. */
    private static final class Scene {

        private final DatabaseSettings source;
        private final DatabaseSettings destination;
        private final TaskFile task;

        Scene(Servers servers) throws SQLException {
            source = servers.freshDatabase(14);
            destination = servers.freshDatabase(17);
            task = TaskFiles.of(servers, source, destination);
            source(STRUCTURE);
        }

        void source(String sql) throws SQLException {
            execute(source, sql);
        }

        void destination(String sql) throws SQLException {
            execute(destination, sql);
        }

        String atDestination(String sql) throws SQLException {
            try (Connection connection = new DatabaseConnections("test", destination, "test").open();
                    Statement statement = connection.createStatement();
                    var rows = statement.executeQuery(sql)) {
                rows.next();
                return rows.getString(1);
            }
        }

        void start() throws InterruptedException {
            assertThat(run(RunOptions.to(RunGoal.VERIFIED))).isTrue();
        }

        /** Runs to the comparison and returns whether everything is equal. */
        boolean run(RunOptions options) throws InterruptedException {
            Optional<VerifyReport> report = new Pipeline(task, PipelineListener.NONE).run(options);
            return report.orElseThrow().equal();
        }

        /** Changes the source while the task runs, and returns what it stopped for. */
        SyncException stoppedBy(String before, String change, String after) throws Exception {
            CountDownLatch streaming = new CountDownLatch(1);
            AtomicReference<Throwable> end = new AtomicReference<>();
            Thread run = new Thread(
                    () -> {
                        try {
                            new Pipeline(task, new Streaming(streaming)).run(RunOptions.to(RunGoal.NONE));
                        } catch (SyncException | InterruptedException e) {
                            end.set(e);
                        }
                    },
                    "run");
            run.start();
            try {
                assertThat(streaming.await(60, TimeUnit.SECONDS)).isTrue();
                source(before);
                source(change);
                source(after);
                run.join(TimeUnit.SECONDS.toMillis(60));
                assertThat(run.isAlive()).isFalse();
            } finally {
                run.interrupt();
                run.join();
            }
            assertThat(end.get()).isInstanceOf(SyncException.class);
            return (SyncException) end.get();
        }

        void release() throws InterruptedException {
            new Release(task).run(true);
        }

        private static void execute(DatabaseSettings database, String sql) throws SQLException {
            try (Connection connection = new DatabaseConnections("test", database, "test").open();
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }
    }

    /** Tells when the first write of the incremental phase is done. */
    private static final class Streaming implements PipelineListener {

        private final CountDownLatch streaming;
        private volatile boolean incremental;

        Streaming(CountDownLatch streaming) {
            this.streaming = streaming;
        }

        @Override
        public void entered(Phase phase) {
            incremental = phase == Phase.INCREMENTAL;
        }

        @Override
        public void applied(Lsn lsn, long lagMillis, long changes) {
            if (incremental) {
                streaming.countDown();
            }
        }
    }
}
