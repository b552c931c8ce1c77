package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.dtssync.app.stream.StreamBudgets;
import org.dtssync.app.tasks.ChangesRequest;
import org.dtssync.app.tasks.HistoryForm;
import org.dtssync.app.tasks.ProofReport;
import org.dtssync.app.tasks.RowRequest;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.capture.CaptureSettings;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Many questions about the history of one task, whose changes triggers at the source recorded too. */
@ExtendWith(ServersExtension.class)
class ReplayHistoryTest {

    private static final String STRUCTURE = """
            CREATE TABLE public.orders (id int PRIMARY KEY, status text, total numeric(10, 2), ratio float8, note text);
            ALTER TABLE public.orders ALTER note SET STORAGE EXTERNAL;
            CREATE TABLE public.line (order_id int, n int, v text, PRIMARY KEY (order_id, n));
            CREATE TABLE public.bare (v text, n int);
            ALTER TABLE public.bare REPLICA IDENTITY FULL;
            CREATE TYPE public.mood AS ENUM ('sad', 'glad');
            CREATE TABLE public.typed (id int PRIMARY KEY, m public.mood, tags text[], doc jsonb);
            INSERT INTO public.orders VALUES (1, 'copied', 1, 1, 'note');
            """;

    /** Records each change of an order as PostgreSQL prints its values. */
    private static final String RECORDING = """
            CREATE SCHEMA audit;
            CREATE TABLE audit.log (n bigserial, xid text, at timestamptz, op text, id int, old jsonb, new jsonb);
            CREATE FUNCTION audit.texts(r public.orders) RETURNS jsonb LANGUAGE sql AS $$
                SELECT pg_catalog.jsonb_build_object('id', r.id::text, 'status', r.status, 'total', r.total::text, 'ratio', r.ratio::text,
                    'note', r.note) $$;
            CREATE FUNCTION audit.record() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO audit.log (xid, at, op, id, old, new)
                SELECT pg_catalog.pg_current_xact_id()::text, pg_catalog.now(), lower(TG_OP), coalesce(NEW.id, OLD.id),
                    CASE WHEN TG_OP <> 'INSERT' THEN audit.texts(OLD) END, CASE WHEN TG_OP <> 'DELETE' THEN audit.texts(NEW) END;
                RETURN NULL;
            END $$;
            CREATE TRIGGER record AFTER INSERT OR UPDATE OR DELETE ON public.orders FOR EACH ROW EXECUTE FUNCTION audit.record();
            """;

    private static final String[] CHANGES = {
        """
        BEGIN;
        INSERT INTO public.orders VALUES (2, 'new', 10.5, 0.1, repeat('n', 5000));
        INSERT INTO public.line VALUES (2, 1, 'a'), (2, 2, 'b');
        COMMIT;
        """,
        "UPDATE public.orders SET status = 'paid', ratio = 1e15 WHERE id = 2",
        "UPDATE public.orders SET id = 20 WHERE id = 2",
        "UPDATE public.orders SET total = 12, ratio = 1e-5 WHERE id = 20",
        """
        BEGIN;
        UPDATE public.line SET v = 'c' WHERE n = 1;
        INSERT INTO public.bare VALUES ('x', 1), ('y', NULL);
        UPDATE public.orders SET status = 'sent' WHERE id = 20;
        DELETE FROM public.line WHERE n = 2;
        UPDATE public.bare SET n = 2 WHERE v = 'x';
        COMMIT;
        """,
        "DELETE FROM public.orders WHERE id = 20",
        "INSERT INTO public.orders VALUES (20, 'again; ?', NULL, NULL, '')",
        "TRUNCATE public.line",
        "UPDATE public.orders SET status = 'touched' WHERE id = 1",
        "INSERT INTO public.typed VALUES (1, 'glad', '{a,\"b c\"}', '{\"k\": [1]}'), (2, 'sad', NULL, NULL)",
        // In pieces, of several tables in turns.
        """
        DO $$ BEGIN
            FOR i IN 1..300 LOOP
                INSERT INTO public.line VALUES (i, 7, 'piece ' || i);
                INSERT INTO public.bare VALUES ('piece', i);
            END LOOP;
        END $$
        """,
    };

    private static final StreamBudgets SMALL =
            StreamBudgets.DEFAULT.withPieces(new CaptureSettings.Limits(100, 32L << 20), 1_000, 48L << 20);

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final TypeReference<TreeMap<String, String>> VALUES = new TypeReference<>() {};

    private static MovedTask moved;
    private static SyncTask task;
    private static List<JsonNode> all;

    @BeforeAll
    static void makeHistory(Servers servers) throws Exception {
        moved = MovedTask.stopping(servers, 17, STRUCTURE);
        task = new SyncTask(moved.task());
        run(RunOptions.to(RunGoal.CAUGHT_UP));
        moved.atSource(RECORDING);
        moved.atSource(CHANGES);
        run(RunOptions.to(RunGoal.CAUGHT_UP));
        String column = "ALTER TABLE public.orders ADD COLUMN extra text";
        moved.atSource(column);
        moved.atDestination(column);
        run(new RunOptions(RunGoal.CAUGHT_UP, List.of(new TableName("public", "orders")), List.of()));
        moved.atSource("UPDATE public.orders SET extra = 'x' WHERE id = 20");
        run(RunOptions.to(RunGoal.CAUGHT_UP));
        all = changes(everything());
    }

    private static void run(RunOptions options) throws InterruptedException {
        new Pipeline(moved.task(), PipelineListener.NONE, SMALL).run(options);
    }

    private static ChangesRequest everything() {
        return new ChangesRequest(
                List.of(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    private static ChangesRequest of(String table) {
        return new ChangesRequest(
                List.of(table), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    private static ChangesRequest between(@Nullable String from, @Nullable String to) {
        return new ChangesRequest(
                List.of(),
                Optional.ofNullable(from),
                Optional.ofNullable(to),
                Optional.empty(),
                Optional.empty(),
                false);
    }

    private static ChangesRequest where(String table, String condition) {
        return new ChangesRequest(
                List.of(table), Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(condition), false);
    }

    private static List<JsonNode> changes(ChangesRequest request) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        task.replayChanges(request, HistoryForm.JSON, out);
        return lines(out);
    }

    private static List<JsonNode> row(String table, String... key) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        task.replayRow(new RowRequest(table, List.of(key), Optional.empty(), Optional.empty()), HistoryForm.JSON, out);
        return lines(out);
    }

    private static List<JsonNode> lines(ByteArrayOutputStream out) throws Exception {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    private static List<String> texts(List<JsonNode> changes, String field) {
        return changes.stream().map(change -> change.get(field).asText()).toList();
    }

    @Test
    void allChangesComeInTheOrderOfTheirTransactionsAndNumbers() {
        assertThat(all).hasSize(3 + 1 + 1 + 1 + 6 + 1 + 1 + 1 + 1 + 2 + 600 + 1);
        for (int i = 1; i < all.size(); i++) {
            Lsn before = Lsn.parse(all.get(i - 1).get("lsn").asText());
            Lsn now = Lsn.parse(all.get(i).get("lsn").asText());
            assertThat(now.reached(before)).isTrue();
            long number = all.get(i).get("number").asLong();
            assertThat(number - 1)
                    .isIn(now.equals(before) ? all.get(i - 1).get("number").asLong() : 0L, i == 4 ? 1L : 0L);
        }
        assertThat(texts(all, "table").stream().distinct())
                .containsExactlyInAnyOrder("public.orders", "public.line", "public.bare", "public.typed");
    }

    @Test
    void changesHaveTheFieldsThatProgramsRelyOn() throws Exception {
        JsonNode insert = all.get(0);
        assertThat(insert.fieldNames())
                .toIterable()
                .containsExactly(
                        "lsn",
                        "commit_time",
                        "transaction",
                        "number",
                        "table",
                        "op",
                        "key",
                        "before",
                        "after",
                        "changed");
        assertThat(insert.get("op").asText()).isEqualTo("insert");
        assertThat(insert.get("key")).isEqualTo(JSON.readTree("{\"id\":\"2\"}"));
        assertThat(insert.get("before").isNull()).isTrue();
        assertThat(insert.get("after").get("total").asText()).isEqualTo("10.50");
        assertThat(insert.get("commit_time").asText()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z");
        JsonNode paid = all.get(3);
        assertThat(paid.get("after").has("note"))
                .as("a value that was not sent")
                .isFalse();
        assertThat(paid.get("after").get("ratio").asText()).isEqualTo("1e+15");
        JsonNode moves = all.get(4);
        assertThat(moves.get("op").asText()).isEqualTo("update");
        assertThat(moves.get("key")).isEqualTo(JSON.readTree("{\"id\":\"20\"}"));
        assertThat(moves.get("before")).isEqualTo(JSON.readTree("{\"id\":\"2\"}"));
        JsonNode bare = changes(of("public.bare")).get(2);
        assertThat(bare.get("key")).isEqualTo(JSON.readTree("{}"));
        assertThat(bare.get("before")).isEqualTo(JSON.readTree("{\"v\":\"x\",\"n\":\"1\"}"));
        assertThat(bare.get("changed")).isEqualTo(JSON.readTree("[\"n\"]"));
        assertThat(texts(changes(of("*.line")), "op")).contains("truncate", "delete");
    }

    @Test
    void aTransactionIsFoundByItsLsnItsTimeAndItsIdentifier() throws Exception {
        JsonNode third = all.get(4);
        String lsn = third.get("lsn").asText();
        assertThat(changes(between(lsn, lsn))).containsExactly(third);
        assertThat(changes(between(lsn, null))).isEqualTo(all.subList(4, all.size()));
        assertThat(changes(between(null, lsn))).isEqualTo(all.subList(0, 5));
        String time = third.get("commit_time").asText();
        assertThat(changes(between(time, time))).containsExactly(third);
        assertThat(changes(between(time, "latest"))).isEqualTo(all.subList(4, all.size()));
        assertThat(changes(between("latest", null))).isEmpty();
        assertThat(changes(between("2999-01-01T00:00:00Z", null))).isEmpty();
        String identifier = moved.valueAtSource("SELECT xid FROM audit.log WHERE op = 'delete'");
        ChangesRequest one = new ChangesRequest(
                List.of(), Optional.empty(), Optional.empty(), Optional.of(identifier), Optional.empty(), false);
        assertThat(texts(changes(one), "op")).containsExactly("delete");
    }

    @Test
    void aConditionIsEvaluatedWithTheTypesOfTheDestination() throws Exception {
        assertThat(changes(where("public.orders", "total > 9.99 AND status <> 'new'")))
                .hasSize(4);
        assertThat(changes(where("public.orders", "orders.extra = 'x'"))).hasSize(1);
        assertThat(changes(where("public.orders", "status = 'again' || chr(59) || ' ?' AND note = ''")))
                .hasSize(2);
        assertThat(texts(changes(where("public.typed", "m > 'sad' AND 'b c' = ANY (tags) AND doc ? 'k'")), "op"))
                .containsExactly("insert");
        assertThat(changes(where("public.line", "v LIKE 'piece %' AND order_id % 100 = 0")))
                .hasSize(3);
        assertFault(where("public.orders", "missing = 1"), FaultKind.USAGE, "column \"missing\" does not exist");
        assertFault(where("public.orders", "true; DELETE FROM public.orders"), FaultKind.USAGE, "no semicolon");
        assertFault(where("public.orders", "status::int = 1"), FaultKind.USAGE, "SQLSTATE 22P02");
        assertFault(
                where("public.orders", "nextval('public.none'::text::regclass) = 1"),
                FaultKind.USAGE,
                "does not exist");
    }

    @Test
    void theHistoryOfARowIsWhatTheTriggersRecorded() throws Exception {
        List<JsonNode> history = row("public.orders", "id=20");

        List<String> recorded = new ArrayList<>();
        try (Connection connection = new Scripts(moved.source()).connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT op, old::text, new::text, xid::bigint & 4294967295 FROM audit.log WHERE id IN (2, 20) ORDER BY n")) {
            while (rows.next()) {
                recorded.add(rows.getString(1) + " " + sorted(rows.getString(2)) + " " + sorted(rows.getString(3)) + " "
                        + rows.getString(4));
            }
        }
        List<String> replayed = new ArrayList<>();
        for (JsonNode change : history) {
            replayed.add(change.get("op").asText() + " "
                    + sorted(change.get("before").toString()) + " "
                    + sorted(change.get("after").toString()) + " "
                    + change.get("transaction").asLong());
        }
        assertThat(replayed).isEqualTo(recorded);
        assertThat(history.get(1).get("changed")).isEqualTo(JSON.readTree("[\"status\",\"ratio\"]"));
        assertThat(history.get(history.size() - 1).get("changed")).isEqualTo(JSON.readTree("[\"extra\"]"));
        assertThat(row("public.orders", "id=2")).isEqualTo(history.subList(0, 6));
    }

    /** The recording does not have the column that was added. */
    private static String sorted(String json) throws Exception {
        if (json == null || json.equals("null")) {
            return "null";
        }
        Map<String, String> values = JSON.readValue(json, VALUES);
        values.remove("extra");
        return values.toString();
    }

    @Test
    void aRowThatWasThereBeforeTheFirstChangeHasTheHistoryThatIsKnown() throws Exception {
        List<JsonNode> history = row("public.orders", "id=1");

        assertThat(history).hasSize(1);
        assertThat(history.get(0).get("before").isNull()).isTrue();
        assertThat(texts(row("public.line", "order_id=2", "n=1"), "op"))
                .containsExactly("insert", "update", "truncate");
        assertThat(texts(row("public.bare", "v=x"), "op")).containsExactly("insert", "update");
        assertThat(row("public.orders", "id=4711")).isEmpty();
        assertThatThrownBy(() -> row("public.line", "order_id=2"))
                .hasMessageContaining("A row of table public.line is identified by order_id, n, not by order_id.");
        assertThatThrownBy(() -> row("public.orders", "number=2"))
                .hasMessageContaining("A row of table public.orders is identified by id, not by number.");
        assertThatThrownBy(() -> row("line", "n=2")).hasMessage("line is no table. Write it as schema.table.");
    }

    @Test
    void peopleGetLinesAndSpreadsheetsGetColumns() throws Exception {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        task.replayRow(
                new RowRequest("public.orders", List.of("id=20"), Optional.empty(), Optional.empty()),
                HistoryForm.TEXT,
                text);
        assertThat(text.toString(StandardCharsets.UTF_8))
                .contains(
                        "  update public.orders id='20'\n    total: '10.50' -> '12.00'\n    ratio: '1e+15' -> '1e-05'\n");
        ByteArrayOutputStream csv = new ByteArrayOutputStream();
        task.replayRow(
                new RowRequest("public.orders", List.of("id=20"), Optional.empty(), Optional.empty()),
                HistoryForm.CSV,
                csv);
        assertThat(csv.toString(StandardCharsets.UTF_8))
                .startsWith("lsn,commit_time,transaction,number,table,op,column,before,after\n")
                .contains(",update,total,10.50,12.00\n")
                .contains(",insert,note,,\"\"\n");
    }

    @Test
    void maskedValuesAreNotPrinted() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        RowRequest request = new RowRequest(
                "public.orders",
                List.of("id=20"),
                Optional.empty(),
                Optional.empty(),
                List.of("public.orders.s*", "*.orders.total"));
        task.replayRow(request, HistoryForm.JSON, out);
        List<JsonNode> history = lines(out);
        assertThat(history).hasSameSizeAs(row("public.orders", "id=20"));
        assertThat(history.get(1).get("before").get("status").asText()).isEqualTo("***");
        assertThat(history.get(1).get("after").get("status").asText()).isEqualTo("***");
        assertThat(history.get(1).get("after").get("ratio").asText()).isEqualTo("1e+15");
        assertThat(history.get(1).get("changed")).isEqualTo(JSON.readTree("[\"status\",\"ratio\"]"));
        assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("paid", "10.50", "12.00");
        assertThat(changes(masked("public.orders.id")).get(4).get("key")).isEqualTo(JSON.readTree("{\"id\":\"***\"}"));
        assertFault(masked("public.orders.statsu"), FaultKind.USAGE, "--mask public.orders.statsu matches no column");
        assertFault(masked("public.order.status"), FaultKind.USAGE, "--mask names table public.order, which is not");
        assertFault(masked("status"), FaultKind.USAGE, "--mask status names no column.");
    }

    private static ChangesRequest masked(String mask) {
        return new ChangesRequest(
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                List.of(mask));
    }

    @Test
    void whatCannotBeAnsweredIsRefusedInOneSentence() {
        assertFault(between("F/F", "0/1"), FaultKind.USAGE, "--to is before --from.");
        assertFault(between("2030-01-01T00:00:00Z", "2020-01-01T00:00:00Z"), FaultKind.USAGE, "--to is before --from.");
        assertThatThrownBy(() -> row("public.orders", "id=1", "id=2"))
                .hasMessageContaining("Column id has two values.");
        assertThatThrownBy(() -> row("public.bare", "zz=1"))
                .hasMessage("Table public.bare has no column zz, and never had one. Its columns are n, v.");
        assertThatThrownBy(() -> task.prove(Optional.of("F0/0"), Optional.empty(), Optional.empty()))
                .hasMessageContainingAll("The topics end at ", ", before --from.");
        assertThat(task.unmatchedTables(List.of("public.*", "nope.*"))).containsExactly("nope.*");
        assertFault(between("1999-01-01T00:00:00Z", null), FaultKind.USAGE, "The topics begin at ");
        assertFault(between("0/1", null), FaultKind.USAGE, "The topics begin at LSN ");
        assertFault(between("yesterday", null), FaultKind.USAGE, "--from yesterday is neither an LSN nor a time.");
        assertFault(of("orders"), FaultKind.USAGE, "--table orders has no schema.");
        ChangesRequest no = new ChangesRequest(
                List.of(), Optional.empty(), Optional.empty(), Optional.of("x"), Optional.empty(), false);
        assertFault(no, FaultKind.USAGE, "--transaction x is no transaction identifier.");
    }

    private static void assertFault(ChangesRequest request, FaultKind kind, String sentence) {
        assertThatThrownBy(() -> changes(request))
                .isInstanceOfSatisfying(
                        SyncException.class, fault -> assertThat(fault.kind()).isEqualTo(kind))
                .hasMessageContaining(sentence);
    }

    @Test
    void nothingOfItWasAltered() throws Exception {
        ProofReport report = task.prove(Optional.empty(), Optional.empty(), Optional.empty());

        JsonNode json = JSON.readTree(report.json());
        assertThat(report.intact()).as(report.text()).isTrue();
        assertThat(json.get("result").asText()).isEqualTo("intact");
        assertThat(json.get("first_cut").get("number").asLong()).isZero();
        assertThat(json.get("records").asLong()).isGreaterThan(all.size());
        assertThat(json.get("first_fault").isNull()).isTrue();
        JsonNode part = JSON.readTree(task.prove(
                        Optional.of(all.get(3).get("lsn").asText()),
                        Optional.of(all.get(9).get("lsn").asText()),
                        Optional.empty())
                .json());
        assertThat(part.get("result").asText()).isEqualTo("intact");
        assertThat(part.get("cuts").asLong()).isLessThan(json.get("cuts").asLong());
    }
}
