package org.dtssync.app.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.dtssync.app.verify.DatabasePair.table;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dtssync.app.state.ComparedSlice;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Compares databases of PostgreSQL 14 and 17 at rest. */
@ExtendWith(ServersExtension.class)
class VerificationTest {

    private DatabasePair databases;

    @BeforeEach
    void open(Servers servers) throws SQLException {
        databases = new DatabasePair(servers.postgres(14), servers.postgres(17), "");
    }

    @AfterEach
    void close() throws SQLException {
        databases.close();
    }

    @Test
    void findsEveryPlantedDifferenceAndNoOther() throws Exception {
        databases.both(
                """
                CREATE TABLE planted (id int PRIMARY KEY, t text, f float8, c char(8), z timestamptz, n numeric, j json,
                    b bytea, a text[], i inet, o bool, v interval, twice int GENERATED ALWAYS AS (id * 2) STORED)
                """,
                """
                INSERT INTO planted SELECT g, 'text ' || g, g / 3.0, 'abc', timestamptz '2024-03-01 12:00:00+00', 1.0,
                    '{"a": 1}', '\\x00ff', '{a,NULL,"b c"}', '10.0.0.1', true, '1 mon 2 days' FROM generate_series(1, 20) AS g
                """,
                "UPDATE planted SET t = repeat('x', 2000000) WHERE id = 3",
                "UPDATE planted SET f = 0.0 WHERE id = 9");
        databases.atDestination(
                "DELETE FROM planted WHERE id = 1",
                "INSERT INTO planted (id, t) VALUES (100, 'extra')",
                "UPDATE planted SET t = overlay(t PLACING 'y' FROM 1234567) WHERE id = 3",
                "UPDATE planted SET f = f + 4.440892098500626e-16 WHERE id = 4",
                "UPDATE planted SET z = timestamptz '2024-03-01 12:00:00+01' WHERE id = 6",
                "UPDATE planted SET n = 1.00 WHERE id = 7",
                "UPDATE planted SET j = '{\"a\":1}' WHERE id = 8",
                "UPDATE planted SET f = '-0' WHERE id = 9",
                "UPDATE planted SET a = '{a,\"NULL\",\"b c\"}', b = '\\x00fe' WHERE id = 10",
                "UPDATE planted SET i = '10.0.0.1/31', o = NULL WHERE id = 11",
                "UPDATE planted SET v = '32 days' WHERE id = 12",
                "UPDATE planted SET t = '' WHERE id = 13",
                "UPDATE planted SET c = 'abcd' WHERE id = 14",
                "UPDATE planted SET t = t || ' ' WHERE id = 15",
                "UPDATE planted SET c = c || '   ' WHERE id = 16");
        databases.atSource("UPDATE planted SET t = NULL WHERE id = 13");

        VerifyReport report = databases.verify(1_000, table("planted", "id"));

        assertThat(report.tables())
                .containsExactly(new TableResult(new TableName("public", "planted"), 20, 1, false, 1, 1, 12));
        assertThat(differences(report))
                .containsExactlyInAnyOrder(
                        "missing 1 []",
                        "extra 100 []",
                        "changed 3 [t]",
                        "changed 4 [f]",
                        "changed 6 [z]",
                        "changed 7 [n]",
                        "changed 8 [j]",
                        "changed 9 [f]",
                        "changed 10 [b, a]",
                        "changed 11 [i, o]",
                        "changed 12 [v]",
                        "changed 13 [t]",
                        "changed 14 [c]",
                        "changed 15 [t]");
    }

    @Test
    void equalValuesOfOddTypesAreEqual() throws Exception {
        databases.both(
                "CREATE TYPE mood AS ENUM ('sad', 'so so', 'ğİıŞ')",
                "CREATE TYPE pair AS (a int, b text)",
                "CREATE DOMAIN price AS numeric(12, 4) CHECK (VALUE >= 0)",
                """
                CREATE TABLE odd (id uuid PRIMARY KEY, m mood, p pair, d price, r int4range, mr int4multirange, j jsonb,
                    t time, tt timetz, i interval, da date, mo money, g point, ts tsvector, x xml, bi bit varying, l pg_lsn,
                    ch "char", na name, f4 float4, f8 float8, nu numeric, ma macaddr, ar int[], c char(5), cs text)
                """,
                """
                INSERT INTO odd SELECT ('00000000-0000-0000-0000-' || lpad(g::text, 12, '0'))::uuid, 'ğİıŞ', (g, E'a"\\\\ b,')::public.pair,
                    1.5, '[1,5)', '{[1,2),[5,9)}', '{"b": 1, "a": [null, 1.10]}', '24:00', '12:00+05:45', '1 year -2 days',
                    '0044-03-15 BC', 12.34, '(1.1,-0)', 'a:1 b:2', '<a/>', B'101', '1/2', 'x', 'name', 'NaN', '-Infinity',
                    'NaN', '08:00:2b:01:02:03', '[0:1]={1,2}', 'ab', E'漢字\\t😀' FROM generate_series(1, 500) AS g
                """);

        VerifyReport report = databases.verify(100, table("odd", "id"));

        assertThat(report.equal()).isTrue();
        assertThat(report.tables().get(0).rows()).isEqualTo(500);
        assertThat(report.differences()).isEmpty();
    }

    @Test
    void equalJsonbIsEqualHoweverItWasWritten() throws Exception {
        databases.both("CREATE TABLE documents (id int PRIMARY KEY, j jsonb)");
        databases.atSource("INSERT INTO documents VALUES (1, '{\"b\":1,\"a\":2}'), (2, '{\"n\": 1.0}')");
        databases.atDestination("INSERT INTO documents VALUES (1, '{\"a\": 2, \"b\": 1}'), (2, '{\"n\": 1.00}')");

        assertThat(differences(databases.verify(100, table("documents", "id")))).containsExactly("changed 2 [j]");
    }

    @Test
    void comparesLargeTablesByRangesOfACompositeKey() throws Exception {
        databases.both(
                "CREATE TABLE lines (o int, \"N\"\"o\" text COLLATE \"C\", v int, PRIMARY KEY (o, \"N\"\"o\"))",
                "INSERT INTO lines SELECT g / 10, 'n' || g % 10, g FROM generate_series(0, 4999) AS g",
                "ANALYZE lines");
        databases.atDestination(
                "DELETE FROM lines WHERE v = 0 OR v = 4999",
                "UPDATE lines SET v = -1 WHERE v = 2500",
                "INSERT INTO lines VALUES (-1, 'a,b\\', 1), (9999, 'z', 1)");

        assertThat(differences(databases.verify(1_000, table("lines", "o", "N\"o"))))
                .containsExactlyInAnyOrder(
                        "missing (0,n0) []",
                        "missing (499,n9) []",
                        "changed (250,n0) [v]",
                        "extra (-1,\"a,b\\\\\") []",
                        "extra (9999,z) []");
    }

    @Test
    void comparesTextKeysThatTheServersSortDifferently() throws Exception {
        String rows =
                "INSERT INTO words SELECT (ARRAY['a','B','_','ä','Z','z-'])[g % 6 + 1] || g, g FROM generate_series(1, 6000) g";
        databases.atSource("CREATE TABLE words (w text PRIMARY KEY, v int)", rows, "ANALYZE words");
        databases.atDestination(
                "CREATE TABLE words (w text COLLATE \"en-x-icu\" PRIMARY KEY, v int)", rows, "ANALYZE words");

        assertThat(databases.verify(1_000, table("words", "w")).equal()).isTrue();

        databases.atDestination("DELETE FROM words WHERE v = 77", "UPDATE words SET v = 0 WHERE v = 5000");
        assertThat(differences(databases.verify(1_000, table("words", "w"))))
                .containsExactlyInAnyOrder("missing z-77 []", "changed _5000 [v]");
    }

    @Test
    void keysThatAreEqualButPrintDifferentlyAreOneChangedRow() throws Exception {
        databases.both("CREATE TABLE rates (n numeric PRIMARY KEY, v int)");
        databases.atSource("INSERT INTO rates VALUES (1.0, 1)");
        databases.atDestination("INSERT INTO rates VALUES (1.00, 1)");

        assertThat(differences(databases.verify(100, table("rates", "n")))).containsExactly("changed 1.0 [n]");
    }

    @Test
    void countsCopiesOfRowsWithoutAKey() throws Exception {
        databases.both(
                "CREATE TABLE log (a int, b text)",
                "INSERT INTO log SELECT g % 1000, 'x' FROM generate_series(1, 5000) AS g",
                "INSERT INTO log VALUES (-1, NULL), (-1, NULL), (-2, 'only here')",
                "ANALYZE log");
        databases.atSource("INSERT INTO log VALUES (-1, NULL), (7, 'x'), (7, 'x')");
        databases.atDestination("DELETE FROM log WHERE a = -2", "INSERT INTO log VALUES (8, 'x')");

        for (long chunkRows : new long[] {1_000, 100_000}) {
            VerifyReport report = databases.verify(chunkRows, table("log"));

            assertThat(report.tables())
                    .usingRecursiveFieldByFieldElementComparatorIgnoringFields("chunks")
                    .containsExactly(new TableResult(new TableName("public", "log"), 5006, 1, false, 4, 1, 0));
            assertThat(report.differences())
                    .hasSize(4)
                    .allSatisfy(difference -> assertThat(difference.key()).startsWith("row hash "))
                    .anySatisfy(difference -> assertThat(difference.key()).endsWith(" (2 times)"));
        }
    }

    @Test
    void comparesPartitionsThroughTheirRootAndOnlyTheTableOfAnInheritanceParent() throws Exception {
        databases.both(
                "CREATE TABLE parent (id int PRIMARY KEY)",
                "CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent)",
                "INSERT INTO parent VALUES (1)",
                "CREATE TABLE events (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)");
        databases.atDestination("INSERT INTO child VALUES (2)");
        databases.atSource(
                "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2024-02-01')",
                "CREATE TABLE events_2 PARTITION OF events DEFAULT");
        databases.atDestination("CREATE TABLE everything PARTITION OF events DEFAULT");
        databases.both(
                "INSERT INTO events SELECT g, date '2024-01-01' + g % 60 FROM generate_series(1, 5000) AS g",
                "ANALYZE events");
        databases.atDestination("DELETE FROM events WHERE id = 59");

        TableProgress keyed = table("events", "id", "at");
        assertThat(differences(databases.verify(1_000, table("parent", "id"), keyed)))
                .containsExactly("missing (59,2024-02-29) []");
        assertThat(databases.verify(1_000, table("events")).tables().get(0))
                .usingRecursiveComparison()
                .ignoringFields("chunks")
                .isEqualTo(new TableResult(new TableName("public", "events"), 5000, 1, false, 1, 0, 0));
    }

    @Test
    void missingTablesAndColumnsAreDifferences() throws Exception {
        databases.atSource(
                "CREATE TABLE lost (id int PRIMARY KEY)",
                "INSERT INTO lost VALUES (1), (2)",
                "CREATE TABLE narrow (id int PRIMARY KEY, a int, b int)",
                "INSERT INTO narrow VALUES (1, 1, 1)");
        databases.atDestination(
                "CREATE TABLE narrow (b int, c int, id int PRIMARY KEY)", "INSERT INTO narrow VALUES (1, 1, 1)");

        VerifyReport report = databases.verify(100, table("lost", "id"), table("narrow", "id"));

        assertThat(report.tables())
                .containsExactly(
                        new TableResult(new TableName("public", "lost"), 2, 0, false, 2, 0, 0),
                        new TableResult(new TableName("public", "narrow"), 1, 1, false, 0, 0, 0));
        assertThat(differences(report)).containsExactly("missing (table) []", "changed (columns) [a, c]");
    }

    @Test
    void comparesTheMostColumnsATableCanHave() throws Exception {
        String columns =
                IntStream.range(1, 1600).mapToObj(i -> "c" + i + " bool").collect(Collectors.joining(","));
        databases.both(
                "CREATE TABLE wide (id int PRIMARY KEY, " + columns + ")",
                "INSERT INTO wide (id, c1) SELECT g, true FROM generate_series(1, 50) AS g");
        databases.atDestination("UPDATE wide SET c1599 = false WHERE id = 7");

        assertThat(differences(databases.verify(100, table("wide", "id")))).containsExactly("changed 7 [c1599]");
    }

    @Test
    void listsALimitedNumberOfDifferencesAndCountsAll() throws Exception {
        databases.both("CREATE TABLE many (id bigint PRIMARY KEY, v int)");
        databases.atSource("INSERT INTO many SELECT g, 1 FROM generate_series(1, 30000) AS g", "ANALYZE many");
        databases.atDestination("INSERT INTO many SELECT g, 2 FROM generate_series(1, 20000) AS g");

        VerifyReport report = databases.verify(10_000, table("many", "id"));

        assertThat(report.tables())
                .containsExactly(new TableResult(new TableName("public", "many"), 30000, 4, false, 10000, 0, 20000));
        assertThat(report.differences()).hasSize(1_000);
    }

    @Test
    void hashesAreTheSameOnEveryVersion(Servers servers) throws Exception {
        String sql = """
                SELECT string_agg(hashtextextended(ROW(x, length(x))::text COLLATE "C", 0)::text, ' ')
                FROM unnest(ARRAY['', 'a', E'\\n\\t"\\\\(),', 'ğİıŞ 漢字 😀', repeat('xyz😀', 100000), NULL]) AS x
                """;
        try (DatabasePair newer = new DatabasePair(servers.postgres(17), servers.postgres(18), "")) {
            List<String> oldest = DatabasePair.query(databases.source(), sql);
            assertThat(DatabasePair.query(newer.source(), sql)).isEqualTo(oldest);
            assertThat(DatabasePair.query(newer.destination(), sql)).isEqualTo(oldest);
        }
    }

    @Test
    void comparesDatabasesOfDifferentEncodings(Servers servers) throws Exception {
        try (DatabasePair mixed =
                new DatabasePair(servers.postgres(17), servers.postgres(18), "ENCODING 'LATIN1' LOCALE 'C'")) {
            mixed.both(
                    "CREATE TABLE words (w text COLLATE \"C\" PRIMARY KEY, n int)",
                    "INSERT INTO words SELECT 'é' || g, g FROM generate_series(1, 3000) AS g",
                    "ANALYZE words");
            mixed.atDestination("UPDATE words SET n = 0 WHERE n = 5");

            assertThat(differences(mixed.verify(1_000, table("words", "w")))).containsExactly("changed é5 [n]");
        }
    }

    @Test
    void thousandsOfSmallTablesTakeFewRoundTrips() throws Exception {
        databases.both("""
                DO $$ BEGIN FOR i IN 1..400 LOOP
                    EXECUTE format('CREATE TABLE small_%s (id int PRIMARY KEY, v text)', i);
                    EXECUTE format('INSERT INTO small_%s SELECT g, g FROM generate_series(1, 5) AS g', i);
                END LOOP; END $$
                """);
        databases.atDestination("UPDATE small_123 SET v = '' WHERE id = 4");
        TableProgress[] tables = IntStream.rangeClosed(1, 400)
                .mapToObj(i -> table("small_" + i, "id"))
                .toArray(TableProgress[]::new);
        List<VerifyAdvance> advances = new ArrayList<>();

        VerifyReport report = databases.verify(500_000, () -> Lsn.ZERO, advances::add, tables);

        assertThat(differences(report)).containsExactly("changed 4 [v]");
        assertThat(report.tables()).hasSize(400);
        assertThat(advances).hasSizeLessThanOrEqualTo(40);
        assertThat(advances.get(advances.size() - 1).rows()).isEqualTo(2000);
    }

    @Test
    void carriesOnWhenAServerEndsItsSessions() throws Exception {
        databases.both(
                "CREATE TABLE steady (id int PRIMARY KEY)",
                "INSERT INTO steady SELECT generate_series(1, 5000)",
                "ANALYZE steady");
        AtomicBoolean ended = new AtomicBoolean();

        VerifyReport report = databases.verify(
                1_000,
                () -> Lsn.ZERO,
                advance -> {
                    if (!ended.getAndSet(true)) {
                        endSessions();
                    }
                },
                table("steady", "id"));

        assertThat(ended).isTrue();
        assertThat(report.tables().get(0))
                .isEqualTo(new TableResult(new TableName("public", "steady"), 5000, 6, true, 0, 0, 0));
    }

    @Test
    void goesOnWhereItWasCutOffAndReadsWhatDifferedAgain() throws Exception {
        databases.both(
                "CREATE TABLE steady (id int PRIMARY KEY, v int)",
                "INSERT INTO steady SELECT g, 1 FROM generate_series(1, 5000) AS g",
                "CREATE TABLE small (id int PRIMARY KEY)",
                "INSERT INTO small VALUES (1), (2)",
                "ANALYZE steady");
        databases.atDestination("UPDATE steady SET v = 2 WHERE id = 1500");
        TableProgress[] tables = {table("steady", "id"), table("small", "id")};
        Map<TableName, List<ComparedSlice>> kept = new ConcurrentHashMap<>();
        SliceMemory first = new SliceMemory(Map.of(), kept::put, equal -> equal.forEach(slice -> keep(kept, slice)));
        assertThat(differences(databases.verify(1_000, first, advance -> {}, tables)))
                .containsExactly("changed 1500 [v]");
        // It was cut off before the fourth slice was compared.
        keep(kept, new ComparedSlice(steady(), 3, List.of("3000"), List.of("4000"), OptionalLong.empty()));
        assertThat(kept.get(steady()))
                .extracting(slice -> slice.rows().isPresent())
                .containsExactly(true, false, true, false, true, true);

        // One more in a slice that was equal, one in the slice that differed, one in the slice that was not compared.
        databases.atDestination("UPDATE steady SET v = 3 WHERE id IN (500, 1600, 3500)");
        List<VerifyAdvance> advances = Collections.synchronizedList(new ArrayList<>());
        VerifyReport resumed = databases.verify(
                1_000, new SliceMemory(kept, (table, slices) -> {}, equal -> {}), advances::add, tables);

        assertThat(differences(resumed))
                .containsExactlyInAnyOrder("changed 1500 [v]", "changed 1600 [v]", "changed 3500 [v]");
        assertThat(advances).hasSize(2);
        assertThat(resumed.tables())
                .containsExactly(
                        new TableResult(new TableName("public", "small"), 2, 1, true, 0, 0, 0),
                        new TableResult(steady(), 5000, 6, false, 0, 0, 3));
    }

    private static TableName steady() {
        return new TableName("public", "steady");
    }

    private static void keep(Map<TableName, List<ComparedSlice>> kept, ComparedSlice slice) {
        kept.merge(
                slice.table(),
                List.of(slice),
                (before, one) -> Stream.concat(
                                before.stream().filter(other -> other.number() != slice.number()), one.stream())
                        .sorted(Comparator.comparing(ComparedSlice::number))
                        .toList());
    }

    @Test
    void readsNotFasterThanItIsTold() throws Exception {
        databases.both(
                "CREATE TABLE keyed (id int PRIMARY KEY)",
                "INSERT INTO keyed SELECT generate_series(1, 4000)",
                "CREATE TABLE keyless (id int)",
                "INSERT INTO keyless SELECT generate_series(1, 2000)",
                "ANALYZE");
        long began = System.nanoTime();

        VerifyReport report = databases.verifySlowly(500, 5_000, table("keyed", "id"), table("keyless"));

        assertThat(report.equal()).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(1_150));
    }

    @Test
    void aMissingRightIsNamed() throws Exception {
        databases.both("CREATE TABLE secret (id int PRIMARY KEY)");
        databases.atSource("DROP ROLE IF EXISTS verify_nobody", "CREATE ROLE verify_nobody LOGIN PASSWORD 'nobody'");
        try {
            var settings = databases.source().settings();
            var nobody = new DatabaseConnections(
                    End.SOURCE,
                    new DatabaseSettings(settings.url(), "verify_nobody", "nobody", Map.of()),
                    "dts-sync verify test");
            Verification verification = new Verification(
                    nobody,
                    databases.destination(),
                    VerifySettings.of(1, 0),
                    () -> Lsn.ZERO,
                    advance -> {},
                    SliceMemory.NONE);

            assertThatThrownBy(() -> verification.verify(List.of(table("secret", "id"))))
                    .hasMessage("The source could not be read to verify table public.secret:"
                            + " ERROR: permission denied for table secret.")
                    .isInstanceOfSatisfying(
                            SyncException.class,
                            fault -> assertThat(fault.kind()).isEqualTo(FaultKind.PERMISSION));
        } finally {
            databases.atSource("DROP ROLE verify_nobody");
        }
    }

    @Test
    void anInterruptCancelsQueriesAndLeavesNoThread() throws Exception {
        databases.both("CREATE TABLE slow (id int PRIMARY KEY)");
        AtomicReference<Throwable> outcome = new AtomicReference<>();
        try (var holder = databases.source().open();
                var statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("LOCK TABLE public.slow");
            Thread verifying = new Thread(() -> {
                try {
                    databases.verify(100, table("slow", "id"));
                } catch (InterruptedException | RuntimeException e) {
                    outcome.set(e);
                }
            });
            verifying.start();
            await().atMost(Duration.ofSeconds(60)).until(() -> waiting().equals(List.of("1")));

            verifying.interrupt();

            verifying.join(10_000);
            assertThat(outcome.get()).isInstanceOf(InterruptedException.class);
            await().atMost(Duration.ofSeconds(60)).until(() -> waiting().equals(List.of("0")));
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> Thread.getAllStackTraces().keySet().stream()
                            .noneMatch(thread -> thread.getName().startsWith("verify-")));
            holder.rollback();
        }
    }

    private List<String> waiting() throws SQLException {
        return DatabasePair.query(databases.source(), """
                SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
                """);
    }

    private void endSessions() {
        try {
            DatabasePair.query(databases.destination(), """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()
                    """);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> differences(VerifyReport report) {
        return report.differences().stream()
                .map(difference -> difference.kind().label() + " " + difference.key() + " " + difference.columns())
                .toList();
    }
}
