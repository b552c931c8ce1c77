package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dtssync.app.config.DdlSettings;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.ddl.RandomCommands;
import org.dtssync.app.state.Author;
import org.dtssync.app.state.DdlCommandStore;
import org.dtssync.app.structure.CatalogPrint;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
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

    private static final Pattern NUMBER = Pattern.compile("ddl show TASK.yaml (\\S+?\\.\\d+)");

    @Test
    void whereTheyStoodAmongTheRows(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(18);
        RunningPair.execute(source, SETUP);
        TaskFile task = new TaskFileBuilder(TaskFiles.of(servers, source, destination))
                .objects(SELECTION)
                .ddl(new DdlSettings(DdlMode.CARRY))
                .build();
        Carried carried = new Carried(RunningPair.start(task));
        try {
            for (Case one : Case.read("carries-commands.sql")) {
                carried.run(one);
            }
            assertThat(carried.problems).isEmpty();
            carried.dropsOwned(servers.uniqueName());
            carried.stopsAsAWhole();
            assertThat(carried.problems).isEmpty();
        } finally {
            carried.pair.close();
        }
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
        Carried carried = new Carried(RunningPair.start(task));
        try {
            RandomCommands random = new RandomCommands(seed);
            List<String> messages = new ArrayList<>(RandomCommands.first());
            for (int i = 0; i < 60; i++) {
                String message = random.message();
                boolean alone = message.contains("begin;") || message.contains("begin ;") || message.contains("commit");
                messages.add(alone ? message : "begin; " + ROWS + "; " + message + "; " + ROWS + "; commit");
                messages.add(ROWS);
            }
            carried.runAnyway(new Case("seed " + seed, messages));
            assertThat(carried.problems).isEmpty();
        } finally {
            carried.pair.close();
        }
    }

    /** A running task; what it cannot carry is left out, so that one run shows everything. */
    private static final class Carried {

        private final List<String> problems = new ArrayList<>();
        private RunningPair pair;
        private int marker;

        Carried(RunningPair pair) {
            this.pair = pair;
        }

        /** What PostgreSQL refuses at the source is part of the case. */
        void runAnyway(Case one) throws Exception {
            try (Connection session = open(pair.source())) {
                for (String message : one.messages()) {
                    try {
                        execute(session, message);
                    } catch (SQLException refused) {
                        execute(session, "rollback");
                    }
                }
            }
            run(new Case(one.label(), List.of()));
        }

        void run(Case one) throws Exception {
            try (Connection session = open(pair.source())) {
                for (String message : one.messages()) {
                    execute(session, message);
                }
                execute(session, "INSERT INTO public.marker VALUES (" + ++marker + ")");
            }
            while (!arrives()) {
                leaveOut(one);
            }
            compare(one);
        }

        /** What a role owned leaves the task with it. */
        void dropsOwned(String role) throws Exception {
            List<DatabaseSettings> ends = List.of(pair.source(), pair.destination());
            for (DatabaseSettings end : ends) {
                RunningPair.execute(end, "CREATE ROLE " + role);
            }
            try {
                run(new Case(
                        "what a role owned",
                        List.of(
                                "create table public.owned (id int primary key); alter table public.owned owner to "
                                        + role,
                                "insert into public.owned values (1)",
                                "drop owned by " + role)));
                assertThat(
                                RunningPair.query(
                                        pair.destination(),
                                        "SELECT count(*) FROM dts_sync.table_progress WHERE table_name = 'owned' AND structure IS NULL"))
                        .isEqualTo("1");
            } finally {
                for (DatabaseSettings end : ends) {
                    RunningPair.execute(end, "DROP ROLE " + role);
                }
            }
        }

        /** What the command needs is different at the destination: nothing of its transaction is there, until that is corrected. */
        void stopsAsAWhole() throws Exception {
            RunningPair.execute(pair.destination(), "CREATE TABLE public.taken (n text)");
            RunningPair.execute(
                    pair.source(),
                    "BEGIN; INSERT INTO public.marker VALUES (-1); CREATE TABLE public.taken (id int PRIMARY KEY);"
                            + "INSERT INTO public.taken VALUES (7); COMMIT");
            await().atMost(Duration.ofMinutes(1)).until(() -> !pair.isRunning());
            assertThatThrownBy(pair::awaitEnd)
                    .hasMessageContaining("Command 1 (CREATE TABLE) of the transaction at ")
                    .hasMessageContaining("could not be carried: CREATE TABLE public.taken")
                    .hasMessageContaining("already exists");
            pair.stop();
            assertThat(RunningPair.query(pair.destination(), "SELECT count(*) FROM public.marker WHERE n = -1"))
                    .isEqualTo("0");
            assertThat(RunningPair.query(
                            pair.destination(),
                            "SELECT string_agg(state, ',') FROM dts_sync.ddl_command WHERE state <> 'done'"))
                    .isEqualTo("failed");
            RunningPair.execute(pair.destination(), "DROP TABLE public.taken");
            pair = RunningPair.begin(pair.task());
            run(new Case("after a command that failed", List.of()));
        }

        private boolean arrives() {
            await().atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> !pair.isRunning()
                            || RunningPair.query(
                                            pair.destination(),
                                            "SELECT count(*) FROM public.marker WHERE n = " + marker)
                                    .equals("1"));
            return pair.isRunning();
        }

        private void leaveOut(Case one) throws Exception {
            String fault;
            try {
                pair.awaitEnd();
                fault = "it ended";
            } catch (java.util.concurrent.ExecutionException | CompletionException e) {
                fault = String.valueOf(e.getCause());
            }
            problems.add(one.label() + ": " + fault);
            pair.stop();
            Matcher number = NUMBER.matcher(fault);
            assertThat(number.find()).as(problems.toString()).isTrue();
            new DdlCommandStore(
                            new DatabaseConnections(End.DESTINATION, pair.destination(), "test"),
                            pair.task().name())
                    .skip(number.group(1), new Author("test", "test"), null);
            pair = RunningPair.begin(pair.task());
        }

        private void compare(Case one) throws Exception {
            List<String> there = catalog(pair.destination());
            List<String> here = catalog(pair.source());
            List<String> missing = new ArrayList<>(here);
            there.forEach(missing::remove);
            List<String> added = new ArrayList<>(there);
            here.forEach(added::remove);
            if (!missing.isEmpty() || !added.isEmpty()) {
                problems.add(one.label() + ": missing " + missing + ", too many " + added);
            }
            Map<String, List<String>> rows = TableTexts.differencesOfEverySchema(pair.source(), pair.destination());
            rows.keySet().removeIf(table -> table.contains("outer_space"));
            if (!rows.isEmpty()) {
                problems.add(one.label() + ": " + rows);
            }
        }

        private static List<String> catalog(DatabaseSettings database) throws SQLException {
            return CatalogPrint.of(new DatabaseConnections(End.SOURCE, database, "test")).stream()
                    .filter(line -> !line.contains("outer_space"))
                    // The source's own identity is for what it sends.
                    .map(line -> line.replaceFirst("^(relation \\S+ \\S+ [rp] [pu]) [dfin] ", "$1 "))
                    .toList();
        }
    }

    /**
     * Commands that one session runs.
     *
     * @param label what they are about
     * @param messages what it sends, each as one message
     */
    record Case(String label, List<String> messages) {

        static List<Case> read(String resource) throws IOException {
            try (InputStream input = CarriesCommandsTest.class.getResourceAsStream(resource)) {
                String text = new String(Objects.requireNonNull(input).readAllBytes(), StandardCharsets.UTF_8);
                List<Case> cases = new ArrayList<>();
                for (String part : text.split("(?m)^-- ", -1)) {
                    if (!part.isBlank()) {
                        String[] lines = part.split("\n", 2);
                        List<String> messages = new ArrayList<>();
                        for (String message : lines[1].split("(?m)^\\s*$", -1)) {
                            if (!message.isBlank()) {
                                messages.add(message.strip());
                            }
                        }
                        cases.add(new Case(lines[0], messages));
                    }
                }
                return cases;
            }
        }
    }

    /** In simple mode the driver sends a text as one message. */
    static Connection open(DatabaseSettings database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", database.user());
        properties.setProperty("preferQueryMode", "simple");
        return DriverManager.getConnection(database.url(), properties);
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }
}
