package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A structure that changes while the task runs: it stops with a sentence, and the sentence's remedy ends in equality. */
@ExtendWith(ServersExtension.class)
class ShapeChangesTest {

    private static final TableName ITEM = new TableName("public", "item");

    /**
     * One change.
     *
     * @param change the statement
     * @param shown whether records show it, so that what was written right before it goes over too
     * @param reload whether the remedy is to load the table anew
     * @param update an assignment after the change
     * @param sentence what the task says
     */
    private record Case(String change, boolean shown, boolean reload, String update, String sentence) {}

    private static final List<Case> CASES = List.of(
            new Case("ALTER TABLE ITEM ADD n text", true, false, "n = 'new'", "column n (text) was added"),
            new Case("ALTER TABLE ITEM ADD n int DEFAULT 7", true, false, "n = 8", "column n (integer) was added"),
            new Case(
                    "ALTER TABLE ITEM ADD n float DEFAULT random()",
                    true,
                    true,
                    "n = 1",
                    "column n (double precision) was added"),
            new Case("ALTER TABLE ITEM DROP b", true, false, "a = 1", "column b was dropped"),
            new Case("ALTER TABLE ITEM RENAME b TO n", true, false, "n = 'y'", "column b was renamed to n"),
            new Case("ALTER TABLE ITEM RENAME id TO key", true, false, "a = 5", "column id was renamed to key"),
            new Case(
                    "ALTER TABLE ITEM ALTER a TYPE int USING a * 2",
                    false,
                    true,
                    "a = 5",
                    "column a was altered and the table rewritten"),
            new Case(
                    "ALTER TABLE ITEM ALTER a TYPE bigint",
                    false,
                    true,
                    "a = 5000000000",
                    "column a changed type from integer to bigint"),
            new Case(
                    "ALTER TABLE ITEM ALTER b TYPE varchar(30)",
                    false,
                    false,
                    "b = 'a longer text indeed'",
                    "column b changed type"),
            new Case("ALTER TABLE ITEM ALTER b SET DEFAULT 'y'", false, false, "a = 5", "default of column b changed"),
            new Case("ALTER TABLE ITEM ALTER b SET NOT NULL", false, false, "a = 5", "column b is NOT NULL now"),
            new Case(
                    "ALTER TABLE ITEM DROP CONSTRAINT IDX_pkey, ADD PRIMARY KEY (code)",
                    false,
                    true,
                    "a = 5",
                    "key changed from id to code"),
            // The application goes on all the same: an event trigger has given the table another replica identity.
            new Case(
                    "ALTER TABLE ITEM DROP CONSTRAINT IDX_pkey",
                    false,
                    true,
                    "a = 5",
                    "replica identity changed from DEFAULT to FULL"),
            new Case(
                    "ALTER TABLE ITEM REPLICA IDENTITY FULL",
                    false,
                    false,
                    "a = 5",
                    "replica identity changed from DEFAULT to FULL"));

    @Test
    void isNoticedBeforeAnythingIsAppliedUnderIt(Servers servers) throws Exception {
        ShapeScene scene = new ShapeScene(servers);
        for (int i = 0; i < CASES.size(); i++) {
            scene.source(of(
                    i,
                    "CREATE TABLE ITEM (id int PRIMARY KEY, a int, b varchar(10) DEFAULT 'x', code text UNIQUE);"
                            + "INSERT INTO ITEM SELECT i, i, 'b' || i, 'c' || i FROM generate_series(1, 300) i"));
        }
        scene.start();
        try {
            for (int i = 0; i < CASES.size(); i++) {
                stopsAndGoesOn(scene, i, CASES.get(i));
            }
        } finally {
            scene.release();
        }
    }

    private static void stopsAndGoesOn(ShapeScene scene, int number, Case one) throws Exception {
        SyncException stopped = scene.stoppedBy(
                !one.shown(),
                of(
                        number,
                        "INSERT INTO ITEM (id, a, code) VALUES (1001, 1, 'before'); UPDATE ITEM SET a = 2 WHERE id = 3"),
                of(
                        number,
                        "BEGIN; INSERT INTO ITEM (id, a, code) VALUES (1002, 1, 'same');"
                                + "UPDATE ITEM SET a = a + 1 WHERE code = 'c7'; DELETE FROM ITEM WHERE code = 'c299';"
                                + one.change() + "; UPDATE ITEM SET " + one.update()
                                + " WHERE code IN ('c8', 'same'); COMMIT"),
                of(
                        number,
                        "UPDATE ITEM SET " + one.update()
                                + " WHERE code = 'c9'; DELETE FROM ITEM WHERE code = 'c298'"));

        TableName table = new TableName("public", "item_" + number);
        String option = one.reload() ? "--resnapshot " : "--accept-structure ";
        RunOptions options = one.reload() ? resnapshot(table) : accept(table);
        assertThat(stopped.getMessage())
                .contains("table " + table + ": " + one.sentence())
                .contains(option + table);
        assertThat(scene.atDestination(of(number, "SELECT count(*) FROM ITEM WHERE code = 'before'")))
                .as(one.change())
                .isEqualTo("1");
        assertThat(scene.atDestination(of(number, "SELECT count(*) FROM ITEM WHERE code IN ('c298', 'c299', 'same')")))
                .as(one.change())
                .isEqualTo("2");
        // The first leaves nothing in the catalog that could be compared, and the others mean nothing to rows that are
        // applied.
        if (!one.change().contains("USING")
                && !one.change().contains("REPLICA IDENTITY")
                && !one.change().endsWith("_pkey")) {
            assertThatThrownBy(() -> scene.run(options))
                    .as(one.change())
                    .hasMessageContaining("Table " + table + " has a different shape at the destination")
                    .hasMessageContaining("then run with " + option + table + " again.");
        }
        if (one.reload() && !one.change().contains("bigint")) {
            assertThatThrownBy(() -> scene.run(accept(table)))
                    .as(one.change())
                    .hasMessageContaining("cannot be accepted alone");
        }
        scene.destination(of(number, one.change()));

        assertThat(scene.run(options)).as(one.change()).isTrue();
    }

    private static String of(int number, String sql) {
        return sql.replace("ITEM", "public.item_" + number).replace("IDX", "item_" + number);
    }

    @Test
    void isNoticedWherePartitionsTablesAndTheirNamesChange(Servers servers) throws Exception {
        ShapeScene scene = new ShapeScene(servers);
        scene.start();
        try {
            TableName part = new TableName("public", "part");
            String attach = "CREATE TABLE public.part_3 PARTITION OF public.part FOR VALUES IN (3)";
            assertThat(scene.stoppedBy(
                                    true,
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
                                    true,
                                    "UPDATE public.part SET v = 'u' WHERE id < 50",
                                    detach,
                                    "UPDATE public.part SET v = 'x' WHERE id < 20")
                            .getMessage())
                    .contains("partition public.part_2 was detached or dropped");
            scene.destination(detach);
            assertThat(scene.run(accept(part))).isTrue();

            String filled = "ALTER TABLE public.part ATTACH PARTITION old.part_2 FOR VALUES IN (2)";
            scene.source("UPDATE old.part_2 SET v = 'aside'");
            assertThat(scene.stoppedBy(true, "SELECT 1", filled, "INSERT INTO public.part VALUES (202, 2, 'w')")
                            .getMessage())
                    .contains("partition old.part_2 was attached");
            scene.destination(filled);
            assertThat(scene.run(resnapshot(part))).isTrue();

            String made = "CREATE TABLE public.fresh (id int PRIMARY KEY, v text)";
            TableName fresh = new TableName("public", "fresh");
            assertThat(scene.stoppedBy(true, "SELECT 1", made, "INSERT INTO public.fresh VALUES (1, 'one')")
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
                                    true,
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
                                    true,
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
        ShapeScene scene = new ShapeScene(servers);
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

    @Test
    void isTakenOverByLoadingAnewInEveryPhaseBeforeToo(Servers servers) throws Exception {
        for (RunGoal goal : List.of(RunGoal.SCHEMA, RunGoal.SNAPSHOT, RunGoal.CAUGHT_UP)) {
            ShapeScene scene = new ShapeScene(servers);
            try {
                scene.reach(goal);
                String change = "ALTER TABLE public.item ADD n float DEFAULT random()";
                scene.source("UPDATE public.item SET a = 7 WHERE id < 9;" + change
                        + "; UPDATE public.item SET n = 1 WHERE id = 3; DELETE FROM public.item WHERE id = 200;"
                        + "INSERT INTO public.child VALUES (300, 4)");

                assertThatThrownBy(() -> scene.run(resnapshot(ITEM)))
                        .as(goal.toString())
                        .hasMessageContaining("Table public.item has a different shape at the destination: column n")
                        .hasMessageContaining("is missing there");
                scene.destination(change);
                assertThat(scene.run(resnapshot(ITEM))).as(goal.toString()).isTrue();
            } finally {
                scene.release();
            }
        }
    }

    private static RunOptions accept(TableName table) {
        return new RunOptions(RunGoal.VERIFIED, List.of(table), List.of());
    }

    private static RunOptions resnapshot(TableName table) {
        return new RunOptions(RunGoal.VERIFIED, List.of(), List.of(table));
    }
}
