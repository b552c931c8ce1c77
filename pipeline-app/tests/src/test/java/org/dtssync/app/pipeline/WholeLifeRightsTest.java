package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.dtssync.app.cli.Readme;
import org.dtssync.app.config.KafkaSettings;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.SwitchoverSettings;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.precheck.PrecheckItem;
import org.dtssync.app.precheck.PrecheckItem.Result;
import org.dtssync.app.precheck.Stage;
import org.dtssync.app.tasks.PrecheckReport;
import org.dtssync.app.tasks.SwitchMode;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskCommand;
import org.dtssync.app.tasks.TaskListener;
import org.dtssync.app.tasks.TaskOutcome;
import org.dtssync.app.testing.GuardedKafka;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.secrets.FileReferences;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * With the rights that README.md gives and the ACLs that docs/security.md lists, and no others, a task lives its whole life; without
 * those for switching, the precheck says beforehand what a switchover would be refused for.
 */
@ExtendWith(ServersExtension.class)
class WholeLifeRightsTest {

    private static final String SHOP = """
            CREATE TABLE public.customer (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
            INSERT INTO public.customer (name) SELECT 'c' || i FROM generate_series(1, 100) i;
            ALTER TABLE public.customer OWNER TO %1$s;
            GRANT SELECT, INSERT ON public.customer TO %2$s;
            """;

    private static final String FOREIGN_KEY = """
            CREATE TABLE public.orders (id int PRIMARY KEY, customer int REFERENCES public.customer);
            INSERT INTO public.orders SELECT i, i FROM generate_series(1, 100) i;
            ALTER TABLE public.orders OWNER TO %1$s;
            """;

    @TempDir
    Path directory;

    /** What moves the applications; empty: the task file names nothing. */
    private String command = "";

    private String account;
    private String owner;
    private String application;

    /** Each test creates them first, of the versions that it is about. */
    @SuppressWarnings("NullAway.Init")
    private DatabaseSettings source;

    @SuppressWarnings("NullAway.Init")
    private DatabaseSettings destination;

    @BeforeEach
    void nameRoles(Servers servers) {
        account = servers.uniqueName();
        owner = servers.uniqueName();
        application = servers.uniqueName();
    }

    private void create(Servers servers, int from, int to, String shop) throws Exception {
        Files.writeString(directory.resolve("password"), "unused\n");
        source = servers.freshDatabase(from);
        destination = servers.freshDatabase(to);
        for (DatabaseSettings end : List.of(source, destination)) {
            RunningPair.execute(end, "CREATE ROLE " + application + " LOGIN PASSWORD 'unused'");
        }
        RunningPair.execute(source, "CREATE ROLE " + owner);
        RunningPair.execute(source, shop.formatted(owner, application));
    }

    /** Returns what the README has, for the roles and the database of this test. */
    private String rights(String sql, DatabaseSettings end) {
        return Readme.named(sql, name(end), account, owner, application);
    }

    private static String name(DatabaseSettings end) {
        return end.url().substring(end.url().lastIndexOf('/') + 1);
    }

    private TaskFile task(Servers servers, KafkaSettings kafka) {
        return new TaskFileBuilder(TaskFiles.of(servers, with(source), with(destination)))
                .kafka(kafka)
                .objects(new ObjectSelection(List.of("public.*"), List.of(), ObjectSelection.Owners.KEEP))
                .build()
                .withSwitchover(new SwitchoverSettings(
                        List.of(application),
                        command,
                        Set.of(),
                        Optional.empty(),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(30),
                        Duration.ofHours(1)));
    }

    private DatabaseSettings with(DatabaseSettings end) {
        return new DatabaseSettings(end.url(), account, FileReferences.to(directory.resolve("password")), Map.of());
    }

    @AfterEach
    void dropRoles() throws SQLException {
        for (DatabaseSettings end : List.of(source, destination)) {
            // The databases go afterwards, and with them what is owned there.
            administer(
                    end,
                    "ALTER DATABASE " + name(end) + " OWNER TO postgres",
                    "DROP OWNED BY " + account + ", " + owner + ", " + application + " CASCADE",
                    "DROP ROLE " + account + ", " + owner + ", " + application);
        }
    }

    @Test
    void theWholeLifeWithTheRightsOfTheReadmeAndTheDocumentedAcls(Servers servers) throws Exception {
        create(servers, 17, 18, SHOP + FOREIGN_KEY);
        Readme readme = Readme.read();
        RunningPair.execute(source, rights(readme.allRightsAtSource(17), source).replace("CREATE ROLE " + owner, ""));
        RunningPair.execute(destination, rights(readme.allRightsAtDestination(18), destination));
        try (GuardedKafka kafka = GuardedKafka.start(directory.resolve("kafka"))) {
            TaskFile task = task(servers, new KafkaSettings(false, kafka.properties()));
            kafka.grantEverything(task.name());
            // No right allows event triggers; the precheck has what a superuser runs instead.
            assertThat(precheck(task))
                    .filteredOn(item -> item.result() != Result.PASS)
                    .extracting(PrecheckItem::id, PrecheckItem::result)
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple("kept-identities", Result.WARN),
                            org.assertj.core.groups.Tuple.tuple("carried-commands", Result.WARN));

            try (RunningPair pair = RunningPair.start(task)) {
                done(pair.perform(new TaskCommand.Switchover(SwitchMode.MOVE, false)));
                pair.awaitPhase("reverse");
                insert(destination);
                done(pair.perform(new TaskCommand.Rollback(SwitchMode.MOVE, false)));
                pair.awaitPhase("incremental");
                insert(source);
                done(pair.perform(new TaskCommand.Verify()));
                changePasswordsAndAcls(pair, kafka);
            }
            assertThat(kafka.topics()).as("release --topics").isEmpty();
        }
        assertThat(RunningPair.query(source, "SELECT count(*) FROM public.customer"))
                .isEqualTo("103");
    }

    /** What a company does at night: the run waits, and continues with what the file has then. */
    private void changePasswordsAndAcls(RunningPair pair, GuardedKafka kafka) throws Exception {
        kafka.revoke(ResourceType.TRANSACTIONAL_ID, "dts_sync_" + pair.task().name(), AclOperation.WRITE);
        for (DatabaseSettings end : List.of(source, destination)) {
            administer(
                    end,
                    "ALTER ROLE " + account + " PASSWORD 'another'",
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '" + account + "'");
        }
        insert(source);
        await("waits while its logins and its right are refused")
                .during(Duration.ofSeconds(5))
                .atMost(Duration.ofSeconds(20))
                .until(pair::isRunning);

        Files.writeString(directory.resolve("password"), "another\n");
        kafka.grant(ResourceType.TRANSACTIONAL_ID, "dts_sync_" + pair.task().name(), AclOperation.WRITE);

        await().atMost(Duration.ofMinutes(2))
                .ignoreExceptions()
                .until(() -> RunningPair.query(destination, "SELECT count(*) FROM public.customer")
                        .equals("103"));
        assertThat(pair.isRunning()).isTrue();
    }

    @Test
    void anOrdinaryAccountMovesOneWayWhereNothingCanFlowBack(Servers servers) throws Exception {
        create(servers, 14, 17, SHOP + FOREIGN_KEY);
        Readme readme = Readme.read();
        RunningPair.execute(source, rights(readme.allRightsAtSource(14), source).replace("CREATE ROLE " + owner, ""));
        // Of those for the destination, the ones for moving alone.
        RunningPair.execute(
                destination,
                rights(readme.destinationRights(), destination) + "GRANT CREATE ON SCHEMA public TO PUBLIC");
        command = program().toString();
        TaskFile task = task(
                servers,
                new KafkaSettings(
                        false, Map.of("bootstrap.servers", servers.kafka().bootstrapServers())));

        assertThat(precheck(task))
                .filteredOn(item -> item.result() != Result.PASS)
                .allMatch(item -> item.result() == Result.WARN)
                .extracting(PrecheckItem::id, PrecheckItem::stage)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("kept-identities", Stage.STREAM),
                        org.assertj.core.groups.Tuple.tuple("carried-commands", Stage.STREAM),
                        org.assertj.core.groups.Tuple.tuple("session-replication-role", Stage.REVERSE),
                        org.assertj.core.groups.Tuple.tuple("replicate", Stage.REVERSE),
                        org.assertj.core.groups.Tuple.tuple("database-owner", Stage.ROLLBACK),
                        org.assertj.core.groups.Tuple.tuple("end-sessions", Stage.ROLLBACK),
                        org.assertj.core.groups.Tuple.tuple("application-role-member", Stage.ROLLBACK));

        try (RunningPair pair = RunningPair.start(task)) {
            assertThat(pair.perform(new TaskCommand.Switchover(SwitchMode.DRY_RUN, true))
                            .error()
                            .orElseThrow())
                    .contains(
                            "may not set session_replication_role at the source, so data cannot flow back",
                            "switch over with --one-way",
                            "does not own the destination's database");
            TaskOutcome moved = pair.perform(new TaskCommand.Switchover(SwitchMode.MOVE, false, false, true));
            assertThat(moved.result()).isEqualTo(TaskOutcome.Result.ENDPOINT_NOT_MOVED);
            assertThat(((TaskOutcome.Switched) moved).move().text())
                    .contains("one way: the source does not follow and stays read-only, and no rollback is possible");
            pair.awaitEnd();
            assertThat(pair.phase()).isEqualTo("complete");
            insert(destination);
            assertThatThrownBy(() -> insert(source)).hasMessageContaining("read-only");
            for (DatabaseSettings end : List.of(source, destination)) {
                assertThat(RunningPair.query(
                                end,
                                "SELECT (SELECT count(*) FROM pg_replication_slots WHERE database = current_database())"
                                        + " || ' ' || (SELECT count(*) FROM pg_publication)"))
                        .as("slots and publications at %s", end)
                        .isEqualTo("0 0");
            }
            assertThat(new SyncTask(task).status().text())
                    .contains("one way", "lag          -, -")
                    .doesNotContain("streaming");
            retriesTheEndpoint(task);
        }
        assertThat(RunningPair.query(destination, "SELECT count(*) FROM public.customer"))
                .isEqualTo("101");
    }

    /** A program that fails until a file is there. */
    private Path program() throws IOException {
        Path program = Files.writeString(directory.resolve("move"), "#!/bin/sh\ntest -e '" + repaired() + "'\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return program;
    }

    private Path repaired() {
        return directory.resolve("repaired");
    }

    /** As the same command does where there is a way back. */
    private void retriesTheEndpoint(TaskFile task) throws Exception {
        TaskCommand again = new TaskCommand.Switchover(SwitchMode.MOVE, false, false, true);
        TaskOutcome stillNot = new SyncTask(task).perform(again, TaskListener.NONE);
        assertThat(stillNot.result()).isEqualTo(TaskOutcome.Result.ENDPOINT_NOT_MOVED);
        assertThat(((TaskOutcome.Switched) stillNot).move().text()).contains("applications were not repointed");

        Files.createFile(repaired());

        TaskOutcome repointed = new SyncTask(task).perform(again, TaskListener.NONE);
        done(repointed);
        assertThat(((TaskOutcome.Switched) repointed).move().text())
                .contains("moved by", "The applications were already moved.");
    }

    @Test
    void whatIsMissingIsOneFindingAndTheScriptsAreAllThatIsNeeded(Servers servers) throws Exception {
        create(servers, 17, 18, SHOP + FOREIGN_KEY);
        for (int i = 0; i < 20; i++) {
            RunningPair.execute(
                    source,
                    "CREATE TABLE public.table_" + i + " (id int PRIMARY KEY); ALTER TABLE public.table_" + i
                            + " OWNER TO " + owner);
        }
        RunningPair.execute(source, "CREATE TABLE public.of_superuser (id int PRIMARY KEY)");
        RunningPair.execute(destination, "ALTER ROLE " + application + " NOLOGIN");
        for (DatabaseSettings end : List.of(source, destination)) {
            RunningPair.execute(end, "CREATE ROLE " + account + " LOGIN PASSWORD 'unused'");
        }
        TaskFile task = task(
                servers,
                new KafkaSettings(
                        false, Map.of("bootstrap.servers", servers.kafka().bootstrapServers())));

        List<PrecheckItem> found = precheck(task);

        assertThat(found)
                .filteredOn(item -> item.id().equals("source-table-rights"))
                .hasSize(2)
                .anySatisfy(item -> {
                    assertThat(item.objects()).hasSize(22);
                    assertThat(item.advice().statements()).hasSize(1);
                });
        assertThat(found)
                .filteredOn(item -> item.id().equals("application-role-login") && item.result() == Result.WARN)
                .singleElement()
                .extracting(PrecheckItem::message)
                .isEqualTo("Role " + application + " cannot log in at the destination, although it can at the source.");
        String scripts = "";
        // The owner of the superuser's table is made by the first script, and needed by the second.
        for (int round = 0; round < 3; round++) {
            PrecheckReport report = new PrecheckReport(precheck(task));
            RunningPair.execute(source, report.sourceScript());
            RunningPair.execute(destination, report.destinationScript());
            scripts += report.sourceScript() + report.destinationScript();
        }
        assertThat(scripts).contains("-- CREATE EVENT TRIGGER");
        // What only helps is a comment, to be run on purpose.
        assertThat(scripts.lines().filter(line -> !line.startsWith("-- ")).collect(Collectors.joining("\n")))
                .doesNotContain("GRANT postgres", "GRANT \"postgres\"", "TO it", "DROP", "TRUNCATE");
        assertThat(precheck(task))
                .filteredOn(item -> item.result() != Result.PASS)
                .extracting(PrecheckItem::id)
                .containsExactly("kept-identities", "carried-commands");
        RunningPair.execute(
                source, "DROP OWNED BY " + name(source) + "_owner CASCADE; DROP ROLE " + name(source) + "_owner");
        RunningPair.execute(
                destination, "DROP OWNED BY " + name(source) + "_owner CASCADE; DROP ROLE " + name(source) + "_owner");
    }

    /** Does what an administrator does, whatever read-only default there is. */
    private static void administer(DatabaseSettings end, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(end.url(), end.user(), "unused")) {
            RunningPair.execute(connection, "SET default_transaction_read_only = off");
            for (String statement : statements) {
                RunningPair.execute(connection, statement);
            }
        }
    }

    private static List<PrecheckItem> precheck(TaskFile task) {
        return new org.dtssync.app.precheck.Precheck(
                        task, new TaskInventory(task)::statements, new SwitchRights(task)::findings)
                .run();
    }

    private static void insert(DatabaseSettings end) throws SQLException {
        RunningPair.execute(end, "INSERT INTO public.customer (name) VALUES ('new')");
    }

    private static void done(TaskOutcome outcome) {
        assertThat(outcome.error()).isEmpty();
        assertThat(outcome.result()).isEqualTo(TaskOutcome.Result.DONE);
    }
}
