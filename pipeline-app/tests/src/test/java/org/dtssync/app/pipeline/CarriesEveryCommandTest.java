package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.ddl.DdlRecorder;
import org.dtssync.app.ddl.IdentityGuard;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One of every kind of command through a whole task, with the rows around it, with superusers and without, while an application
 * writes to every table.
 */
@ExtendWith(ServersExtension.class)
class CarriesEveryCommandTest {

    /** Cases between two comparisons; a comparison reads both catalogs and all rows. */
    private static final int TOGETHER = Integer.getInteger("commands.together", 15);

    /** The test creates them first, of the versions that it gets. */
    @SuppressWarnings("NullAway.Init")
    private DatabaseSettings source;

    @SuppressWarnings("NullAway.Init")
    private DatabaseSettings destination;

    private String role;
    private String owner;
    private String account;

    /**
     * From which version to which, and whether accounts are superusers. Others are named by the property, such as
     * {@code -Dcommands.versions=15-18-plain,17-18-plain}; a version that the sandbox has no binaries of needs its jar there.
     */
    private static Stream<Arguments> versions() {
        return Stream.of(System.getProperty("commands.versions", "14-17-superuser,18-18-plain")
                        .split(","))
                .map(one -> one.split("-"))
                .map(one ->
                        Arguments.of(Integer.parseInt(one[0]), Integer.parseInt(one[1]), one[2].equals("superuser")));
    }

    @BeforeEach
    void nameRoles(Servers servers) {
        role = servers.uniqueName();
        owner = servers.uniqueName();
        account = servers.uniqueName();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void everyCommandArrives(int from, int to, boolean superuser, Servers servers) throws Exception {
        source = servers.freshDatabase(from);
        destination = servers.freshDatabase(to);
        makeRoles(from == to);
        try {
            RunningPair.execute(
                    source, (superuser ? "" : as(owner)) + CommandCase.TABLES + "GRANT ALL ON SCHEMA app TO " + role);
            if (!superuser) {
                grantRights(to);
            }
            CarriedScene carried = new CarriedScene(RunningPair.start(task(servers, superuser)), source, destination);
            try (carried;
                    BusyApplication application =
                            BusyApplication.start(source, superuser ? "SELECT 1" : as(owner) + "SELECT 1")) {
                carry(carried, from, superuser);
                dropsWhatIsRead(carried, from, superuser ? "" : as(owner));
                comeAndGo(carried, superuser ? "" : as(owner));
                if (from < 16) {
                    carried.stopsAtARenamedSchema();
                }
                assertThat(carried.problems()).isEmpty();
                assertThat(application.refused()).isEmpty();
                assertThat(application.written()).isPositive();
            }
        } finally {
            dropRoles(from == to);
        }
    }

    private void carry(CarriedScene carried, int from, boolean superuser) throws Exception {
        List<String> labels = new ArrayList<>();
        for (CommandCase one : CommandCase.every(from, superuser, role)) {
            List<String> messages = new ArrayList<>(superuser ? List.of() : List.of(as(owner)));
            messages.addAll(one.messages());
            carried.send(new CommandCase(one.label(), one.options(), messages));
            labels.add(one.label());
            if (labels.size() == TOGETHER) {
                carried.arrive(String.join(", ", labels));
                labels.clear();
            }
        }
        carried.arrive(String.join(", ", labels));
    }

    /** Before version 17 the server opens a table to print its defaults: the capture waits for the command that drops it. */
    private void dropsWhatIsRead(CarriedScene carried, int from, String begin) throws Exception {
        RunningPair.execute(
                source, begin + "CREATE TABLE public.read (id int PRIMARY KEY, at timestamptz DEFAULT now())");
        try (Connection writer = CarriedScene.open(source, "");
                Connection dropper = CarriedScene.open(source, "")) {
            CarriedScene.execute(writer, begin + "BEGIN; INSERT INTO public.read VALUES (1)");
            CompletableFuture<Void> dropped = CompletableFuture.runAsync(() -> {
                try {
                    CarriedScene.execute(dropper, begin + "BEGIN; DROP TABLE public.read");
                } catch (SQLException e) {
                    throw new CompletionException(e);
                }
            });
            awaitLocked("DROP TABLE");
            CarriedScene.execute(writer, "COMMIT");
            dropped.join();
            if (from < 17) {
                awaitLocked("SELECT a.attname, a.attnotnull");
            }
            CarriedScene.execute(dropper, "COMMIT");
        }
        carried.arrive("a table that is dropped while it is read");
    }

    private void awaitLocked(String statement) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !RunningPair.query(
                                source,
                                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
                                        + " AND strpos(query, '" + statement + "') > 0")
                        .equals("0"));
    }

    /** A check reads the source, the publication and the state one by one, and finds each of another moment. */
    private void comeAndGo(CarriedScene carried, String begin) throws Exception {
        try (Connection session = CarriedScene.open(source, "")) {
            CarriedScene.execute(session, begin + "SELECT 1");
            for (int i = 0; i < 60; i++) {
                CarriedScene.execute(session, "CREATE TABLE public.fleeting_%d (id int PRIMARY KEY)".formatted(i));
                if (i >= 20) {
                    CarriedScene.execute(
                            session, "ALTER TABLE public.fleeting_%1$d RENAME TO gone_%1$d".formatted(i - 10));
                    CarriedScene.execute(
                            session, "DROP TABLE public.%s_%d".formatted(i >= 30 ? "gone" : "fleeting", i - 20));
                }
            }
        }
        carried.arrive("tables that come and go");
    }

    private TaskFile task(Servers servers, boolean superuser) {
        return new TaskFileBuilder(
                        superuser
                                ? TaskFiles.of(servers, source, destination)
                                : TaskFiles.of(servers, with(source), with(destination)))
                .objects(new ObjectSelection(List.of("*.*"), List.of(), ObjectSelection.Owners.KEEP))
                .build();
    }

    private DatabaseSettings with(DatabaseSettings end) {
        return new DatabaseSettings(end.url(), account, "unused", Map.of());
    }

    private static String as(String name) {
        return "SET SESSION AUTHORIZATION " + name + ";";
    }

    private static String name(DatabaseSettings end) {
        return end.url().substring(end.url().lastIndexOf('/') + 1);
    }

    private List<DatabaseSettings> servers(boolean one) {
        return one ? List.of(source) : List.of(source, destination);
    }

    private void makeRoles(boolean oneServer) throws SQLException {
        for (DatabaseSettings end : servers(oneServer)) {
            RunningPair.execute(
                    end,
                    "CREATE ROLE %1$s; CREATE ROLE %2$s; CREATE ROLE %3$s LOGIN REPLICATION PASSWORD 'unused'; GRANT %1$s TO %2$s; GRANT %1$s, %2$s TO %3$s"
                            .formatted(role, owner, account));
        }
        for (DatabaseSettings end : List.of(source, destination)) {
            RunningPair.execute(
                    end,
                    "GRANT CREATE ON DATABASE %4$s TO %1$s, %2$s, %3$s; GRANT ALL ON SCHEMA public TO %1$s, %2$s, %3$s"
                            .formatted(role, owner, account, name(end)));
        }
    }

    /** What the precheck prints for a superuser, and the rights of the README. */
    private void grantRights(int to) throws SQLException {
        RunningPair.execute(source, String.join("\n", IdentityGuard.statements(account)));
        RunningPair.execute(source, String.join("\n", DdlRecorder.statements(account)));
        if (to >= 15) {
            RunningPair.execute(destination, "GRANT SET ON PARAMETER session_replication_role TO " + account);
        }
    }

    private void dropRoles(boolean oneServer) throws SQLException {
        String all = String.join(", ", role, owner, account);
        for (DatabaseSettings end : List.of(source, destination)) {
            RunningPair.execute(end, "DROP OWNED BY " + all + " CASCADE");
        }
        for (DatabaseSettings end : servers(oneServer)) {
            RunningPair.execute(end, "DROP ROLE " + all);
        }
    }
}
