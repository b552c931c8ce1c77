package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.StringWriter;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.config.TopicSettings;
import org.dtssync.app.control.Release;
import org.dtssync.app.precheck.Precheck;
import org.dtssync.app.precheck.PrecheckItem;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.source.Heartbeat;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.schemas.TopicValues;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;

/**
 * Every type of the source's catalog, with edge values, through snapshot, insert, update and delete: what COPY prints is the
 * same at both ends after each. A type that no value can be made for must be one that the precheck refuses.
 */
@ExtendWith(ServersExtension.class)
class TypeMatrixTest {

    private static final Path PAGE = Path.of("../../docs/types.md");

    private static final List<String> EXTENSIONS = List.of(
            "hstore",
            "citext",
            "ltree",
            "cube",
            "isn",
            "seg",
            "intarray",
            "lo",
            "earthdistance",
            "pg_trgm",
            "btree_gist");

    /** What a catalog has not by itself. */
    private static final String OWN_TYPES = """
            CREATE SCHEMA a; CREATE SCHEMA b;
            CREATE TYPE a.none AS ENUM ();
            CREATE TYPE a.mood AS ENUM ('sad', 'it''s "ok"', '', 'Ω', 'NULL');
            CREATE TYPE b.mood AS ENUM ('other', 'sad');
            CREATE TYPE public.int4 AS ENUM ('one', 'two');
            CREATE DOMAIN public.bool AS text;
            CREATE DOMAIN public.feeling AS a.mood;
            CREATE DOMAIN public.grid AS pg_catalog.int4[];
            CREATE DOMAIN public.wrapped AS public.grid CHECK (array_ndims(VALUE) = 2);
            CREATE TYPE public.inner_part AS ("t x" text, n float8);
            CREATE TYPE public.outer_part AS (one public.inner_part, many public.inner_part[], j jsonb);
            CREATE TYPE public.span AS RANGE (subtype = float8, subtype_diff = float8mi);
            CREATE TABLE a."Odd ""Name" (id pg_catalog.int4 PRIMARY KEY);
            CREATE TABLE b.moody (id pg_catalog.int4 PRIMARY KEY, here b.mood, there a.mood, nowhere a.none);
            """;

    /** Each table costs a topic and subjects; a row of many large values does not fit a page. */
    private static final int TYPES_A_TABLE = 8;

    private final TypesPage page = new TypesPage();

    @Test
    void everyTypeIsCarriedExactlyOrRefused(Servers servers) throws Exception {
        move(14, 17, TopicValues.TEXT, servers);
        move(17, 18, TopicValues.DEBEZIUM, servers);

        if (Boolean.getBoolean("reference.write")) {
            Files.writeString(PAGE, page.text());
        }
        assertThat(Files.readString(PAGE))
                .as("run this test with -Dreference.write=true and commit the file")
                .isEqualTo(page.text());
    }

    private void move(int from, int to, TopicValues form, Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(from);
        DatabaseSettings destination = servers.freshDatabase(to);
        TaskFile task = selectingAll(TaskFiles.of(servers, source, destination), form);
        try (Connection connection = open(source);
                Connection other = open(destination)) {
            execute(connection, OWN_TYPES);
            for (String extension : EXTENSIONS) {
                execute(connection, "CREATE EXTENSION " + extension + " SCHEMA public");
            }
            List<TypeTables> tables = createTables(connection, task);

            page.pair(version(connection), version(other));

            CompletableFuture<Void> run = new CompletableFuture<>();
            Thread thread = start(task, run);
            try {
                Route route = Route.forReading(task);
                compare("snapshot", tables, route, run, connection, other);
                for (TypeTables table : tables) {
                    table.insert();
                }
                compare("insert", tables, route, run, connection, other);
                for (TypeTables table : tables) {
                    table.update();
                }
                compare("update", tables, route, run, connection, other);
                for (TypeTables table : tables) {
                    table.delete();
                }
                compare("delete", tables, route, run, connection, other);
                if (form == TopicValues.TEXT) {
                    readAsOthersDo(task, connection);
                }
            } finally {
                thread.interrupt();
                thread.join(60_000);
            }
        }
        new Release(task).run(true);
    }

    private static TaskFile selectingAll(TaskFile task, TopicValues form) {
        return new TaskFileBuilder(task)
                .topics(new TopicSettings(1, 604_800_000L, Map.of(), form))
                .objects(new ObjectSelection(List.of("public.*", "a.*", "b.*"), List.of(), ObjectSelection.Owners.KEEP))
                .build();
    }

    /** The topics hold the source's text of every value also for those who have Confluent's libraries alone. */
    private static void readAsOthersDo(TaskFile task, Connection source) throws Exception {
        String registry = task.registry().url();
        String brokers = task.kafka().properties().get("bootstrap.servers");
        assertThat(registry).isNotNull();
        assertThat(brokers).isNotNull();
        try (ConfluentReader confluent = new ConfluentReader(registry)) {
            ForeignReading reading = new ForeignReading(task.name(), brokers, confluent);
            reading.read(Set.of("v_", "k_"));
            assertThat(reading.count()).isGreaterThan(1_000);
            assertThat(reading.differences(source))
                    .as("tables whose topics do not hold the source's text")
                    .isEmpty();
        }
    }

    private List<TypeTables> createTables(Connection connection, TaskFile task) throws Exception {
        List<TypeTables> tables = new ArrayList<>();
        TypeTables group = new TypeTables(connection, 0);
        List<MatrixType> valueless = new ArrayList<>();
        EdgeValues edges = new EdgeValues(connection);
        for (MatrixType type : MatrixType.all(connection)) {
            List<String> values = edges.of(type);
            if (values.isEmpty()) {
                // An enum without labels has but NULL, and is in a table of its own.
                if (type.kind() != MatrixType.Kind.ENUM) {
                    valueless.add(type);
                }
                continue;
            }
            page.carried(type, values.size(), group.add(type, values));
            if (group.size() == TYPES_A_TABLE) {
                tables.add(group);
                group = new TypeTables(connection, tables.size());
            }
        }
        if (group.size() > 0) {
            tables.add(group);
        }
        for (TypeTables made : tables) {
            made.create();
        }
        requireRefused(connection, task, valueless);
        page.refused(valueless);
        return tables;
    }

    /** A type that has no value here is either refused for good, or new and wants a section in edge-values.txt. */
    private static void requireRefused(Connection connection, TaskFile task, List<MatrixType> types) throws Exception {
        StringBuilder columns = new StringBuilder();
        List<String> expected = new ArrayList<>();
        for (MatrixType type : types) {
            columns.append(", ")
                    .append(Identifiers.quote(type.name()))
                    .append(' ')
                    .append(type.sql());
            expected.add("public.valueless." + type.name());
        }
        execute(connection, "CREATE TABLE public.valueless (id pg_catalog.int4 PRIMARY KEY" + columns + ")");
        List<String> refused = new Precheck(task, new TaskInventory(task)::statements)
                .run().stream()
                        .filter(item -> item.result() == PrecheckItem.Result.FAIL)
                        .map(item -> item.message().contains(" has type ") ? item.object() : item.message())
                        .toList();
        assertThat(refused).containsExactlyInAnyOrderElementsOf(expected);
        execute(connection, "DROP TABLE public.valueless");
    }

    private static Thread start(TaskFile task, CompletableFuture<Void> result) {
        Thread thread = new Thread(
                () -> {
                    try {
                        new Pipeline(task, PipelineListener.NONE).run(RunOptions.to(RunGoal.NONE));
                        result.complete(null);
                    } catch (InterruptedException | RuntimeException e) {
                        result.completeExceptionally(e);
                    }
                },
                "type-matrix");
        thread.start();
        return thread;
    }

    private static void compare(
            String stage,
            List<TypeTables> types,
            Route route,
            CompletableFuture<Void> run,
            Connection source,
            Connection destination)
            throws Exception {
        awaitApplied(route, run);
        Map<String, String> different = new TreeMap<>();
        for (TypeTables group : types) {
            for (String table : group.tables()) {
                String here = copy(source, table);
                String there = copy(destination, table);
                if (!here.equals(there)) {
                    different.put(table, firstDifference(here, there));
                }
            }
        }
        assertThat(different).as("tables that differ after " + stage).isEmpty();
    }

    /** Where a row differs, from the first of its columns that does. */
    private static String firstDifference(String here, String there) {
        String[] left = here.split("\n", -1);
        String[] right = there.split("\n", -1);
        for (int i = 0; i < left.length; i++) {
            if (i >= right.length || !left[i].equals(right[i])) {
                String other = i < right.length ? right[i] : "";
                String[] columns = left[i].split("\t", -1);
                String[] others = other.split("\t", -1);
                int column = 0;
                while (column < columns.length && column < others.length && columns[column].equals(others[column])) {
                    column++;
                }
                return left.length + " and " + right.length + " rows; row " + columns[0] + ", column " + column + ": "
                        + (column < columns.length ? shorten(columns[column]) : "(none)") + " | "
                        + (column < others.length ? shorten(others[column]) : "(none)");
            }
        }
        return left.length + " and " + right.length + " rows";
    }

    private static String shorten(String line) {
        return line.length() > 300 ? line.substring(0, 300) + "..." : line;
    }

    private static void awaitApplied(Route route, CompletableFuture<Void> run) throws Exception {
        await().atMost(Duration.ofMinutes(5))
                .until(() -> run.isDone()
                        || new ProgressStore(route.destination(), route.task())
                                .task()
                                .filter(task -> task.phase() == Phase.INCREMENTAL)
                                .isPresent());
        CompletableFuture<Void> applied = CompletableFuture.runAsync(() -> {
            try {
                new Heartbeat(route, Long.MAX_VALUE, bytes -> {}).awaitApplied();
            } catch (InterruptedException e) {
                throw new CompletionException(e);
            }
        });
        CompletableFuture.anyOf(applied, run).get(5, TimeUnit.MINUTES);
        assertThat(run).isNotDone();
    }

    private static String version(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT current_setting('server_version')")) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static Connection open(DatabaseSettings database) {
        return new DatabaseConnections(End.SOURCE, database, "test").open();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String copy(Connection connection, String table) throws SQLException, IOException {
        StringWriter text = new StringWriter();
        connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("COPY (SELECT * FROM " + table + ") TO STDOUT", text);
        return text.toString();
    }
}
