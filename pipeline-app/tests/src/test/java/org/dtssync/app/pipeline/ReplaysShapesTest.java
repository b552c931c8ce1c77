package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.StringReader;
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
import java.util.TreeMap;
import org.dtssync.app.base.BaseDirectory;
import org.dtssync.app.base.BaseListener;
import org.dtssync.app.rebuild.RebuildListener;
import org.dtssync.app.tasks.HistoryForm;
import org.dtssync.app.tasks.RowRequest;
import org.dtssync.app.tasks.StateForm;
import org.dtssync.app.tasks.StateProofReport;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskStates;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tables that change their columns behind a base, compared with what an observer saw at the source before and after. */
@ExtendWith(ServersExtension.class)
class ReplaysShapesTest {

    private static final List<String> TABLES =
            List.of("added", "dropped", "renamed", "moved", "bare", "twice", "typed");

    private static final String[] STRUCTURE = {
        "CREATE TABLE public.added (id int PRIMARY KEY, v text)",
        "CREATE TABLE public.dropped (id int PRIMARY KEY, v text, gone text, w int)",
        "CREATE TABLE public.renamed (id int PRIMARY KEY, v text, w text)",
        "CREATE INDEX renamed_by_v ON public.renamed (v)",
        "CREATE VIEW public.of_renamed AS SELECT v FROM public.renamed",
        "CREATE TABLE public.moved (k text PRIMARY KEY, a int, b text, big text)",
        "ALTER TABLE public.moved ALTER big SET STORAGE EXTERNAL",
        "CREATE TABLE public.bare (v text, n int)",
        "ALTER TABLE public.bare REPLICA IDENTITY FULL",
        "CREATE TABLE public.twice (id int PRIMARY KEY, v text)",
        "CREATE TABLE public.typed (id int PRIMARY KEY, n int)",
        "CREATE TABLE public.same (id int PRIMARY KEY, v text)",
        "INSERT INTO public.added SELECT n, 'v' || n FROM generate_series(1, 9) n",
        "INSERT INTO public.dropped SELECT n, 'v' || n, 'g' || n, n FROM generate_series(1, 9) n",
        "INSERT INTO public.renamed SELECT n, 'v' || n, 'w' FROM generate_series(1, 9) n",
        "INSERT INTO public.moved SELECT 'k' || n, n, 'b', repeat('x', 3000) FROM generate_series(1, 9) n",
        "INSERT INTO public.bare SELECT 'b' || n % 3, n FROM generate_series(1, 9) n",
        "INSERT INTO public.twice SELECT n, 'v' FROM generate_series(1, 9) n",
        "INSERT INTO public.typed SELECT n, n FROM generate_series(1, 9) n",
    };

    private static final String[] BEFORE = {
        "UPDATE public.added SET v = 'before' WHERE id = 2",
        "UPDATE public.dropped SET gone = 'before' WHERE id = 2",
        "UPDATE public.renamed SET v = 'before' WHERE id = 2",
        "UPDATE public.moved SET k = 'kk', a = 20 WHERE k = 'k2'",
        "UPDATE public.bare SET n = 20 WHERE n = 2",
        "UPDATE public.twice SET v = 'before' WHERE id = 2",
        "INSERT INTO public.same VALUES (1, 'before')",
    };

    private static final String[] FIRST = {
        "ALTER TABLE public.added ADD COLUMN extra text DEFAULT 'it''s, d', ADD COLUMN none int",
        "ALTER TABLE public.dropped DROP COLUMN gone",
        "ALTER TABLE public.renamed RENAME COLUMN v TO \"new, v\"",
        "ALTER TABLE public.moved RENAME COLUMN k TO kay",
        "ALTER TABLE public.moved DROP COLUMN a",
        "ALTER TABLE public.moved ADD COLUMN c numeric(8, 2) NOT NULL DEFAULT 1.5",
        "ALTER TABLE public.bare RENAME COLUMN n TO number",
        "ALTER TABLE public.bare ADD COLUMN flag bool DEFAULT true",
        "ALTER TABLE public.twice ADD COLUMN one text DEFAULT 'one'",
    };

    private static final String[] BETWEEN = {
        "UPDATE public.added SET extra = 'after' WHERE id IN (2, 3)",
        "INSERT INTO public.added VALUES (10, 'new')",
        "UPDATE public.dropped SET w = w + 1 WHERE id IN (2, 3)",
        "UPDATE public.renamed SET \"new, v\" = 'after' WHERE id IN (2, 3)",
        "UPDATE public.moved SET kay = kay || '!', c = 2 WHERE kay IN ('kk', 'k3')",
        "UPDATE public.bare SET number = 30 WHERE number = 3",
        "DELETE FROM public.bare WHERE number = 4",
    };

    private static final String[] SECOND = {
        "ALTER TABLE public.twice RENAME COLUMN one TO uno", "ALTER TABLE public.twice ADD COLUMN two int DEFAULT 2",
    };

    private static final String[] AFTER = {
        "UPDATE public.twice SET two = 3 WHERE id = 3", "INSERT INTO public.moved (kay) VALUES ('last')",
    };

    private static final String[] RETYPED = {"ALTER TABLE public.typed ALTER n TYPE bigint"};

    @TempDir
    static Path directory;

    private static Servers servers;
    private static MovedTask moved;
    private static TaskStates states;
    private static Path base;
    private static StateProofReport destination;
    private static final List<Observed> observed = new ArrayList<>();

    /** What the observer saw. */
    private record Observed(Lsn lsn, Map<String, String> tables) {}

    @BeforeAll
    static void makeHistory(Servers given) throws Exception {
        servers = given;
        moved = MovedTask.stopping(servers, 17, STRUCTURE).move();
        states = new SyncTask(moved.task()).states();
        base = directory.resolve("base");
        states.base(base, Optional.empty(), BaseListener.NONE);
        change(BEFORE, List.of());
        alter(FIRST, "added", "dropped", "renamed", "moved", "bare", "twice");
        change(BETWEEN, List.of());
        alter(SECOND, "twice");
        change(AFTER, List.of());
        destination = states.compare("destination", "latest", Optional.of(base), Optional.empty());
        alter(RETYPED, "typed");
        moved.atSource("UPDATE public.typed SET n = 3000000000 WHERE id = 1");
        moved.move();
    }

    private static void change(String[] changes, List<TableName> accepted) throws Exception {
        moved.atSource(changes);
        new Pipeline(moved.task(), PipelineListener.NONE).run(new RunOptions(RunGoal.CAUGHT_UP, accepted, List.of()));
        observed.add(new Observed(
                Lsn.parse(moved.valueAtSource("SELECT pg_current_wal_insert_lsn()")), digests(moved.source())));
    }

    private static void alter(String[] changes, String... tables) throws Exception {
        moved.atSource(changes);
        if (changes == FIRST) {
            moved.atDestination("DROP VIEW public.of_renamed");
        }
        moved.atDestination(changes);
        List<TableName> accepted = new ArrayList<>();
        for (String table : tables) {
            accepted.add(new TableName("public", table));
        }
        new Pipeline(moved.task(), PipelineListener.NONE).run(new RunOptions(RunGoal.CAUGHT_UP, accepted, List.of()));
    }

    private static Map<String, String> digests(DatabaseSettings database) throws SQLException {
        Map<String, String> digests = new TreeMap<>();
        try (Connection connection = new Scripts(database).connect();
                Statement statement = connection.createStatement()) {
            for (String table : TABLES) {
                try (ResultSet rows = statement.executeQuery(
                        "SELECT string_agg(to_jsonb(t)::text, ',' ORDER BY t::text COLLATE \"C\") FROM public." + table
                                + " t")) {
                    rows.next();
                    digests.put(table, rows.getString(1));
                }
            }
        }
        return digests;
    }

    private static Path target(DatabaseSettings database, String name) throws Exception {
        return Files.writeString(
                directory.resolve(name),
                "destination: { url: \"%s\", user: %s, password: \"%s\" }%n"
                        .formatted(database.url(), database.user(), String.valueOf(database.password())));
    }

    @Test
    void aDatabaseGetsTheChangesOfItsTables() throws Exception {
        DatabaseSettings database = servers.freshDatabase(18);
        Path file = target(database, "steps.yaml");
        for (Observed each : observed) {
            states.into(file, each.lsn().toString(), Optional.of(base), false, RebuildListener.NONE);
            Map<String, String> found = digests(database);
            for (String table : TABLES) {
                // What became of a table is known from its last change on.
                if (!table.equals("twice") || !each.equals(observed.get(1))) {
                    assertThat(found.get(table))
                            .as("%s as of %s", table, each.lsn())
                            .isEqualTo(each.tables().get(table));
                }
            }
        }
        StateProofReport proof = states.compare(file.toString(), "latest", Optional.of(base), Optional.empty());
        assertThat(proof.equal()).as(proof.text()).isTrue();
        try (Connection connection = new Scripts(database).connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT to_regclass('public.renamed_by_v') IS NOT NULL, count(v) FROM public.of_renamed")) {
            rows.next();
            assertThat(rows.getBoolean(1)).isTrue();
            assertThat(rows.getInt(2)).isEqualTo(9);
        }
    }

    @Test
    void anEmptyDatabaseBecomesWhatTheTablesAreNow() throws Exception {
        DatabaseSettings database = servers.freshDatabase(18);
        Observed last = observed.get(2);
        states.into(
                target(database, "now.yaml"), last.lsn().toString(), Optional.of(base), false, RebuildListener.NONE);

        assertThat(digests(database)).isEqualTo(last.tables());
        assertThat(destination.equal()).as(destination.text()).isTrue();
    }

    @Test
    void aTableHasTheColumnsOfItsMoment() throws Exception {
        DatabaseSettings database = servers.freshDatabase(18);
        new Scripts(database).execute(STRUCTURE);
        assertTablesAre(database, observed.get(0), TABLES);
        new Scripts(database).execute("DROP VIEW public.of_renamed");
        new Scripts(database).execute(FIRST);
        assertTablesAre(database, observed.get(1), List.of("added", "dropped", "renamed", "moved", "bare"));
        new Scripts(database).execute(SECOND);
        assertTablesAre(database, observed.get(2), TABLES);
    }

    private static void assertTablesAre(DatabaseSettings database, Observed moment, List<String> tables)
            throws Exception {
        for (String table : tables) {
            ByteArrayOutputStream csv = new ByteArrayOutputStream();
            states.table("public." + table, moment.lsn().toString(), Optional.of(base), StateForm.CSV, csv);
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
                                new StringReader(text));
            }
            assertThat(digests(database).get(table))
                    .as("%s as of %s", table, moment.lsn())
                    .isEqualTo(moment.tables().get(table));
        }
    }

    @Test
    void theHistoryOfARowHasTheColumnsOfEachMoment() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new SyncTask(moved.task())
                .replayRow(
                        new RowRequest("public.renamed", List.of("id=2"), Optional.empty(), Optional.empty()),
                        HistoryForm.JSON,
                        out);
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .hasSize(2)
                .last()
                .asString()
                .contains("\"before\":{\"id\":\"2\",\"v\":\"before\",\"w\":\"w\"}")
                .contains("\"after\":{\"id\":\"2\",\"new, v\":\"after\",\"w\":\"w\"}");
    }

    @Test
    void aFaultOfAnotherTableChangesNone() throws Exception {
        DatabaseSettings database = servers.freshDatabase(18);
        Path file = target(database, "other.yaml");
        String begin = new BaseDirectory(base).manifest().cut().lsn().toString();
        states.into(file, begin, Optional.of(base), false, RebuildListener.NONE);
        new Scripts(database).execute("ALTER TABLE public.same RENAME v TO w");
        String before = columns(database);

        assertThatThrownBy(() -> states.into(
                        file, observed.get(0).lsn().toString(), Optional.of(base), false, RebuildListener.NONE))
                .hasMessageContaining("Column v of table public.same does not exist")
                .hasMessageContaining("The target is as of ");
        assertThat(columns(database)).isEqualTo(before);
    }

    private static String columns(DatabaseSettings database) throws SQLException {
        try (Connection connection = new Scripts(database).connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT string_agg(table_name || '.' || column_name, ',' ORDER BY table_name, column_name)"
                                + " FROM information_schema.columns WHERE table_schema = 'public'")) {
            rows.next();
            return rows.getString(1);
        }
    }

    @Test
    void whatCannotBeDerivedIsNamed() throws Exception {
        DatabaseSettings database = servers.freshDatabase(18);
        Path file = target(database, "typed.yaml");

        assertThatThrownBy(() -> states.into(file, "latest", Optional.of(base), false, RebuildListener.NONE))
                .hasMessageContaining("Table public.typed changed the type of its column n behind the base");
        assertThatThrownBy(() -> states.table(
                        "public.typed", "latest", Optional.of(base), StateForm.CSV, new ByteArrayOutputStream()))
                .hasMessageContaining("Table public.typed changed the type of its column n behind the base");
        try (Connection connection = new Scripts(database).connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT to_regnamespace('dts_sync') IS NULL")) {
            rows.next();
            assertThat(rows.getBoolean(1)).as("nothing was written").isTrue();
        }
    }
}
