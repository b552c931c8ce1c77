package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.awaitility.core.ConditionTimeoutException;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.CommandLineProcess.Started;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.WarmCommandLine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What README.md says, done by a stranger: its SQL gives two ordinary accounts their rights, its task file names them, and its
 * commands move a live database from end to end, each in a process of its own.
 */
@ExtendWith(ServersExtension.class)
class ReadmeTest {

    private static final String SHOP = """
            CREATE EXTENSION pg_trgm SCHEMA public;
            CREATE SCHEMA sales AUTHORIZATION shop_owner;
            GRANT CREATE ON SCHEMA public TO shop_owner;
            SET ROLE shop_owner;
            CREATE TYPE public.mood AS ENUM ('sad', 'ok');
            CREATE DOMAIN sales.amount AS numeric(12, 2) CHECK (VALUE >= 0);
            CREATE TABLE public.customer (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text UNIQUE, mood public.mood DEFAULT 'ok', note text);
            CREATE INDEX ON public.customer USING gin (note public.gin_trgm_ops);
            CREATE TABLE sales.orders (
                id bigserial PRIMARY KEY, customer bigint REFERENCES public.customer ON DELETE CASCADE, total sales.amount,
                at timestamptz DEFAULT now());
            CREATE TABLE sales.event (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
            CREATE TABLE sales.event_old PARTITION OF sales.event FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
            CREATE TABLE sales.event_new PARTITION OF sales.event DEFAULT;
            CREATE TABLE sales.log (line text, level int);
            ALTER TABLE sales.log REPLICA IDENTITY FULL;
            CREATE VIEW sales.totals AS SELECT customer, sum(total) FROM sales.orders GROUP BY 1;
            CREATE MATERIALIZED VIEW sales.best AS SELECT customer, sum(total) FROM sales.orders GROUP BY 1;
            CREATE FUNCTION sales.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.at := now(); RETURN NEW; END';
            CREATE TRIGGER touch BEFORE UPDATE ON sales.orders FOR EACH ROW EXECUTE FUNCTION sales.touch();
            COMMENT ON TABLE sales.orders IS 'What customers want';
            INSERT INTO public.customer (email, note) SELECT 'c' || i || '@x', md5(i::text) FROM generate_series(1, 500) i;
            INSERT INTO sales.orders (customer, total) SELECT 1 + i % 500, i FROM generate_series(1, 1000) i;
            INSERT INTO sales.event SELECT i, '2025-12-01'::date + i FROM generate_series(1, 100) i;
            INSERT INTO sales.log SELECT 'l' || i % 7, i % 3 FROM generate_series(1, 50) i
            """;

    private static final String WRITES = """
            SET ROLE shop_owner;
            UPDATE sales.orders SET total = total + 1 WHERE id % 3 = 0;
            DELETE FROM public.customer WHERE id = 11;
            INSERT INTO public.customer (email, mood) VALUES ('new@x', 'sad');
            UPDATE sales.event SET at = '2026-02-02' WHERE id = 1;
            UPDATE sales.log SET level = 9 WHERE line = 'l3'
            """;

    @TempDir
    Path directory;

    /** For what is checked besides the commands of the page, with the same task file but for its passwords. */
    private WarmCommandLine here;

    private String file;

    private Readme readme;
    private CommandLineProcess dtsSync;
    private EmbeddedPostgres source;
    private EmbeddedPostgres destination;

    @BeforeEach
    void prepare(Servers servers) throws Exception {
        readme = Readme.read();
        source = servers.postgres(14);
        destination = servers.postgres(17);
        execute(source, "postgres", "CREATE ROLE shop_owner");
        execute(source, "postgres", "CREATE DATABASE shop TEMPLATE template0");
        execute(destination, "postgres", "CREATE DATABASE shop TEMPLATE template0");
        execute(source, "shop", SHOP);
        execute(source, "shop", readme.sourceRights());
        execute(destination, "shop", readme.destinationRights());
        Map<String, String> passwords = Map.of(
                "SOURCE_PASSWORD", Readme.password(readme.sourceRights()),
                "DESTINATION_PASSWORD", Readme.password(readme.destinationRights()));
        dtsSync = new CommandLineProcess(directory, passwords);
        String text = readme.taskFile()
                .replace("127.0.0.1:5432", "127.0.0.1:" + source.port())
                .replace("127.0.0.1:5433", "127.0.0.1:" + destination.port())
                .replace("127.0.0.1:9092", servers.kafka().bootstrapServers())
                .replace("http://127.0.0.1:8081", servers.registry().url());
        dtsSync.file("shop.yaml", text);
        for (Map.Entry<String, String> password : passwords.entrySet()) {
            text = text.replace("${env:" + password.getKey() + "}", password.getValue());
        }
        here = new WarmCommandLine(directory);
        file = here.file("here.yaml", text);
    }

    @AfterEach
    void removeEverything() throws SQLException {
        for (EmbeddedPostgres server : List.of(source, destination)) {
            execute(server, "postgres", """
                    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = 'shop';
                    SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = 'shop'
                    """);
            execute(server, "postgres", "DROP DATABASE IF EXISTS shop");
            // A right to a parameter belongs to no database; it goes with what the role owns.
            execute(server, "postgres", """
                    DO $$ BEGIN
                        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'migrator') THEN DROP OWNED BY migrator; END IF;
                    END $$;
                    DROP ROLE IF EXISTS migrator, shop_owner
                    """);
        }
    }

    @Test
    void itsCommandsMoveADatabaseWithTheRightsItGives(Servers servers) throws Exception {
        Started live = null;
        for (List<String> command : readme.commands()) {
            String[] words = command.toArray(String[]::new);
            switch (String.join(" ", command)) {
                case "precheck shop.yaml" -> assertPrechecked(dtsSync.run(words));
                case "run shop.yaml" -> live = startAndWrite(dtsSync.start(words));
                case "status shop.yaml" -> assertStatus(dtsSync.run(words));
                case "verify shop.yaml" -> assertVerified(dtsSync.run(words));
                case "replay changes shop.yaml --json" -> assertReplayed(dtsSync.run(words));
                case "base shop.yaml --to DIR" ->
                    assertBaseMade(dtsSync.run(
                            "base",
                            "shop.yaml",
                            "--to",
                            directory.resolve("base").toString()));
                case "structure list shop.yaml" ->
                    assertThat(dtsSync.run(words)).isEqualTo(new Outcome(0, "", ""));
                case "run shop.yaml --until verified" -> {
                    assertThat(live).isNotNull();
                    assertEndsAtOnce(live);
                    assertFindsDifferences(dtsSync.run(words));
                }
                case "release shop.yaml --topics" -> assertReleased(dtsSync.run(words), servers);
                default -> throw new AssertionError("No one has run this command of the README: " + command);
            }
        }
        assertThat(live).isNotNull();
    }

    private void assertPrechecked(Outcome outcome) throws Exception {
        assertThat(outcome.out().lines().filter(line -> line.startsWith("FAIL")))
                .isEmpty();
        assertThat(outcome.exitCode()).isZero();
        JsonNode items = json(here.run("precheck", file, "--json")).get("items");
        assertThat(items).isNotEmpty().allSatisfy(item -> {
            assertThat(keys(item))
                    .containsExactly(
                            "id", "object", "result", "message", "remedy", "phase", "objects", "server", "sql", "text");
            assertThat(item.get("result").asText()).isIn("pass", "warn", "fail");
        });
    }

    private Started startAndWrite(Started run) throws Exception {
        try {
            await().atMost(Duration.ofMinutes(3))
                    .ignoreExceptions()
                    .until(() -> query(destination, "SELECT phase FROM dts_sync.task WHERE task = 'shop'")
                            .equals("incremental"));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(run.errSoFar(), e);
        }
        execute(source, "shop", WRITES);
        return run;
    }

    private void assertReplayed(Outcome outcome) throws Exception {
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.out().lines())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).startsWith("{\"lsn\":").endsWith("]}"));
        JsonNode proof = json(here.run("replay", "prove", file, "--json"));
        assertThat(keys(proof)).startsWith("result", "from", "to", "cuts", "records", "first_fault", "tables");
        assertThat(proof.get("result").asText()).isEqualTo("intact");
        assertThat(here.run("replay", "rows", file, "sales.orders", "nothing=1").exitCode())
                .isEqualTo(2);
        assertThat(here.run("replay", "changes", file, "--from", "0/1").err()).startsWith("The topics begin at LSN ");
        Outcome later = here.run("replay", "changes", file, "--from", "F0000000/0");
        assertThat(later.exitCode()).isZero();
        assertThat(later.out()).isEmpty();
        assertThat(later.err()).contains("The topics end before --from, so nothing of it is there yet. last_lsn=");
    }

    private void assertBaseMade(Outcome outcome) throws Exception {
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        String base = directory.resolve("base").toString();
        Outcome checked = here.run("base", "check", base);
        assertThat(checked.exitCode()).as(checked.err()).isZero();
        Path orders = directory.resolve("orders.csv");
        Outcome table = here.run(
                "replay",
                "table",
                file,
                "sales.orders",
                "--as-of",
                "latest",
                "--base",
                base,
                "--to",
                orders.toString());
        assertThat(table.exitCode()).as(table.err()).isZero();
        try (Stream<String> lines = Files.lines(orders)) {
            assertThat(lines.count() - 1).isEqualTo(Long.parseLong(query(source, "SELECT count(*) FROM sales.orders")));
        }
    }

    private void assertStatus(Outcome outcome) throws Exception {
        assertThat(outcome.out()).contains("phase        incremental", "run          alive", "sales.orders");
        assertThat(outcome.exitCode()).isZero();
        JsonNode status = json(here.run("status", file, "--json"));
        assertThat(keys(status))
                .containsExactly(
                        "task",
                        "phase",
                        "source_lsn",
                        "applied_lsn",
                        "lag_ms",
                        "lag_bytes",
                        "tables",
                        "error",
                        "running",
                        "run",
                        "ddl");
        assertThat(status.get("ddl").get("mode").asText()).isEqualTo("stop");
        assertThat(status.get("ddl").get("reason").asText()).contains("could make no event triggers");
        assertThat(status.get("running").asBoolean()).isTrue();
        assertThat(keys(status.get("run"))).containsExactly("host", "pid", "version", "started_at", "alive_at");
        assertThat(status.get("source_lsn").asText()).matches("[0-9A-F]+/[0-9A-F]+");
        assertThat(status.get("applied_lsn").asText()).matches("[0-9A-F]+/[0-9A-F]+");
        assertThat(status.get("lag_ms").isIntegralNumber()).isTrue();
        assertThat(status.get("lag_bytes").isIntegralNumber()).isTrue();
        assertThat(status.get("error").isNull()).isTrue();
        assertThat(status.get("tables")).hasSize(4).allSatisfy(table -> {
            assertThat(keys(table)).containsExactly("schema", "table", "snapshot_rows", "estimated_rows", "state");
            assertThat(table.get("state").asText()).isEqualTo("streaming");
        });
    }

    private void assertVerified(Outcome outcome) throws Exception {
        assertThat(outcome.out()).contains("All 4 tables are equal as of ");
        assertThat(outcome.exitCode()).isZero();
        Outcome asJson = here.run("verify", file, "--json");
        assertReport(json(asJson));
        assertThat(asJson.err()).isEqualTo("A run is active: it verifies both databases once it has caught up.\n");
    }

    private static void assertReport(JsonNode report) {
        assertThat(keys(report)).containsExactly("lsn", "tables", "differences", "sequences");
        assertThat(report.get("tables"))
                .hasSize(4)
                .allSatisfy(table -> assertThat(keys(table))
                        .containsExactly("schema", "table", "rows", "equal", "missing", "extra", "changed"));
    }

    private static void assertEndsAtOnce(Started live) throws Exception {
        long begin = System.nanoTime();
        live.terminate();
        Outcome outcome = live.await();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).doesNotContain("Exception", "-password");
    }

    private void assertFindsDifferences(Outcome equal) throws Exception {
        assertThat(equal.out()).contains("All 4 tables are equal as of ");
        assertThat(equal.exitCode()).isZero();
        execute(
                destination,
                "shop",
                "UPDATE sales.orders SET total = 0 WHERE id = 7; DELETE FROM sales.event WHERE id = 99");

        Outcome run = here.run("run", file, "--until", "verified");
        Outcome verify = here.run("verify", file, "--json");

        assertThat(run.out())
                .contains(
                        "missing sales.event key (99,",
                        "changed sales.orders key 7 columns ",
                        "2 of 4 tables differ as of ");
        assertThat(run.exitCode()).isEqualTo(4);
        assertThat(verify.exitCode()).isEqualTo(4);
        assertReport(new ObjectMapper().readTree(verify.out()));
        assertThat(new ObjectMapper().readTree(verify.out()).get("differences"))
                .hasSize(2)
                .allSatisfy(
                        difference -> assertThat(keys(difference)).containsExactly("table", "key", "kind", "columns"));
    }

    private void assertReleased(Outcome outcome, Servers servers) throws Exception {
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).isEmpty();
        assertThat(query(source, "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'dts_sync_shop'"))
                .isEqualTo("0");
        for (EmbeddedPostgres server : List.of(source, destination)) {
            assertThat(query(server, "SELECT count(*) FROM pg_publication")).isEqualTo("0");
            assertThat(query(server, "SELECT to_regnamespace('dts_sync') IS NULL"))
                    .isEqualTo("t");
        }
        Properties kafka = new Properties();
        kafka.put("bootstrap.servers", servers.kafka().bootstrapServers());
        try (Admin admin = Admin.create(kafka)) {
            Set<String> topics = admin.listTopics().names().get();
            assertThat(topics).noneMatch(topic -> topic.startsWith("shop."));
        }
        assertThat(query(destination, "SELECT count(*) FROM public.customer")).isEqualTo("500");
    }

    private static JsonNode json(Outcome outcome) throws Exception {
        assertThat(outcome.exitCode()).isZero();
        return new ObjectMapper().readTree(outcome.out());
    }

    private static List<String> keys(JsonNode object) {
        List<String> keys = new java.util.ArrayList<>();
        object.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    private static String query(EmbeddedPostgres server, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.url("shop"), EmbeddedPostgres.SUPERUSER, "");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static void execute(EmbeddedPostgres server, String database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.url(database), EmbeddedPostgres.SUPERUSER, "");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
