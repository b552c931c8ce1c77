package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.CommandLineProcess.Started;
import org.dtssync.app.testing.PgBouncer;
import org.dtssync.app.testing.PooledShop;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskText;
import org.dtssync.app.testing.WarmCommandLine;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients of a real PgBouncer are moved there and back, and notice nothing but a wait; also where dts-sync is killed meanwhile. It has
 * the rights that README.md gives, and no others.
 */
@ExtendWith(ServersExtension.class)
class SwitchoverThroughPgBouncerTest {

    private static final String PASSWORD = "shop password";
    private static final Duration LIMIT = Duration.ofMinutes(5);

    /** Every step of a switch, in order; each is killed when its work is done and before that is recorded. */
    private static final List<String> STEPS = List.of(
            "gates",
            "stream-back",
            "pause",
            "fence",
            "drain",
            "sequences",
            "confirm",
            "open",
            "writes",
            "endpoint",
            "end-of-stream",
            "materialized-views");

    /** What holds a step up at its end, where it can be killed: the record of it is written to a table. */
    private static final String HALT = """
            CREATE SCHEMA halt;
            CREATE TABLE halt.place (step text, direction text);
            CREATE FUNCTION halt.wait() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
            BEGIN
                IF NEW.done_at IS NOT NULL AND EXISTS (
                    SELECT FROM halt.place p WHERE p.step = NEW.step AND p.direction = NEW.direction)
                THEN
                    PERFORM pg_catalog.pg_sleep(600);
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER halt AFTER UPDATE ON dts_sync.switchover_step FOR EACH ROW EXECUTE FUNCTION halt.wait();
            """;

    @TempDir
    Path directory;

    private WarmCommandLine dtsSync;
    private CommandLineProcess process;
    private DatabaseSettings source;
    private DatabaseSettings destination;
    private DatabaseSettings maintenance;
    private PgBouncer pgBouncer;
    private String role;
    private String account;
    private String owner;
    private String task;

    @BeforeEach
    void putPgBouncerInFront(Servers servers) throws Exception {
        Assumptions.assumeTrue(
                PgBouncer.program().isPresent(), "PgBouncer is not installed: apt-get install pgbouncer");
        role = servers.uniqueName();
        account = servers.uniqueName();
        owner = servers.uniqueName();
        source = servers.freshDatabase(14);
        destination = servers.freshDatabase(17);
        maintenance = servers.postgres(17).superuser("postgres");
        for (DatabaseSettings database : List.of(source, destination)) {
            PooledShop.execute(database, "CREATE ROLE " + role + " LOGIN PASSWORD '" + PASSWORD + "'");
        }
        PooledShop.create(source, role);
        giveRights();
        URI address = address(source);
        pgBouncer = PgBouncer.start(
                "shop = host=" + address.getHost() + " port=" + address.getPort() + " dbname="
                        + address.getPath().substring(1) + "\n",
                "\"" + role + "\" \"" + PASSWORD + "\"",
                // A connection that fails once on a busy machine is not what makes clients wait here.
                "server_login_retry = 1");
        dtsSync = new WarmCommandLine(directory);
        process = new CommandLineProcess(directory, Map.of());
        task = dtsSync.file(
                "task.yaml",
                TaskText.of(servers, source, destination)
                                .withSource(TaskText.end(source.url(), account, "unused"))
                                .withDestination(TaskText.end(destination.url(), account, "unused"))
                        + """
                switchover:
                  application.roles: [ %s ]
                  max.lag: 60s
                  pgbouncer.console: "127.0.0.1:%d"
                  pgbouncer.user: %s
                  pgbouncer.password: "%s"
                  pgbouncer.databases: [ shop ]
                  pgbouncer.file: %s
                """.formatted(role, pgBouncer.port(), PgBouncer.ADMIN, PgBouncer.PASSWORD, pgBouncer.file()));
    }

    private void giveRights() throws Exception {
        Readme readme = Readme.read();
        PooledShop.execute(source, "CREATE ROLE " + owner);
        for (String table : List.of(
                "TABLE public.purchase", "TABLE public.stock", "SEQUENCE public.down", "SEQUENCE public.round")) {
            PooledShop.execute(source, "ALTER " + table + " OWNER TO " + owner);
        }
        PooledShop.execute(source, named(readme.allRightsAtSource(14), source));
        PooledShop.execute(destination, named(readme.allRightsAtDestination(17), destination));
    }

    private String named(String sql, DatabaseSettings database) {
        return Readme.named(sql, address(database).getPath().substring(1), account, owner, role);
    }

    private static URI address(DatabaseSettings database) {
        return URI.create(database.url().substring("jdbc:".length()));
    }

    @AfterEach
    void removeTheRole() throws Exception {
        if (pgBouncer != null) {
            pgBouncer.close();
            for (DatabaseSettings database : List.of(source, destination)) {
                String roles = role + ", " + account + ", " + owner;
                PooledShop.execute(
                        database,
                        "ALTER DATABASE " + address(database).getPath().substring(1) + " OWNER TO postgres");
                PooledShop.execute(database, "DROP OWNED BY " + roles + " CASCADE");
                PooledShop.execute(database, "DROP ROLE " + roles);
            }
        }
    }

    @Test
    void noClientSeesMoreThanAWaitWhenItIsMovedThereAndBackAndThereAgain() throws Exception {
        Started run = process.start("run", task);
        PooledShop shop = PooledShop.open(pgBouncer.url("shop"), role, PASSWORD, 20, 100);
        try (shop) {
            awaitPhase("incremental");
            awaitSales(shop);
            assertTellsThatEveryGateIsOpen(process.run("switchover", task, "--dry-run", "--skip-verify"));
            shop.longestSeconds();
            report("rehearsal", shop, json(dtsSync.run("switchover", task, "--rehearse", "--skip-verify", "--json")));
            awaitSales(shop);
            assertServedBy(source);

            report("switchover", shop, json(process.run("switchover", task, "--json")));
            awaitSales(shop);
            assertServedBy(destination);

            report("rollback", shop, json(dtsSync.run("rollback", task, "--json")));
            awaitSales(shop);
            assertServedBy(source);

            report("second switchover", shop, json(dtsSync.run("switchover", task, "--json")));
            awaitSales(shop);
            assertServedBy(destination);
            // What comes a second time was done already, and changes nothing.
            assertThat(json(dtsSync.run("switchover", task, "--json"))
                            .get("next")
                            .asText())
                    .startsWith("The applications were already moved.");
            shop.close();
            PooledShop.execute(destination, HALT);
            haltAt("switchover", "complete");
            Started asking = process.start("complete", task);
            killHalted(run);
            asking.process().destroyForcibly().waitFor();
            PooledShop.execute(destination, "TRUNCATE halt.place");
            Outcome complete = dtsSync.run("complete", task);
            assertThat(complete.exitCode()).as(complete.err()).isZero();
            assertThat(PooledShop.query(
                            destination,
                            "SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"))
                    .isEqualTo("0");
        } catch (AssertionError e) {
            throw new AssertionError(
                    "Clients saw " + shop.errors() + ". The run said: " + run.errSoFar() + "PgBouncer said: "
                            + pgBouncer.log(),
                    e);
        } finally {
            run.process().destroyForcibly().waitFor();
        }
        assertNothingIsLost(shop);
        assertServedBy(destination);
        Outcome released = dtsSync.run("release", task, "--topics");
        assertThat(released.exitCode()).as(released.err()).isZero();
    }

    private static JsonNode json(Outcome outcome) throws IOException {
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        return new ObjectMapper().readTree(outcome.out());
    }

    private static void assertTellsThatEveryGateIsOpen(Outcome outcome) {
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .isEqualTo(
                        "switchover: dry run, all preconditions are met\nnext: Run the command without --dry-run.\n");
        assertThat(outcome.err()).isEqualTo("A run is active and carries it out.\n");
    }

    private static void report(String what, PooledShop shop, JsonNode report) {
        double longest = shop.longestSeconds();
        System.out.printf(
                java.util.Locale.ROOT,
                "%s: clients waited %.3f s at most, writes were blocked for %.3f s, %d transactions so far: %s%n",
                what,
                longest,
                report.get("stall_seconds").asDouble(),
                shop.sales(),
                report.get("steps"));
        assertThat(report.get("steps")).isNotEmpty();
        assertThat(longest).isLessThan(10);
        assertThat(shop.errors()).isEmpty();
    }

    @Test
    void aKillAtAnyStepIsMendedByTheSameCommand() throws Exception {
        Outcome loaded = dtsSync.run("run", task, "--until", "caught-up");
        assertThat(loaded.exitCode()).as(loaded.err()).isZero();
        PooledShop.execute(destination, HALT);
        PooledShop shop = PooledShop.open(pgBouncer.url("shop"), role, PASSWORD, 5, 200);
        try (shop) {
            for (String direction : List.of("switchover", "rollback")) {
                for (String step : STEPS) {
                    haltAt(direction, step);
                    killHalted(process.start(direction, task, "--skip-verify"));
                    assertThat(shop.errors())
                            .as("after a kill in %s of %s", step, direction)
                            .isEmpty();
                }
                PooledShop.execute(destination, "TRUNCATE halt.place");
                Outcome again = dtsSync.run(direction, task, "--skip-verify");
                assertThat(again.exitCode()).as(again.err()).isZero();
                awaitSales(shop);
                assertServedBy(direction.equals("switchover") ? destination : source);
                System.out.printf(
                        java.util.Locale.ROOT,
                        "%s, killed in each of %d steps: clients waited %.3f s at most%n",
                        direction,
                        STEPS.size(),
                        shop.longestSeconds());
            }
            Outcome verified = dtsSync.run("run", task, "--until", "verified");
            assertThat(verified.exitCode()).as(verified.err()).isZero();
            json(dtsSync.run("switchover", task, "--skip-verify", "--json"));
            awaitSales(shop);
            assertServedBy(destination);
            assertThat(json(dtsSync.run("rollback", task, "--abandon", "--json"))
                            .get("next")
                            .asText())
                    .startsWith("Not at the source: nothing.");
            awaitSales(shop);
            assertServedBy(source);
        }
        assertThat(shop.errors()).isEmpty();
        assertThat(shop.missing(source)).isEmpty();
        Outcome released = dtsSync.run("release", task, "--topics");
        assertThat(released.exitCode()).as(released.err()).isZero();
    }

    private void haltAt(String direction, String step) throws SQLException {
        PooledShop.execute(
                destination,
                "TRUNCATE halt.place; INSERT INTO halt.place VALUES ('" + step + "', '" + direction + "')");
    }

    private void killHalted(Started command) throws Exception {
        try {
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(150))
                    .until(() -> !command.process().isAlive() || halted() != null);
            assertThat(command.process().isAlive())
                    .as("it was not halted: %s", command.errSoFar())
                    .isTrue();
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            throw new AssertionError("it was not halted: " + command.errSoFar(), e);
        } finally {
            command.process().destroyForcibly().waitFor();
        }
        // The server does not notice by itself that nobody waits for the halted statement any more.
        PooledShop.query(maintenance, "SELECT pg_terminate_backend(" + halted() + ", 10000)");
    }

    private @Nullable String halted() throws SQLException {
        return PooledShop.query(
                maintenance,
                "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = '"
                        + address(destination).getPath().substring(1) + "'");
    }

    private void awaitPhase(String phase) {
        await().atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> phase.equals(PooledShop.query(destination, "SELECT phase FROM dts_sync.task")));
    }

    /** Some that began after this moment: more than there are clients. */
    private static void awaitSales(PooledShop shop) {
        int before = shop.sales();
        await().atMost(LIMIT).until(() -> !shop.errors().isEmpty() || shop.sales() > before + 40);
    }

    private void assertServedBy(DatabaseSettings database) throws Exception {
        assertThat(Files.readString(pgBouncer.file()))
                .contains("port=" + address(database).getPort() + " dbname="
                        + address(database).getPath().substring(1));
        assertThat(PooledShop.query(
                        new DatabaseSettings(pgBouncer.url("shop"), role, PASSWORD, Map.of()),
                        "SELECT current_database()"))
                .isEqualTo(address(database).getPath().substring(1));
    }

    private void assertNothingIsLost(PooledShop shop) throws SQLException {
        assertThat(shop.errors()).isEmpty();
        assertThat(shop.missing(source)).isEmpty();
        assertThat(shop.missing(destination)).isEmpty();
        assertThat(PooledShop.everything(destination)).isEqualTo(PooledShop.everything(source));
        assertThat(PooledShop.query(destination, "SELECT count(*) FROM public.purchase"))
                .isEqualTo(Integer.toString(shop.sales()));
    }
}
