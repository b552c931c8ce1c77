package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dtssync.app.base.BaseCut;
import org.dtssync.app.base.BaseListener;
import org.dtssync.app.config.DdlSettings;
import org.dtssync.app.rebuild.RebuildListener;
import org.dtssync.app.stream.StreamBudgets;
import org.dtssync.app.tasks.BaseReport;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskStates;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.connectors.capture.CaptureSettings;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.DdlMode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bases and replays while three clients write and the task runs, which is stopped in the middle of large transactions and begun again; an
 * observer reads snapshots of the source meanwhile.
 */
@ExtendWith(ServersExtension.class)
class ReplaysUnderLoadTest {

    private static final int OBSERVATIONS = 50;

    private static final List<String> TABLES = List.of("account", "entry", "scrap", "shaped");

    private static final String[] STRUCTURE = {
        "CREATE TABLE public.account (id int PRIMARY KEY, balance int NOT NULL, note text)",
        "CREATE TABLE public.entry (account int, n int, amount int, PRIMARY KEY (account, n))",
        "CREATE TABLE public.scrap (id int PRIMARY KEY, v text)",
        "CREATE TABLE public.shaped (id int PRIMARY KEY, v text)",
        "INSERT INTO public.shaped SELECT n, 'v' FROM generate_series(1, 100) n",
        "INSERT INTO public.account SELECT n, 100, 'a' FROM generate_series(1, 200) n",
        "INSERT INTO public.scrap SELECT n, repeat('s', 50) FROM generate_series(1, 4000) n",
    };

    private static final int WRITERS = 3;

    /** A run is stopped after so many observations; pieces of the transaction that it was sending stay in the topics. */
    private static final int OBSERVATIONS_PER_RUN = 12;

    private static final StreamBudgets SMALL =
            StreamBudgets.DEFAULT.withPieces(new CaptureSettings.Limits(40, 32L << 20), 1_000, 48L << 20);

    @TempDir
    static Path directory;

    private static final AtomicBoolean writing = new AtomicBoolean(true);

    /** Whether clients change a table's structure too. */
    private static final AtomicBoolean commanding = new AtomicBoolean();

    private static final List<Observed> observed = new ArrayList<>();

    private static Servers servers;
    private static MovedTask moved;
    private static TaskStates states;
    private static LiveRun run;
    private static Path base;

    /** What a snapshot at the source had, and the position that everything in it committed before. */
    private record Observed(Lsn lsn, Map<String, String> tables) {}

    @BeforeAll
    static void writeAndObserve(Servers given) throws Exception {
        servers = given;
        MovedTask made = MovedTask.of(servers, 17, STRUCTURE);
        moved = new MovedTask(
                        new TaskFileBuilder(made.task())
                                .ddl(new DdlSettings(DdlMode.CARRY))
                                .build(),
                        made.source(),
                        made.destination())
                .move();
        states = new SyncTask(moved.task()).states();
        run = LiveRun.start(moved.task(), SMALL).awaitStreaming();
        ExecutorService clients = Executors.newFixedThreadPool(WRITERS);
        List<Future<?>> writers = new ArrayList<>();
        for (int client = 0; client < WRITERS; client++) {
            int seed = client;
            writers.add(clients.submit(() -> write(new Random(seed))));
        }
        base = directory.resolve("base");
        BaseReport report = states.base(base, Optional.empty(), BaseListener.NONE);
        assertThat(report.whole()).as(report.text()).isTrue();
        commanding.set(true);
        for (int i = 0; i < OBSERVATIONS; i++) {
            observed.add(observe());
            if (i % OBSERVATIONS_PER_RUN == OBSERVATIONS_PER_RUN - 1) {
                moved.atSource("UPDATE public.scrap SET v = v || '.' WHERE id <= 3000");
                run.close();
                run = LiveRun.start(moved.task(), SMALL);
            }
        }
        writing.set(false);
        for (Future<?> writer : writers) {
            writer.get();
        }
        clients.shutdown();
        observed.add(observe());
        run.awaitApplied(flushed());
    }

    @AfterAll
    static void stop() {
        if (run != null) {
            run.close();
        }
    }

    /** The commit of a transaction is in the log and visible by the time it gives the lock back. */
    private static Void write(Random random) throws SQLException, InterruptedException {
        try (Connection connection = new Scripts(moved.source()).connect();
                Statement statement = connection.createStatement()) {
            while (writing.get()) {
                statement.execute("SELECT pg_advisory_lock_shared(19)");
                try {
                    statement.execute("BEGIN");
                    if (commanding.get() && random.nextInt(60) == 0) {
                        statement.execute(command(random));
                        statement.execute("UPDATE public.shaped SET v = v || 'x' WHERE id = " + random.nextInt(100));
                    }
                    for (int n = 1 + random.nextInt(3); n > 0; n--) {
                        statement.execute(statement(random));
                    }
                    statement.execute("COMMIT");
                } catch (SQLException e) {
                    // Clients meet: one of them is ended as the victim of a deadlock.
                    assertThat(e.getSQLState()).isEqualTo("40P01");
                    statement.execute("ROLLBACK");
                }
                statement.execute("SELECT pg_advisory_unlock_shared(19)");
                Thread.sleep(5);
            }
        }
        return null;
    }

    private static String command(Random random) {
        int n = random.nextInt(4);
        return switch (random.nextInt(6)) {
            case 0 -> "ALTER TABLE public.shaped DROP COLUMN IF EXISTS c%d".formatted(n);
            case 1 -> "CREATE INDEX ON public.shaped (v)";
            case 2 -> "CREATE OR REPLACE FUNCTION public.made() RETURNS int LANGUAGE sql AS 'SELECT %d'".formatted(n);
            case 3 -> "ALTER TABLE public.shaped ADD COLUMN IF NOT EXISTS r%d float DEFAULT random()".formatted(n);
            default -> "ALTER TABLE public.shaped ADD COLUMN IF NOT EXISTS c%d int DEFAULT %d".formatted(n, n);
        };
    }

    private static String statement(Random random) {
        int n = 1 + random.nextInt(200);
        return switch (random.nextInt(8)) {
            case 0 ->
                "INSERT INTO public.entry SELECT %d, coalesce(max(n), 0) + 1, 5 FROM public.entry WHERE account = %d ON CONFLICT DO NOTHING"
                        .formatted(n, n);
            case 1 -> "DELETE FROM public.entry WHERE account = %d".formatted(n);
            case 2 ->
                "UPDATE public.account SET id = -id WHERE id = %d AND NOT EXISTS (SELECT FROM public.account WHERE id = -%d)"
                        .formatted(n, n);
            case 3 ->
                random.nextInt(10) == 0
                        ? "TRUNCATE public.entry"
                        : "UPDATE public.account SET note = 'n%d' WHERE id %% 50 = %d".formatted(n, n % 50);
            case 4 ->
                "INSERT INTO public.account VALUES (1000 + %d, 1, NULL) ON CONFLICT (id) DO UPDATE SET note = 'met'"
                        .formatted(n);
            case 5 -> "DELETE FROM public.account WHERE id = 1000 + %d".formatted(n);
            case 6 ->
                random.nextInt(10) == 0
                        ? "UPDATE public.scrap SET v = 's%d' WHERE id %% 7 = %d".formatted(n, n % 7)
                        : "UPDATE public.shaped SET v = 'n%d' WHERE id %% 20 = %d".formatted(n, n % 20);
            default -> "UPDATE public.account SET balance = balance + 1 WHERE id = %d".formatted(n);
        };
    }

    /** Writers wait only while the snapshot is taken; its rows are read while they write. */
    private static Observed observe() throws SQLException {
        try (Connection lock = new Scripts(moved.source()).connect();
                Connection reader = new Scripts(moved.source()).connect();
                Statement locking = lock.createStatement();
                Statement reading = reader.createStatement()) {
            String snapshot;
            Lsn lsn;
            locking.execute("SELECT pg_advisory_lock(19)");
            locking.execute("BEGIN ISOLATION LEVEL REPEATABLE READ");
            try (ResultSet row = locking.executeQuery("SELECT pg_export_snapshot(), pg_current_wal_insert_lsn()")) {
                row.next();
                snapshot = row.getString(1);
                lsn = Lsn.parse(row.getString(2));
            }
            // Against a TRUNCATE, which snapshots do not see.
            reading.execute("BEGIN ISOLATION LEVEL REPEATABLE READ");
            reading.execute("SET TRANSACTION SNAPSHOT '" + snapshot + "'");
            reading.execute(
                    "LOCK TABLE public.account, public.entry, public.scrap, public.shaped IN ACCESS SHARE MODE");
            locking.execute("SELECT pg_advisory_unlock(19)");
            return new Observed(lsn, digests(reading));
        }
    }

    private static Map<String, String> digests(Statement statement) throws SQLException {
        Map<String, String> digests = new TreeMap<>();
        for (String table : TABLES) {
            try (ResultSet rows = statement.executeQuery(
                    "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' ORDER BY t::text COLLATE \"C\")), '') FROM public."
                            + table + " t")) {
                rows.next();
                digests.put(table, rows.getString(1));
            }
        }
        return digests;
    }

    private static Map<String, String> digests(DatabaseSettings database) throws SQLException {
        try (Connection connection = new Scripts(database).connect();
                Statement statement = connection.createStatement()) {
            return digests(statement);
        }
    }

    private static Lsn flushed() throws SQLException {
        moved.atSource("UPDATE public.scrap SET v = 'last' WHERE id = 1");
        return Lsn.parse(moved.valueAtSource("SELECT pg_current_wal_insert_lsn()"));
    }

    private static Path target(DatabaseSettings database, String name) throws Exception {
        return Files.writeString(
                directory.resolve(name),
                "destination: { url: \"%s\", user: %s, password: \"%s\" }%n"
                        .formatted(database.url(), database.user(), String.valueOf(database.password())));
    }

    @Test
    void aDatabaseIsWhatEachSnapshotHad() throws Exception {
        DatabaseSettings database = servers.freshDatabase(18);
        Path file = target(database, "snapshots.yaml");
        for (Observed each : observed) {
            states.into(file, each.lsn().toString(), Optional.of(base), false, RebuildListener.NONE);
            assertThat(digests(database)).as("as of %s", each.lsn()).isEqualTo(each.tables());
        }
    }

    @Test
    void aSecondDestinationFollows() throws Exception {
        DatabaseSettings database = servers.freshDatabase(18);
        Path file = target(database, "second.yaml");
        ExecutorService executor = Executors.newSingleThreadExecutor();
        Future<String> following =
                executor.submit(() -> states.into(file, "latest", Optional.of(base), true, RebuildListener.NONE));
        try {
            for (int i = 0; i < 3; i++) {
                String value = "followed " + i;
                moved.atSource("UPDATE public.account SET note = '" + value + "' WHERE id > 0");
                String account = digests(moved.source()).get("account");
                assertThat(account).isNotNull();
                await().atMost(Duration.ofSeconds(60))
                        .ignoreExceptions()
                        .until(() -> account.equals(digests(database).get("account")));
            }
        } finally {
            executor.shutdownNow();
        }
        assertThatThrownBy(() -> following.get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(states.compare(file.toString(), "latest", Optional.of(base), Optional.empty())
                        .equal())
                .isTrue();
    }

    @Test
    void aTableThatIsEmptiedBeforeItIsReadIsReadInAnotherSnapshot() throws Exception {
        AtomicBoolean first = new AtomicBoolean(true);
        List<TableName> again = new ArrayList<>();
        Path other = directory.resolve("emptied");
        BaseReport report = states.base(other, Optional.empty(), new BaseListener() {
            @Override
            public void begun(BaseCut cut, int tables, int kept) {
                if (first.getAndSet(false)) {
                    truncate("entry");
                }
            }

            @Override
            public void moved(TableName table) {
                again.add(table);
            }
        });

        assertThat(again).containsExactly(new TableName("public", "entry"));
        assertIsBase(other, report);
    }

    private static void truncate(String table) {
        try {
            moved.atSource("TRUNCATE public." + table);
            run.awaitApplied(flushed());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void assertIsBase(Path directory, BaseReport report) throws Exception {
        assertThat(report.whole()).as(report.text()).isTrue();
        // Other tests write meanwhile: the destination says where it is.
        assertThat(states.compare("destination", "latest", Optional.of(directory), Optional.empty())
                        .equal())
                .isTrue();
    }

    @Test
    void aTableThatIsEmptiedWhileItIsReadIsInTheBaseAsItWas() throws Exception {
        moved.atSource(
                "INSERT INTO public.scrap SELECT n, 'more' FROM generate_series(5001, 9000) n ON CONFLICT DO NOTHING");
        run.awaitApplied(flushed());
        AtomicBoolean first = new AtomicBoolean(true);
        Path other = directory.resolve("emptying");
        BaseReport report = states.base(other, Optional.of(20_000L), new BaseListener() {
            @Override
            public void rows(TableName table, long rows, long bytes) {
                if (table.table().equals("scrap") && rows > 0 && first.getAndSet(false)) {
                    // The applier waits with it until the table is read.
                    try {
                        moved.atSource("TRUNCATE public.scrap");
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                }
            }
        });
        run.awaitApplied(flushed());

        assertThat(report.json()).contains("\"table\":\"public.scrap\",\"rows\":8000,");
        assertThat(moved.valueAtDestination("SELECT count(*) FROM public.scrap"))
                .isEqualTo("0");
        assertIsBase(other, report);
    }

    @Test
    void regularBasesReplaceTheOldestOnes() throws Exception {
        Path shelf = directory.resolve("shelf");
        for (int i = 0; i < 3; i++) {
            assertThat(states.regularBase(shelf, 2, Optional.empty(), BaseListener.NONE)
                            .whole())
                    .isTrue();
            run.awaitApplied(flushed());
        }

        try (var kept = Files.list(shelf)) {
            assertThat(kept).hasSize(2);
        }
        assertThat(states.bases().bases())
                .filteredOn(each -> each.place().startsWith(shelf.toString()))
                .hasSize(2);
        assertThat(new SyncTask(moved.task()).status().text()).contains("newest base  cut ");
        DatabaseSettings database = servers.freshDatabase(18);
        Path file = target(database, "shelf.yaml");
        String now = states.into(file, "latest", Optional.of(shelf), false, RebuildListener.NONE);
        assertThat(states.into(file, "latest", Optional.of(shelf), false, RebuildListener.NONE))
                .satisfies(lsn ->
                        assertThat(Lsn.parse(lsn).reached(Lsn.parse(now))).isTrue());
        assertThat(states.compare(file.toString(), "latest", Optional.of(shelf), Optional.empty())
                        .equal())
                .isTrue();
        assertThatThrownBy(() -> states.compare("destination", "0/1", Optional.of(shelf), Optional.empty()))
                .hasMessageContaining("The oldest base in directory " + shelf + " is of ");
    }
}
