package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.dtssync.app.source.SourcePosition;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What somebody else does at the destination stops the task as soon as a change of the source's runs into it. */
@ExtendWith(ServersExtension.class)
class NamesForeignChangesTest {

    private static final String LONG = "(SELECT string_agg(md5(i::text), '') FROM generate_series(1, 300) i)";

    private static final String[] STRUCTURE = {
        "CREATE TABLE public.item (id int PRIMARY KEY, v text, code text UNIQUE, long text)",
        "INSERT INTO public.item SELECT i, 'v', 'c' || i, " + LONG + " FROM generate_series(1, 20) i",
        "CREATE TABLE public.bag (v text, n numeric(10, 2))",
        "ALTER TABLE public.bag REPLICA IDENTITY FULL",
        "INSERT INTO public.bag SELECT 'v' || i % 5, i FROM generate_series(1, 20) i",
        "CREATE TABLE public.only_key (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY)",
        "INSERT INTO public.only_key OVERRIDING SYSTEM VALUE VALUES (1), (2)"
    };

    private static final String END_IT =
            ". Find and stop the other client, then run with --resnapshot TABLE, which reloads the table.";

    /**
     * One thing that somebody does at the destination.
     *
     * @param table the table
     * @param atDestination what is done there
     * @param atSource the change that runs into it
     * @param how what the task says
     * @param undo what mends it
     */
    private record Case(String table, String atDestination, String atSource, String how, String undo) {}

    private static final List<Case> CASES = List.of(
            new Case(
                    "public.item",
                    "CREATE TABLE kept AS SELECT * FROM public.item WHERE id = 1; DELETE FROM public.item WHERE id = 1",
                    "UPDATE public.item SET v = 'w', long = 'x' WHERE id = 1",
                    "1 of 1 rows to update do not exist",
                    "INSERT INTO public.item SELECT * FROM kept; DROP TABLE kept"),
            new Case(
                    "public.item",
                    "CREATE TABLE kept AS SELECT * FROM public.item WHERE id = 2; DELETE FROM public.item WHERE id = 2",
                    "UPDATE public.item SET v = 'w' WHERE id IN (2, 3)",
                    "1 of 2 rows to update do not exist",
                    "INSERT INTO public.item SELECT * FROM kept; DROP TABLE kept"),
            new Case(
                    "public.item",
                    "CREATE TABLE kept AS SELECT * FROM public.item WHERE id = 4; DELETE FROM public.item WHERE id = 4",
                    "UPDATE public.item SET id = 40 WHERE id = 4",
                    "1 of 1 rows to delete do not exist",
                    "INSERT INTO public.item SELECT * FROM kept; DROP TABLE kept"),
            new Case(
                    "public.item",
                    "CREATE TABLE kept AS SELECT * FROM public.item WHERE id = 5; DELETE FROM public.item WHERE id = 5",
                    "DELETE FROM public.item WHERE id = 5",
                    "1 of 1 rows to delete do not exist",
                    "INSERT INTO public.item SELECT * FROM kept; DROP TABLE kept"),
            new Case(
                    "public.item",
                    "INSERT INTO public.item VALUES (50, 'theirs')",
                    "INSERT INTO public.item VALUES (50, 'ours')",
                    "an existing row conflicts with a source row in item_pkey",
                    "DELETE FROM public.item WHERE id = 50"),
            new Case(
                    "public.item",
                    "INSERT INTO public.item VALUES (60, 'theirs', 'taken')",
                    "UPDATE public.item SET code = 'taken' WHERE id = 6",
                    "an existing row conflicts with a source row in item_code_key",
                    "DELETE FROM public.item WHERE id = 60"),
            new Case(
                    "public.bag",
                    "DELETE FROM public.bag WHERE v = 'v1' AND n = 1",
                    "UPDATE public.bag SET n = 100 WHERE v = 'v1'",
                    "1 of 4 rows to delete do not exist",
                    "INSERT INTO public.bag VALUES ('v1', 1)"),
            new Case(
                    "public.bag",
                    "DELETE FROM public.bag WHERE v = 'v2' AND n = 2",
                    "DELETE FROM public.bag WHERE v = 'v2'",
                    "1 of 4 rows to delete do not exist",
                    "INSERT INTO public.bag VALUES ('v2', 2)"),
            new Case(
                    "public.only_key",
                    "DELETE FROM public.only_key WHERE id = 2",
                    "DELETE FROM public.only_key WHERE id = 2",
                    "1 of 1 rows to delete do not exist",
                    "INSERT INTO public.only_key OVERRIDING SYSTEM VALUE VALUES (2)"));

    @Test
    void rowsThatSomebodyChanged(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();
        for (Case one : CASES) {
            moved.atDestination(one.atDestination());
            moved.atSource(one.atSource());

            SyncException fault = moved.stops();

            assertThat(fault)
                    .as(one.atSource())
                    .hasMessage("Table " + one.table() + " at the destination was changed by another client: "
                            + one.how() + END_IT.replace("TABLE", one.table()));
            assertThat(fault.kind()).isEqualTo(FaultKind.DATA);
            moved.atDestination(one.undo());
            moved.move();
        }
        assertThat(TableTexts.differences(moved.source(), moved.destination())).isEmpty();
    }

    @Test
    void isMendedByLoadingTheTableAgain(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();
        moved.atDestination("DELETE FROM public.item WHERE id < 9", "UPDATE public.item SET v = 'theirs'");
        moved.atSource("UPDATE public.item SET v = 'w' WHERE id = 1", "DELETE FROM public.item WHERE id = 2");

        assertThat(moved.stops()).hasMessageContaining("do not exist. Find and stop the other client");

        assertLoadedAgain(moved, "public.item");
    }

    @Test
    void onlyVerifyFindsWhatNoChangeRunsInto(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();
        moved.atDestination(
                "DELETE FROM public.item WHERE id = 7",
                "UPDATE public.item SET long = 'theirs' WHERE id = 8",
                "INSERT INTO public.bag VALUES ('theirs', 0)");
        moved.atSource("UPDATE public.item SET v = 'w' WHERE id = 8", "INSERT INTO public.bag VALUES ('ours', 0)");

        VerifyReport report = new Pipeline(moved.task(), PipelineListener.NONE)
                .run(RunOptions.to(RunGoal.VERIFIED))
                .orElseThrow();

        assertThat(report.equal()).isFalse();
        assertThat(report.differences()).hasSize(3);
    }

    @Test
    void columnsTablesAndTypesThatSomebodyChanged(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 14, STRUCTURE).move();

        stopsAndIsLoadedAgain(
                moved,
                "Column v of table public.item does not exist at the destination. Add it there with the type it has at"
                        + " the source, then run with --resnapshot public.item, which reloads the table.",
                "ALTER TABLE public.item DROP v",
                "ALTER TABLE public.item ADD v text");
        stopsAndIsLoadedAgain(
                moved,
                "Column id of table public.item does not exist at the destination. Add it there with the type it has at"
                        + " the source, then run with --resnapshot public.item, which reloads the table.",
                "ALTER TABLE public.item DROP id",
                "TRUNCATE public.item; ALTER TABLE public.item ADD id int PRIMARY KEY");
        stopsAndIsLoadedAgain(
                moved,
                "Column n of table public.bag is numeric(10,0) at the destination and numeric(10,2) at the source."
                        + " Give it the type that it has at the source, then run with --resnapshot public.bag, which reloads the table.",
                "ALTER TABLE public.bag ALTER n TYPE numeric(10, 0)",
                "ALTER TABLE public.bag ALTER n TYPE numeric(10, 2)");
        stopsAndIsLoadedAgain(
                moved,
                "Table public.bag does not exist at the destination. Create it there as at the source, then run "
                        + "with --resnapshot public.bag, which reloads the table.",
                "DROP TABLE public.bag",
                "CREATE TABLE public.bag (v text, n numeric(10, 2)); ALTER TABLE public.bag REPLICA IDENTITY FULL");
    }

    @Test
    void columnsThatSomebodyDropsWhileTheTaskRuns(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();
        try (LiveRun run = moved.streaming()) {
            moved.atSource("INSERT INTO public.item VALUES (70, 'before')");
            run.awaitApplied(SourcePosition.insert(moved.connectionsToSource()));
            moved.atDestination("ALTER TABLE public.item DROP v");
            moved.atSource("UPDATE public.item SET v = 'lost' WHERE id = 1");

            assertThat(run.awaitStop())
                    .hasMessage(
                            "Column v of table public.item does not exist at the destination. Add it there with the type it"
                                    + " has at the source, then run with --resnapshot public.item, which reloads the table.");
        }
    }

    @Test
    void aTypeThatSomebodyChangesWhileTheTaskRuns(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();
        try (LiveRun run = moved.streaming()) {
            moved.atDestination("ALTER TABLE public.bag ALTER n TYPE real");

            assertThat(run.awaitStop())
                    .hasMessage(
                            "Column n of table public.bag is real at the destination and numeric(10,2) at the source."
                                    + " Give it the type that it has at the source, then run with --resnapshot public.bag, which reloads the table.");
        }
    }

    private static void stopsAndIsLoadedAgain(MovedTask moved, String sentence, String done, String undone)
            throws Exception {
        moved.atDestination(done);

        SyncException fault = moved.stops();

        assertThat(fault).hasMessage(sentence);
        assertThat(fault.kind()).isEqualTo(FaultKind.SHAPE_CHANGED);
        moved.atDestination(undone);
        assertLoadedAgain(moved, sentence.contains("public.item") ? "public.item" : "public.bag");
    }

    private static void assertLoadedAgain(MovedTask moved, String table) throws Exception {
        TableName name = new TableName("public", table.substring("public.".length()));
        new Pipeline(moved.task(), PipelineListener.NONE)
                .run(new RunOptions(RunGoal.CAUGHT_UP, List.of(), List.of(name)));
        assertThat(moved.valueAtDestination("SELECT count(*) FROM " + table))
                .isEqualTo(moved.valueAtSource("SELECT count(*) FROM " + table));
        assertThat(moved.valueAtDestination(sum(table))).isEqualTo(moved.valueAtSource(sum(table)));
    }

    /** By names: a column that was dropped and added again is the last one. */
    private static String sum(String table) {
        return "SELECT md5(string_agg(to_jsonb(t)::text, ',' ORDER BY to_jsonb(t)::text COLLATE \"C\")) FROM " + table
                + " t";
    }
}
