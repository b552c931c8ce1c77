package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.dtssync.app.base.BaseListener;
import org.dtssync.app.config.DdlSettings;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.ddl.RandomCommands;
import org.dtssync.app.rebuild.RebuildListener;
import org.dtssync.app.structure.CatalogPrint;
import org.dtssync.app.tasks.ChangesRequest;
import org.dtssync.app.tasks.HistoryForm;
import org.dtssync.app.tasks.RowRequest;
import org.dtssync.app.tasks.StateForm;
import org.dtssync.app.tasks.StateProofReport;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskStates;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.schemas.DdlMode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

/** A replay goes past commands that the task carried: tables and catalog are what an observer saw at the source at each moment. */
@ExtendWith(ServersExtension.class)
class ReplaysCommandsTest {

    private static final ObjectSelection SELECTION =
            new ObjectSelection(List.of("*.*"), List.of("outer_space.*", "public.old_*"), ObjectSelection.Owners.KEEP);

    /** What becomes of rows by their values alone is for a database. */
    private static final String LOST = "and the topics do not have what that did to its rows";

    private static final int MOMENTS = 6;

    /** A row's way through names, keys and columns of its table, and another table that takes its first name. */
    private static final List<String> WALK = List.of(
            "UPDATE public.walked SET v = 'first' WHERE id = 1",
            "ALTER TABLE public.walked RENAME TO walked_on",
            "UPDATE public.walked_on SET v = 'second' WHERE id = 1",
            "CREATE TABLE public.walked (id int PRIMARY KEY, v text)",
            "INSERT INTO public.walked VALUES (1, 'another table')",
            "ALTER TABLE public.walked_on ADD COLUMN tenant int NOT NULL DEFAULT 5, DROP CONSTRAINT walked_pkey,"
                    + " ADD PRIMARY KEY (tenant, id)",
            "UPDATE public.walked_on SET v = 'third' WHERE id = 1",
            "UPDATE public.walked_on SET id = 11 WHERE id = 1",
            "CREATE SCHEMA walking",
            "ALTER TABLE public.walked_on SET SCHEMA walking",
            "DELETE FROM walking.walked_on WHERE id = 11");

    /** Keys of more columns, and of another one. */
    private static final List<String> REKEYED = List.of(
            "CREATE TABLE public.widened (id int PRIMARY KEY, tenant int NOT NULL, v text)",
            "INSERT INTO public.widened VALUES (1, 5, 'first')",
            "DELETE FROM public.widened WHERE id = 1",
            "ALTER TABLE public.widened DROP CONSTRAINT widened_pkey, ADD PRIMARY KEY (id, tenant)",
            "INSERT INTO public.widened VALUES (1, 5, 'second')",
            "CREATE TABLE public.coded (id int PRIMARY KEY, code int NOT NULL, v text)",
            "INSERT INTO public.coded VALUES (42, 7, 'this'), (8, 42, 'other')",
            "ALTER TABLE public.coded DROP CONSTRAINT coded_pkey, ADD PRIMARY KEY (code)",
            "DELETE FROM public.coded WHERE code = 42",
            "UPDATE public.coded SET v = 'changed' WHERE code = 7",
            "DELETE FROM public.coded WHERE code = 7");

    @TempDir
    static Path directory;

    private static Servers servers;
    private static RunningPair pair;
    private static TaskStates states;
    private static Path base;
    private static final List<Observed> observed = new ArrayList<>();

    /** What the observer saw after a case. */
    private record Observed(String label, Lsn lsn, Map<String, String> rows, List<String> catalog) {}

    @BeforeAll
    static void makeHistory(Servers given) throws Exception {
        servers = given;
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(18);
        RunningPair.execute(source, CarriesCommandsTest.SETUP);
        RunningPair.execute(
                source,
                "CREATE TABLE public.walked (id int PRIMARY KEY, v text); INSERT INTO public.walked VALUES (1, 'base'), (2, 'base')");
        TaskFile task = new TaskFileBuilder(TaskFiles.of(servers, source, destination))
                .objects(SELECTION)
                .ddl(new DdlSettings(DdlMode.CARRY))
                .build();
        pair = RunningPair.start(task);
        states = new SyncTask(task).states();
        base = directory.resolve("base");
        states.base(base, Optional.empty(), BaseListener.NONE);
        observe("the base");
        try (Connection session = CarriedScene.open(source, "")) {
            for (CommandCase one : CommandCase.read("carries-commands.sql")) {
                for (String message : one.messages()) {
                    CarriedScene.execute(session, message);
                }
                observe(one.label());
            }
            RandomCommands random = new RandomCommands(7);
            for (int i = 0; i < 40; i++) {
                try {
                    CarriedScene.execute(session, random.message());
                } catch (SQLException refused) {
                    CarriedScene.execute(session, "rollback");
                }
                if (i % 8 == 7) {
                    observe("random " + i);
                }
            }
            for (String statement : WALK) {
                CarriedScene.execute(session, statement);
            }
            for (String statement : REKEYED) {
                CarriedScene.execute(session, statement);
            }
            CarriedScene.execute(session, "INSERT INTO public.marker VALUES (1)");
        }
        observe("the end");
        await().atMost(Duration.ofMinutes(2))
                .until(() -> RunningPair.query(pair.destination(), "SELECT count(*) FROM public.marker WHERE n = 1")
                        .equals("1"));
    }

    @AfterAll
    static void stop() throws Exception {
        pair.close();
    }

    private static void observe(String label) throws SQLException {
        observed.add(new Observed(
                label,
                Lsn.parse(RunningPair.query(pair.source(), "SELECT pg_current_wal_insert_lsn()")),
                rows(pair.source()),
                catalog(pair.source())));
    }

    private static Map<String, String> rows(DatabaseSettings database) throws SQLException {
        Map<String, String> rows = new TreeMap<>();
        try (Connection connection = new Scripts(database).connect()) {
            CarriedScene.execute(connection, "SET TimeZone = 'UTC'");
            for (Map.Entry<String, String> table : queries(connection).entrySet()) {
                try (Statement statement = connection.createStatement();
                        ResultSet found = statement.executeQuery(table.getValue())) {
                    found.next();
                    rows.put(table.getKey(), String.valueOf(found.getString(1)));
                }
            }
        }
        return rows;
    }

    /** Returns a query of each table's own rows without generated columns. */
    private static Map<String, String> queries(Connection connection) throws SQLException {
        Map<String, String> queries = new TreeMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("""
                        SELECT format('%I.%I', n.nspname, c.relname),
                               format('SELECT string_agg(t::text, '','' ORDER BY t::text COLLATE "C") FROM (SELECT %s FROM %s %I.%I) t',
                                      string_agg(format('%I', a.attname), ', ' ORDER BY a.attnum),
                                      CASE c.relkind WHEN 'r' THEN 'ONLY' ELSE '' END, n.nspname, c.relname)
                        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence = 'p'
                          AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'dts_sync', 'outer_space')
                          AND c.relname NOT LIKE 'old\\_%'
                        GROUP BY n.nspname, c.relname, c.relkind
                        """)) {
            while (found.next()) {
                queries.put(found.getString(1), found.getString(2));
            }
        }
        return queries;
    }

    private static List<String> catalog(DatabaseSettings database) throws SQLException {
        return CatalogPrint.of(new DatabaseConnections(End.SOURCE, database, "test")).stream()
                .filter(line -> !line.contains("outer_space"))
                .map(line -> line.replaceFirst("^(relation \\S+ \\S+ [rp] [pu]) [dfin] ", "$1 "))
                .toList();
    }

    private static Path target(DatabaseSettings database, String name) throws Exception {
        return Files.writeString(
                directory.resolve(name),
                "destination: { url: \"%s\", user: %s, password: \"%s\" }%n"
                        .formatted(database.url(), database.user(), String.valueOf(database.password())));
    }

    private static void assertIs(DatabaseSettings database, Observed moment) throws SQLException {
        assertThat(rows(database)).as(moment.label()).isEqualTo(moment.rows());
        List<String> missing = new ArrayList<>(moment.catalog());
        List<String> here = new ArrayList<>(catalog(database));
        List<String> more = new ArrayList<>(here);
        here.forEach(missing::remove);
        moment.catalog().forEach(more::remove);
        assertThat(missing).as("missing after %s", moment.label()).isEmpty();
        assertThat(more).as("too many after %s", moment.label()).isEmpty();
    }

    @Test
    void aDatabaseIsWhatItWasAtEachMoment() throws Exception {
        DatabaseSettings database = servers.freshDatabase(18);
        Path file = target(database, "moments.yaml");
        List<Observed> chosen = new ArrayList<>(observed);
        Random random = new Random(11);
        while (chosen.size() > MOMENTS) {
            chosen.remove(random.nextInt(chosen.size() - 1));
        }
        for (Observed moment : chosen) {
            states.into(file, moment.lsn().toString(), Optional.of(base), false, RebuildListener.NONE);
            assertIs(database, moment);
            StateProofReport proof = states.compare(file.toString(), "latest", Optional.of(base), Optional.empty());
            assertThat(proof.text()).as(moment.label()).doesNotContain("different");
        }
    }

    @Test
    void anEmptyDatabaseBecomesTheLastOne() throws Exception {
        DatabaseSettings database = servers.freshDatabase(17);
        Path file = target(database, "last.yaml");

        states.into(file, "latest", Optional.of(base), false, RebuildListener.NONE);

        assertIs(database, observed.get(observed.size() - 1));
        StateProofReport proof = states.compare("destination", "latest", Optional.of(base), Optional.empty());
        assertThat(proof.text()).doesNotContain("different");
    }

    @Test
    void eachTableIsWhatItWasAtEachMoment() throws Exception {
        int whole = 0;
        DatabaseSettings database = servers.freshDatabase(17);
        for (int i = 3; i < observed.size(); i += 11) {
            Observed moment = observed.get(i);
            for (Map.Entry<String, String> table : moment.rows().entrySet()) {
                ByteArrayOutputStream csv = new ByteArrayOutputStream();
                try {
                    states.table(
                            table.getKey().replace("\"", ""),
                            moment.lsn().toString(),
                            Optional.of(base),
                            StateForm.CSV,
                            csv);
                } catch (SyncException e) {
                    assertThat(e.getMessage()).as(moment.label()).contains(LOST);
                    continue;
                }
                assertThat(sorted(database, csv.toString(StandardCharsets.UTF_8)))
                        .as("%s after %s", table.getKey(), moment.label())
                        .isEqualTo(table.getValue());
                whole++;
            }
        }
        assertThat(whole).isGreaterThan(15);
    }

    /** Reads CSV into a table of texts, and prints rows as PostgreSQL does. */
    private static String sorted(DatabaseSettings database, String csv) throws Exception {
        String header = csv.lines().findFirst().orElse("");
        List<String> columns = new ArrayList<>();
        for (String name : header.split(",", -1)) {
            columns.add(Identifiers.quote(name.replace("\"", "")) + " text");
        }
        try (Connection connection = new Scripts(database).connect();
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS public.read");
            statement.execute("CREATE TABLE public.read (" + String.join(", ", columns) + ")");
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY public.read FROM STDIN (FORMAT csv, HEADER)", new StringReader(csv));
            try (ResultSet found = statement.executeQuery(
                    "SELECT string_agg(t::text, ',' ORDER BY t::text COLLATE \"C\") FROM public.read t")) {
                found.next();
                return String.valueOf(found.getString(1));
            }
        }
    }

    @Test
    void commandsAreShownAtTheirPlaces() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new SyncTask(pair.task())
                .replayChanges(
                        new ChangesRequest(
                                List.of("public.goods"),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                false,
                                List.of(),
                                true),
                        HistoryForm.JSON,
                        out);
        List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        int place = 0;
        while (!lines.get(place).contains("\"op\":\"command\"")) {
            place++;
        }
        assertThat(lines.get(place))
                .contains("\"command\":\"ALTER TABLE\"")
                .contains("alter table public.goods add note text")
                .contains("\"objects\":[\"public.goods\"");
        assertThat(lines.get(place - 1)).contains("\"op\":\"update\"").contains("\"price\":\"2\"");
        assertThat(lines.get(place + 1)).contains("\"op\":\"insert\"").contains("\"note\":\"new\"");
        assertThat(lines).noneMatch(line -> line.contains("\"table\":\"dts_sync.ddl\""));
    }

    @Test
    void aRowIsFollowedThroughNamesAndKeysOfItsTable() throws Exception {
        assertThat(history("walking.walked_on", "id=1", "tenant=5"))
                .containsExactly(
                        "public.walked update first",
                        "public.walked_on update second",
                        "public.walked_on update third",
                        "public.walked_on update third",
                        "walking.walked_on delete -");
        assertThat(history("public.walked", "id=1"))
                .containsExactly(
                        "public.walked update first",
                        "public.walked_on update second",
                        "public.walked insert another table",
                        "public.walked_on update third",
                        "public.walked_on update third",
                        "walking.walked_on delete -");
        assertThatThrownBy(() -> history("public.nowhere", "id=1"))
                .hasMessageContaining("Table public.nowhere is not in the topics");
    }

    @Test
    void aDeletionUnderAnotherKeyIsThatOfTheRowThatHadIt() throws Exception {
        assertThat(history("public.widened", "id=1", "tenant=5"))
                .containsExactly(
                        "public.widened insert first", "public.widened delete -", "public.widened insert second");
        assertThat(history("public.coded", "id=42"))
                .containsExactly("public.coded insert this", "public.coded update changed", "public.coded delete -");
        assertThat(history("public.coded", "code=42"))
                .containsExactly("public.coded insert other", "public.coded delete -");
    }

    private static List<String> history(String table, String... key) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new SyncTask(pair.task())
                .replayRow(
                        new RowRequest(table, List.of(key), Optional.empty(), Optional.empty()), HistoryForm.JSON, out);
        List<String> lines = new ArrayList<>();
        for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
            JsonNode change = new ObjectMapper().readTree(line);
            lines.add(change.path("table").asText() + " " + change.path("op").asText() + " "
                    + change.path("after").path("v").asText("-"));
        }
        return lines;
    }

    @Test
    void aTableThatIsGoneIsNamed() {
        Observed last = observed.get(observed.size() - 1);
        assertThatThrownBy(() -> states.table(
                        "public.never",
                        last.lsn().toString(),
                        Optional.of(base),
                        StateForm.CSV,
                        new ByteArrayOutputStream()))
                .hasMessageContaining("The base does not have table public.never, nor was it made before that moment.");
    }

    @Test
    void aCommandThatDoesNotRunInTheTargetIsNamed() throws Exception {
        DatabaseSettings database = servers.freshDatabase(18);
        Path file = target(database, "taken.yaml");
        String begin = observed.get(0).lsn().toString();
        states.into(file, begin, Optional.of(base), false, RebuildListener.NONE);
        new Scripts(database).execute("CREATE TABLE public.bag (n int)");

        assertThatThrownBy(() -> states.into(file, "latest", Optional.of(base), false, RebuildListener.NONE))
                .hasMessageContaining("could not be carried: create table public.bag")
                .hasMessageContaining("The target is as of ");

        new Scripts(database).execute("DROP TABLE public.bag");
        states.into(file, "latest", Optional.of(base), false, RebuildListener.NONE);
        assertIs(database, observed.get(observed.size() - 1));
    }
}
