package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dtssync.app.base.BaseCut;
import org.dtssync.app.base.BaseDirectory;
import org.dtssync.app.base.BaseListener;
import org.dtssync.app.rebuild.RebuildListener;
import org.dtssync.app.stream.StreamBudgets;
import org.dtssync.app.tasks.BaseReport;
import org.dtssync.app.tasks.StateForm;
import org.dtssync.app.tasks.StateProofReport;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskStates;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskText;
import org.dtssync.connectors.capture.CaptureSettings;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a base and the topics make of a task's tables, compared with what an observer saw at the source after each of many commits. */
@ExtendWith(ServersExtension.class)
class ReplaysStatesTest {

    private static final int COMMITS = 50;

    private static final List<String> TABLES = List.of("item", "line", "bare", "typed", "pile");

    private static final String STRUCTURE = """
            CREATE TABLE public.item (id int PRIMARY KEY, v text, big text, ratio float8, made timestamptz DEFAULT now());
            ALTER TABLE public.item ALTER big SET STORAGE EXTERNAL;
            CREATE TABLE public.line (item int, n int, v text UNIQUE, PRIMARY KEY (item, n));
            CREATE TABLE public.bare (v text, n int);
            ALTER TABLE public.bare REPLICA IDENTITY FULL;
            CREATE TYPE public.mood AS ENUM ('sad', 'glad');
            CREATE TABLE public.typed (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, m public.mood, tags text[], doc jsonb, raw bytea,
                flag bool, r float4, amount numeric, twice numeric GENERATED ALWAYS AS (amount * 2) STORED, "odd, ""name""\" text);
            CREATE TABLE public.pile (id int, k text NOT NULL, v text) PARTITION BY RANGE (id);
            CREATE TABLE public.pile_low PARTITION OF public.pile FOR VALUES FROM (MINVALUE) TO (100);
            CREATE TABLE public.pile_high PARTITION OF public.pile FOR VALUES FROM (100) TO (MAXVALUE);
            ALTER TABLE public.pile ADD PRIMARY KEY (id);
            CREATE MATERIALIZED VIEW public.counted AS SELECT count(*) AS n FROM public.item;
            CREATE INDEX item_by_v ON public.item (v);
            INSERT INTO public.item SELECT n, 'v' || n, repeat(n::text, 3000), n / 7.0 FROM generate_series(1, 60) n;
            INSERT INTO public.line SELECT n % 9, n, 'l' || n FROM generate_series(1, 40) n;
            INSERT INTO public.bare SELECT 'b' || n % 5, n % 3 FROM generate_series(1, 40) n;
            INSERT INTO public.bare VALUES (NULL, NULL), ('', 0), (E'tab\\tline\\nback\\\\slash', 1);
            INSERT INTO public.typed (m, tags, doc, raw, flag, r, amount, "odd, ""name""\")
            SELECT 'glad', ARRAY['a', 'b "c"', NULL], jsonb_build_object('k', n), decode('00ff0a', 'hex'), n % 2 = 0, n / 3.0, n / 8.0,
                E'x,"y"\\r\\n' FROM generate_series(1, 20) n;
            INSERT INTO public.pile SELECT n * 10, 'k' || n, 'v' FROM generate_series(1, 20) n;
            """;

    private static final StreamBudgets SMALL =
            StreamBudgets.DEFAULT.withPieces(new CaptureSettings.Limits(60, 32L << 20), 40, 48L << 20);

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path directory;

    private static Servers servers;
    private static MovedTask moved;
    private static TaskStates states;
    private static Path base;
    private static final List<Observed> observed = new ArrayList<>();

    /** What the observer saw right after a commit. */
    private record Observed(Lsn lsn, String time, Map<String, String> tables) {}

    @BeforeAll
    static void makeHistory(Servers given) throws Exception {
        servers = given;
        moved = MovedTask.of(servers, 17, STRUCTURE);
        states = new SyncTask(moved.task()).states();
        catchUp();
        change(new Random(7), 5);
        catchUp();
        base = directory.resolve("base");
        BaseReport report = states.base(base, Optional.empty(), BaseListener.NONE);
        assertThat(report.whole()).as(report.text()).isTrue();
        observed.clear();
        observe();
        change(new Random(11), COMMITS);
        catchUp();
    }

    private static void catchUp() throws InterruptedException {
        new Pipeline(moved.task(), PipelineListener.NONE, SMALL).run(RunOptions.to(RunGoal.CAUGHT_UP));
    }

    private static void change(Random random, int commits) throws SQLException {
        for (int i = 0; i < commits; i++) {
            StringBuilder transaction = new StringBuilder("BEGIN;\n");
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                transaction.append(statement(random)).append(";\n");
            }
            moved.atSource(transaction.append("COMMIT").toString());
            observe();
        }
    }

    private static String statement(Random random) {
        int n = random.nextInt(60);
        return switch (random.nextInt(16)) {
            case 0 ->
                "INSERT INTO public.item VALUES (%d, 'new', repeat('y', 4000), 0.1) ON CONFLICT (id) DO UPDATE SET v = 'met'"
                        .formatted(n);
            case 1 -> "UPDATE public.item SET v = 'w' || id, ratio = ratio * 1e9 WHERE id %% 7 = %d".formatted(n % 7);
            case 2 -> """
                UPDATE public.item i SET id = id + 1000
                WHERE id BETWEEN %d AND %d AND NOT EXISTS (SELECT FROM public.item o WHERE o.id = i.id + 1000)""".formatted(n, n + 3);
            case 3 -> """
                UPDATE public.item i SET id = -id, v = NULL
                WHERE id > 900 AND NOT EXISTS (SELECT FROM public.item o WHERE o.id = -i.id)""";
            case 4 -> "DELETE FROM public.item WHERE id = %d".formatted(n);
            case 5 -> "TRUNCATE public.line";
            case 6 ->
                "INSERT INTO public.line SELECT %d, g, 'x%d.' || g FROM generate_series(1, 5) g ON CONFLICT DO NOTHING"
                        .formatted(n, n);
            case 7 ->
                "UPDATE public.line SET v = item || '/' || n || '/' || txid_current() WHERE n %% 2 = %d"
                        .formatted(n % 2);
            case 8 ->
                "INSERT INTO public.bare VALUES ('b%d', %d), ('b%d', %d), (NULL, NULL)"
                        .formatted(n % 5, n % 3, n % 5, n % 3);
            case 9 ->
                "DELETE FROM public.bare WHERE ctid = (SELECT min(ctid) FROM public.bare WHERE n = %d)"
                        .formatted(n % 3);
            case 10 -> "UPDATE public.bare SET n = n + 1 WHERE v = 'b%d'".formatted(n % 5);
            case 11 ->
                "UPDATE public.typed SET m = 'sad', r = r / 3, amount = amount + 0.125, flag = NOT flag WHERE id %% 3 = %d"
                        .formatted(n % 3);
            case 12 -> "INSERT INTO public.typed (m, raw, tags) VALUES (NULL, NULL, '{}')";
            case 13 -> """
                UPDATE public.pile p SET id = id + 95
                WHERE id = (SELECT min(id) FROM public.pile) AND NOT EXISTS (SELECT FROM public.pile o WHERE o.id = p.id + 95)""";
            case 14 ->
                "INSERT INTO public.pile SELECT 5000 + %1$d * 10 + g, 'p', 'q' FROM generate_series(1, 9) g ON CONFLICT DO NOTHING"
                        .formatted(n);
            default ->
                "INSERT INTO public.item SELECT 2000 + g, 'many', 'z' FROM generate_series(1, 90) g ON CONFLICT (id) DO UPDATE SET v = item.v || 'm'";
        };
    }

    private static void observe() throws SQLException {
        try (Connection connection = new Scripts(moved.source()).connect();
                Statement statement = connection.createStatement()) {
            Map<String, String> tables = digests(moved.source());
            try (ResultSet rows = statement.executeQuery("SELECT pg_current_wal_insert_lsn(), clock_timestamp()")) {
                rows.next();
                observed.add(new Observed(
                        Lsn.parse(rows.getString(1)),
                        rows.getTimestamp(2).toInstant().toString(),
                        tables));
            }
        }
    }

    private static Map<String, String> digests(DatabaseSettings database) throws SQLException {
        Map<String, String> digests = new TreeMap<>();
        try (Connection connection = new Scripts(database).connect();
                Statement statement = connection.createStatement()) {
            for (String table : TABLES) {
                try (ResultSet rows = statement.executeQuery(
                        "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' ORDER BY t::text COLLATE \"C\")), '') FROM public."
                                + table + " t")) {
                    rows.next();
                    digests.put(table, rows.getString(1));
                }
            }
        }
        return digests;
    }

    private static Path target(DatabaseSettings database, String name) throws Exception {
        Path file = directory.resolve(name);
        Files.writeString(
                file,
                "destination: { url: \"%s\", user: %s, password: \"%s\" }%n"
                        .formatted(database.url(), database.user(), String.valueOf(database.password())));
        return file;
    }

    @Test
    void aDatabaseIsTheSourceAsOfEachCommitThatAnObserverSaw() throws Exception {
        DatabaseSettings database = servers.freshDatabase(18);
        Path file = target(database, "commits.yaml");
        for (Observed each : observed) {
            states.into(file, each.lsn().toString(), Optional.of(base), false, RebuildListener.NONE);
            assertThat(digests(database)).as("as of %s", each.lsn()).isEqualTo(each.tables());
        }
        StateProofReport proof = states.compare(file.toString(), "latest", Optional.of(base), Optional.empty());
        assertThat(proof.equal()).as(proof.text()).isTrue();
        new Scripts(database)
                .execute("UPDATE public.pile SET v = 'other' WHERE id = (SELECT max(id) FROM public.pile)");
        JsonNode different =
                JSON.readTree(states.compare(file.toString(), "latest", Optional.of(base), Optional.empty())
                        .json());
        assertThat(different.get("result").asText()).isEqualTo("different");
        different
                .get("tables")
                .forEach(table -> assertThat(table.get("equal").asBoolean())
                        .isEqualTo(!table.get("table").asText().equals("public.pile")));
        assertThatThrownBy(() -> states.into(
                        file, observed.get(3).lsn().toString(), Optional.of(base), false, RebuildListener.NONE))
                .hasMessageContaining("A database is not taken back");
    }

    @Test
    void tablesAreWrittenAsOfAnyCommitWithoutADatabase() throws Exception {
        DatabaseSettings database = servers.freshDatabase(18);
        new Scripts(database).execute(STRUCTURE.substring(0, STRUCTURE.indexOf("CREATE MATERIALIZED VIEW")));
        for (Observed each : List.of(observed.get(17), observed.get(COMMITS))) {
            for (String table : TABLES) {
                ByteArrayOutputStream csv = new ByteArrayOutputStream();
                String lsn = each.lsn().toString();
                long rows = states.table("public." + table, lsn, Optional.of(base), StateForm.CSV, csv);
                String digest = each.tables().get(table);
                assertThat(digest).as(table).isNotNull();
                assertThat(rows).isEqualTo(Long.parseLong(digest.substring(0, digest.indexOf(' '))));
                load(database, table, csv);
            }
            assertThat(digests(database)).as("as of %s", each.lsn()).isEqualTo(each.tables());
        }
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        long rows = states.table("public.typed", "latest", Optional.of(base), StateForm.NDJSON, json);
        List<String> lines = json.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize((int) rows);
        assertThat(lines).anyMatch(line -> line.contains("\"odd, \\\"name\\\"\":\"x,\\\"y\\\"\\r\\n\""));
    }

    private static void load(DatabaseSettings database, String table, ByteArrayOutputStream csv) throws Exception {
        String text = csv.toString(StandardCharsets.UTF_8);
        try (Connection connection = new Scripts(database).connect();
                Statement statement = connection.createStatement()) {
            statement.execute("TRUNCATE public." + table);
            connection
                    .unwrap(org.postgresql.PGConnection.class)
                    .getCopyAPI()
                    .copyIn(
                            "COPY public." + table + " (" + text.substring(0, text.indexOf('\n'))
                                    + ") FROM STDIN (FORMAT csv, HEADER)",
                            new java.io.StringReader(text));
        }
    }

    @Test
    void aTimeMeansEverythingBeforeTheFirstLaterTransaction() throws Exception {
        DatabaseSettings database = servers.freshDatabase(18);
        Path file = target(database, "times.yaml");
        for (int index : List.of(8, 25)) {
            states.into(file, observed.get(index).time(), Optional.of(base), false, RebuildListener.NONE);
            assertThat(digests(database)).isEqualTo(observed.get(index).tables());
        }
        states.into(file, "latest", Optional.of(base), false, RebuildListener.NONE);
        assertThat(digests(database)).isEqualTo(observed.get(COMMITS).tables());
        try (Connection connection = new Scripts(database).connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT n = (SELECT count(*) FROM public.item), to_regclass('public.item_by_v') IS NOT NULL FROM public.counted")) {
            rows.next();
            assertThat(rows.getBoolean(2)).isTrue();
        }
    }

    @Test
    void anInterruptedReplayIsResumed() throws Exception {
        DatabaseSettings database = servers.freshDatabase(18);
        Path file = target(database, "resumed.yaml");
        for (String point : List.of("loading the base", "creating keys", "applying changes", "creating indexes")) {
            RebuildListener stop = new RebuildListener() {
                @Override
                public void step(String what) {
                    if (what.startsWith(point)) {
                        throw new IllegalStateException("stopped at " + point);
                    }
                }
            };
            assertThatThrownBy(() -> states.into(file, "latest", Optional.of(base), false, stop))
                    .hasMessageContaining("stopped at");
        }
        states.into(file, "latest", Optional.of(base), false, RebuildListener.NONE);
        assertThat(digests(database)).isEqualTo(observed.get(COMMITS).tables());
        assertThat(states.compare(file.toString(), "latest", Optional.of(base), Optional.empty())
                        .equal())
                .isTrue();
    }

    @Test
    void aReplayThatIsKilledIsResumed() throws Exception {
        DatabaseSettings database = servers.freshDatabase(18);
        String file = target(database, "killed.yaml").toString();
        TaskText text = TaskText.of(servers, moved.source(), moved.destination());
        String task = Files.writeString(
                        directory.resolve("killed-task.yaml"),
                        new TaskText(
                                        moved.task().name(),
                                        text.source(),
                                        text.destination(),
                                        text.kafka(),
                                        text.registry())
                                .toString())
                .toString();
        List<String> arguments =
                List.of("replay", "into", task, "--target", file, "--as-of", "latest", "--base", base.toString());
        for (String point : List.of(
                "schema.object-made:3", "apply.position-advanced:1", "apply.rows-written:1", "apply.committed:1")) {
            CommandLineProcess killed = new CommandLineProcess(directory, Map.of("DTS_SYNC_FAILPOINT", point));
            Outcome outcome = killed.run(arguments.toArray(String[]::new));
            assertThat(outcome.exitCode()).as(point + ": " + outcome.err()).isNotZero();
        }
        Outcome outcome = new CommandLineProcess(directory, Map.of()).run(arguments.toArray(String[]::new));
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("The target is the source as of ");
        assertThat(digests(database)).isEqualTo(observed.get(COMMITS).tables());
        Outcome check = new CommandLineProcess(directory, Map.of()).run("base", "check", base.toString());
        assertThat(check.exitCode()).as(check.err()).isZero();
        assertThat(check.out()).contains("as they were written.");
    }

    @Test
    void aDestinationIsWhatBaseAndTopicsMakeOfIt() throws Exception {
        StateProofReport proof = states.compare("destination", "latest", Optional.of(base), Optional.empty());

        assertThat(proof.equal()).as(proof.text()).isTrue();
        assertThat(proof.statement()).contains("result: equal\n", "table public.item: equal, ");
    }

    @Test
    void anInterruptedBaseKeepsWhatDidNotChange() throws Exception {
        Path other = directory.resolve("interrupted");
        AtomicBoolean first = new AtomicBoolean(true);
        BaseListener stop = new BaseListener() {
            @Override
            public void table(TableName table, long rows) {
                if (!first.getAndSet(false)) {
                    throw new IllegalStateException("stopped");
                }
            }
        };
        assertThatThrownBy(() -> states.base(other, Optional.empty(), stop)).hasMessageContaining("stopped");
        assertThatThrownBy(() -> new BaseDirectory(other).manifest()).hasMessageContaining("is not finished");
        List<Integer> kept = new ArrayList<>();
        BaseReport report = states.base(other, Optional.empty(), new BaseListener() {
            @Override
            public void begun(BaseCut cut, int tables, int unchanged) {
                kept.add(unchanged);
            }
        });

        assertThat(kept).singleElement().satisfies(count -> assertThat(count).isPositive());
        assertThat(report.whole()).isTrue();
        assertThat(states.compare("destination", "latest", Optional.of(other), Optional.empty())
                        .equal())
                .isTrue();
        assertThatThrownBy(() -> states.base(other, Optional.empty(), BaseListener.NONE))
                .hasMessageContaining("already has a base");
        assertCheckNamesWhatIsWrong(other);
    }

    private static void assertCheckNamesWhatIsWrong(Path directory) throws Exception {
        Path rows;
        try (var files = Files.list(directory)) {
            rows = files.filter(file -> file.toString().endsWith(".gz"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(rows);
        bytes[bytes.length / 2] ^= 1;
        Files.write(rows, bytes);
        JsonNode json =
                JSON.readTree(TaskStates.checkBase(directory, BaseListener.NONE).json());
        assertThat(json.get("result").asText()).isEqualTo("altered");
        assertThat(json.get("first_fault").get("file").asText())
                .isEqualTo(rows.getFileName().toString());
        Files.delete(rows);
        assertThat(TaskStates.checkBase(directory, BaseListener.NONE).text()).contains("the file is missing");
    }

    @Test
    void eachMistakeIsOneSentenceAndWritesNothing() throws Exception {
        DatabaseSettings database = servers.freshDatabase(18);
        Path file = target(database, "mistakes.yaml");
        Path own = target(moved.destination(), "own.yaml");
        String latest = "latest";
        assertFault(
                own,
                latest,
                base,
                "The target is a database of task " + moved.task().name() + " itself.");
        assertFault(file, "F0/0", base, "and F0/0 is later");
        assertFault(file, "0/1", base, "which is after 0/1");
        assertFault(file, "2001-01-01T00:00:00Z", base, "which is after 2001-01-01T00:00:00Z");
        assertFault(file, "2999-01-01T00:00:00Z", base, "is later");
        assertFault(file, "yesterday", base, "is neither an LSN nor a time");
        assertFault(file, latest, directory.resolve("none"), "has no base");
        assertThatThrownBy(() -> states.into(file, latest, Optional.empty(), false, RebuildListener.NONE))
                .hasMessageContaining("name a base");
        assertThatThrownBy(() -> states.table(
                        "public.none", latest, Optional.of(base), StateForm.CSV, new ByteArrayOutputStream()))
                .hasMessageContaining("The base does not have table public.none, nor was it made before that moment.");
        new Scripts(database).execute("CREATE TYPE public.mine AS ENUM ('x')");
        assertFault(file, latest, base, "The target is not empty: it has public.mine.");
        new Scripts(database).execute("DROP TYPE public.mine");
        new Scripts(database).execute("CREATE TABLE public.taken (id int)");
        assertFault(file, latest, base, "The target is not empty: it has public.taken.");
        Path wrong = directory.resolve("wrong.yaml");
        Files.writeString(wrong, Files.readString(file) + "name: shop\n");
        assertFault(wrong, latest, base, "name (line 2) does not belong here");
        try (Connection connection = new Scripts(database).connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT to_regnamespace('dts_sync') IS NULL")) {
            rows.next();
            assertThat(rows.getBoolean(1)).as("nothing was written").isTrue();
        }
    }

    private static void assertFault(Path file, String asOf, Path from, String what) {
        assertThatThrownBy(() -> states.into(file, asOf, Optional.of(from), false, RebuildListener.NONE))
                .hasMessageContaining(what);
    }
}
