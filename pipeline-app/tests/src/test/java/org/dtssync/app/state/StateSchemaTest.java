package org.dtssync.app.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.StateMigrations;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The version of the state: made, carried forward, refused; and what is kept since the second version. */
@ExtendWith(ServersExtension.class)
class StateSchemaTest {

    private static final String TASK = "shop";

    private DatabaseSettings settings;
    private DatabaseConnections database;

    @BeforeEach
    void open(Servers servers) throws SQLException {
        settings = servers.freshDatabase(14);
        database = new DatabaseConnections(End.DESTINATION, settings, "test");
    }

    @Test
    void theFirstVersionIsWhatTheReleaseBeforeMakes() throws Exception {
        assertThat(statements(StateMigrations.STATE.after(0).get(0).sql()))
                .isEqualTo(statements(EarlierRelease.script("destination")));
        assertThat(statements(StateMigrations.HEARTBEAT.after(0).get(0).sql()))
                .isEqualTo(statements(EarlierRelease.script("heartbeat")));
        assertThat(statements(StateMigrations.READ_ONLY.after(0).get(0).sql()))
                .isEqualTo(statements(EarlierRelease.script("write-fence")));
    }

    @Test
    void makesEverythingOnceAndRecordsWhatItApplied() {
        new StateSchema(database).install();
        new StateSchema(database).install();

        assertThat(list("SELECT part || ' ' || number || ' ' || name FROM dts_sync.version ORDER BY 1"))
                .containsExactly(
                        "heartbeat 1 heartbeat",
                        "state 1 task",
                        "state 2 history",
                        "state 3 sequences",
                        "state 4 topics",
                        "state 5 topic_layout",
                        "state 6 ddl",
                        "state 7 forms",
                        "state 8 structure_position",
                        "state 9 deferred_index");
    }

    @Test
    void severalTasksMayInstallAtOnce() throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> installing = List.of(
                    executor.submit(() -> new StateSchema(database).install()),
                    executor.submit(() -> new StateSchema(database).install()),
                    executor.submit(() -> new StateSchema(database).installHeartbeat()),
                    executor.submit(() -> new StateSchema(database).install()));
            for (Future<?> one : installing) {
                one.get();
            }
        } finally {
            executor.shutdown();
        }

        assertThat(list("SELECT part || ' ' || number FROM dts_sync.version ORDER BY 1"))
                .hasSize(10);
    }

    @Test
    void carriesForwardWhatTheReleaseBeforeLeft() throws Exception {
        EarlierRelease.install(settings);
        execute("INSERT INTO dts_sync.task (task, phase) VALUES ('shop', 'incremental')");
        execute("INSERT INTO dts_sync.command (task, command, state) VALUES ('shop', 'verify', 'posted')");
        ProgressStore store = new ProgressStore(database, TASK);
        assertThat(store.task()).get().extracting(TaskProgress::phase).isEqualTo(Phase.INCREMENTAL);
        new StateSchema(database).requireKnown();
        assertThat(EarlierRelease.isAt(settings)).as("reading changes nothing").isTrue();
        assertThat(new EventLog(database, TASK).last(10)).isEmpty();
        assertThat(new VerificationHistory(database, TASK).list()).isEmpty();
        assertThat(new SwitchoverSteps(database, TASK, "switchover").attempts(5))
                .isEmpty();

        store.install();

        assertThat(store.task()).get().extracting(TaskProgress::phase).isEqualTo(Phase.INCREMENTAL);
        try (CommandStore commands = new CommandStore(database, TASK)) {
            PostedCommand taken = commands.take();
            assertThat(taken).isNotNull();
            assertThat(taken.author()).isEmpty();
        }
    }

    @Test
    void bringsUpAStateThatLacksTables() throws Exception {
        EarlierRelease.install(settings);
        execute("DROP TABLE dts_sync.comparison, dts_sync.comparison_slice");

        new StateSchema(database).install();

        assertThat(list("SELECT count(*)::text FROM dts_sync.comparison")).containsExactly("0");
    }

    @Test
    void refusesANewerStateWithOneSentence() throws Exception {
        new StateSchema(database).install();
        execute("INSERT INTO dts_sync.version (part, number, name, program) VALUES ('state', 99, 'later', '9.1.0')");

        for (Runnable use : List.<Runnable>of(
                () -> new StateSchema(database).install(), () -> new StateSchema(database).requireKnown())) {
            assertThatThrownBy(use::run).isInstanceOfSatisfying(SyncException.class, refused -> {
                assertThat(refused.kind()).isEqualTo(FaultKind.USAGE);
                assertThat(refused.getMessage())
                        .contains(
                                "of the destination has version 99",
                                "written by dts-sync 9.1.0",
                                "knows versions up to 9",
                                "Use dts-sync 9.1.0 or later.");
            });
        }
    }

    @Test
    void keepsWhoPostedACommandAndDoesTheSameKeyOnce() {
        new StateSchema(database).install();
        Posting posting = new Posting(new Author("ann", "cli"), Optional.of("key-1"), Optional.of("{\"rows\": 5}"));
        try (CommandStore commands = new CommandStore(database, TASK)) {
            long first = commands.post("verify", "", posting);
            assertThat(commands.post("verify", "", posting)).isEqualTo(first);
            assertThatThrownBy(() -> commands.post("switchover", "--dry-run", posting))
                    .isInstanceOf(SyncException.class)
                    .hasMessageContaining("key-1");
            long second = commands.post("verify", "");

            PostedCommand taken = commands.take();
            assertThat(taken).isNotNull();
            assertThat(taken.author()).contains(new Author("ann", "cli"));
            commands.finish(taken, "{}", 0);
            commands.withdraw(second);

            assertThat(commands.result(first).finished()).isTrue();
            assertThat(commands.result(second).finished()).isTrue();
            assertThat(commands.take()).isNull();
        }
        assertThat(new EventLog(database, TASK).after(0, 10))
                .extracting(recorded -> recorded.event().actor() + " "
                        + recorded.event().detail().get("state"))
                .contains("ann posted", "null done");
    }

    @Test
    void aRunningCommandShowsHowFarItIs() throws Exception {
        Epoch epoch = epoch();
        try (CommandStore commands = new CommandStore(database, TASK)) {
            long moving = commands.post("switchover", "");
            commands.take();
            assertThat(commands.result(moving).progress()).isEmpty();
            SwitchoverSteps steps = new SwitchoverSteps(database, TASK, "switchover");
            steps.start(SwitchoverSteps.Kind.MOVE, epoch);
            steps.begin("verify", epoch);
            assertThat(commands.result(moving).progress()).contains("{\"step\": \"verify\", \"state\": \"begun\"}");
            steps.done("verify", epoch);
            assertThat(commands.result(moving).progress()).contains("{\"step\": \"verify\", \"state\": \"done\"}");
            commands.withdraw(moving);

            long verifying = commands.post("verify", "");
            commands.take();
            LiveFigures figures = new LiveFigures(
                    "incremental",
                    0,
                    0,
                    0,
                    0,
                    Optional.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    0,
                    0,
                    0,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(new LiveFigures.Verified(3, 9, Optional.of(Duration.ofSeconds(4)))));
            execute("INSERT INTO dts_sync.instance (task, epoch, instance, alive_at) VALUES ('shop', 1, 'a', now())");
            boolean alive = database.inTransaction(
                    "test", connection -> new InstanceStore(database, TASK).signOfLife(connection, epoch, figures));
            assertThat(alive).isTrue();
            assertThat(commands.result(verifying).progress())
                    .contains("{\"rows\": 3, \"estimated_rows\": 9, \"remaining_seconds\": 4}");
        }
    }

    @Test
    void keepsTheLastEventsOnly() throws Exception {
        new StateSchema(database).install();
        execute("INSERT INTO dts_sync.event (task, kind, subject, origin) SELECT 'shop', 'phase', i::text, 'run'"
                + " FROM generate_series(1, 10050) i");
        EventLog events = new EventLog(database, TASK);

        for (int i = 0; i < 100; i++) {
            database.doInTransaction("test", connection -> {
                events.append(connection, Event.byRun("phase", "last"));
            });
        }

        assertThat(list("SELECT count(*)::text FROM dts_sync.event"))
                .allSatisfy(count -> assertThat(Integer.parseInt(count)).isBetween(10_000, 10_100));
        assertThat(events.last(1))
                .singleElement()
                .satisfies(recorded -> assertThat(recorded.event().subject()).isEqualTo("last"));
    }

    @Test
    void keepsVerificationsWithWhatTheyFound() throws Exception {
        Epoch epoch = epoch();
        Verifications verifications = new Verifications(database, TASK);
        UnfinishedComparison unfinished = new UnfinishedComparison(database, TASK, epoch);
        TableName orders = new TableName("public", "orders");
        VerificationOutcome different = new VerificationOutcome(
                Lsn.parse("0/10"),
                false,
                List.of(new VerificationOutcome.Table(orders, 100, 2, 1, 0, 0)),
                List.of(new VerificationOutcome.Row(orders, List.of("7", "a,b"), "missing", List.of())));

        for (int i = 0; i < VerificationHistory.KEPT + 3; i++) {
            unfinished.begin(Lsn.parse("0/10"), "digest");
            verifications.record(different, unfinished, "digest", epoch);
        }

        List<VerificationHistory.Kept> kept = new VerificationHistory(database, TASK).list();
        assertThat(kept).hasSize(VerificationHistory.KEPT);
        assertThat(kept.get(0).beganAt()).isPresent();
        assertThat(new VerificationHistory(database, TASK).show(kept.get(0).id()))
                .get()
                .extracting(VerificationHistory.Kept::outcome)
                .isEqualTo(different);
        assertThat(list("SELECT count(DISTINCT verification)::text FROM dts_sync.verification_difference"))
                .containsExactly(String.valueOf(VerificationHistory.KEPT));
        assertThat(verifications.fresh(Duration.ofHours(1))).isEmpty();
    }

    @Test
    void aDryRunLeavesTheStepsOfTheLastAttempt() throws Exception {
        Epoch epoch = epoch();
        SwitchoverSteps steps = new SwitchoverSteps(database, TASK, "switchover");
        steps.start(SwitchoverSteps.Kind.MOVE, epoch);
        steps.begin("open", epoch);
        steps.done("open", epoch);
        steps.end(SwitchReport.completed(), epoch);

        SwitchoverSteps dryRun = steps.ofDryRun();
        dryRun.start(SwitchoverSteps.Kind.DRY_RUN, epoch);
        dryRun.begin("gates", epoch);
        dryRun.failed(new SyncException(FaultKind.PRECHECK, "The lag is 20 s.", "Wait."), epoch);
        steps.begin("writes", epoch);

        assertThat(steps.isDone("open")).isTrue();
        assertThat(steps.isBegun("gates")).isFalse();
        List<SwitchoverSteps.Attempt> attempts = steps.attempts(10);
        assertThat(attempts).extracting(SwitchoverSteps.Attempt::kind).containsExactly("dry-run", "move");
        assertThat(attempts).extracting(attempt -> attempt.result().orElse("")).containsExactly("failed", "moved");
        assertThat(attempts.get(1).steps())
                .extracting(SwitchoverSteps.Step::name)
                .containsExactly("open", "writes");
    }

    @Test
    void aSettingAppliesUntilItEndsOrIsRemoved() throws Exception {
        SettingStore settings = new SettingStore(database, TASK);
        Author author = new Author("ann", "cli");
        String key = LiveSetting.VERIFY_ROWS_PER_SECOND.key();
        assertThat(settings.list()).isEmpty();

        settings.put(key, "500", Optional.of(Instant.now().plusSeconds(60)), author);
        assertThat(current(settings, key)).contains("500");
        settings.put(key, "700", Optional.empty(), author);
        assertThat(settings.list()).singleElement().satisfies(setting -> {
            assertThat(setting.value()).isEqualTo("700");
            assertThat(setting.setBy()).contains("ann");
            assertThat(setting.until()).isEmpty();
        });
        settings.put(key, "900", Optional.of(Instant.now().minusSeconds(60)), author);
        assertThat(current(settings, key)).isEmpty();
        settings.remove(key, author);

        assertThat(new EventLog(database, TASK).last(10))
                .extracting(recorded -> recorded.event().detail().get("value"))
                .containsExactly("removed", "900", "700", "500");
    }

    private Optional<String> current(SettingStore settings, String key) {
        return database.inTransaction("test", connection -> settings.current(connection, key));
    }

    @Test
    void removesEveryRowOfATaskAndNoOther() throws Exception {
        Epoch epoch = epoch();
        new ProgressStore(database, TASK).enter(Phase.PREPARE, epoch);
        execute("INSERT INTO dts_sync.setting (task, key, value) VALUES ('shop', 'k', 'v'), ('other', 'k', 'v')");

        database.doInTransaction("test", connection -> {
            new StateRemoval(TASK).run(connection);
        });

        assertThat(list("SELECT task FROM dts_sync.setting UNION ALL SELECT task FROM dts_sync.event"
                        + " UNION ALL SELECT task FROM dts_sync.fence UNION ALL SELECT task FROM dts_sync.task"))
                .containsExactly("other");
    }

    /** A script without its comments, which may be put in other words. */
    private static String statements(String script) {
        return script.replaceAll("--[^\\n]*", "").replaceAll("\\s+", " ").strip();
    }

    private Epoch epoch() throws SQLException {
        new StateSchema(database).install();
        execute("INSERT INTO dts_sync.fence (task, epoch) VALUES ('shop', 1)");
        return new Epoch(TASK, 1);
    }

    private void execute(String sql) {
        database.doInTransaction("test", connection -> {
            Statements.execute(connection, sql);
        });
    }

    private List<String> list(String sql) {
        return database.inTransaction("test", connection -> Statements.list(connection, sql, row -> row.getString(1)));
    }
}
