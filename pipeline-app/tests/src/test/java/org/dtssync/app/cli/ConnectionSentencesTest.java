package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskText;
import org.dtssync.app.testing.WarmCommandLine;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a person reads whose servers cannot be reached or do not let the account in: one sentence and its remedy for each
 * server, before anything is made anywhere; exit code 3, and nothing on standard output.
 */
@ExtendWith(ServersExtension.class)
class ConnectionSentencesTest {

    private static final String WRONG_PASSWORD = "wr0ng-s3cret";

    @TempDir
    Path directory;

    private CommandLineProcess dtsSync;
    private DatabaseSettings source;
    private DatabaseSettings destination;
    /** A task that carries commands is warned of its accounts, which are superusers here. */
    private static final String NO_COMMANDS = "\nddl: { mode: stop }\n";

    private TaskText task;
    private String role;

    @BeforeEach
    void makeDatabases(Servers servers) throws SQLException {
        dtsSync = new CommandLineProcess(directory, Map.of("PASSWORD_OF_TEST", WRONG_PASSWORD));
        source = servers.freshDatabase(14);
        destination = servers.freshDatabase(17);
        execute(source, "CREATE TABLE public.orders (id int PRIMARY KEY)");
        role = servers.uniqueName();
        for (DatabaseSettings database : new DatabaseSettings[] {source, destination}) {
            execute(database, "CREATE ROLE " + role + " LOGIN REPLICATION PASSWORD 'right'");
        }
        task = TaskText.of(servers, source, destination);
    }

    @AfterEach
    void dropRoles() throws SQLException {
        execute(source, "DROP ROLE " + role);
        execute(destination, "DROP ROLE " + role);
    }

    @Test
    void wrongPasswordAtTheSource() throws Exception {
        Outcome outcome = run(task.withSource(TaskText.end(source.url(), role, "${env:PASSWORD_OF_TEST}")));

        assertRefused(
                outcome,
                "The source " + role + "@" + source.url() + " refused the password of user " + role
                        + ". Correct source.password in the task file, or create the role: PostgreSQL says the same of a role that does not exist.");
    }

    @Test
    void wrongPasswordAtTheDestination() throws Exception {
        String secret =
                Files.writeString(directory.resolve("secret"), WRONG_PASSWORD).toString();
        Outcome outcome =
                runHere(task.withDestination(TaskText.end(destination.url(), role, "${file:" + secret + "}")));

        assertRefused(
                outcome,
                "The destination " + role + "@" + destination.url() + " refused the password of user " + role
                        + ". Correct destination.password in the task file, or create the role: PostgreSQL says the same of a role that does not exist.");
    }

    /** A run that is under way waits for a password; one that is started with a wrong one does not. Kafka's properties are looked at again too. */
    @Test
    void aTaskThatHasBegunSaysItAtOnceToo() throws Exception {
        assertThat(run(task).exitCode()).isZero();

        assertRefused(
                run(task.withSource(TaskText.end(source.url(), role, "${env:PASSWORD_OF_TEST}"))),
                "The source " + role + "@" + source.url() + " refused the password of user " + role
                        + ". Correct source.password in the task file, or create the role: PostgreSQL says the same of a role that does not exist.");
        assertRefused(
                run(task.withDestination(TaskText.end(destination.url(), role, "${env:PASSWORD_OF_TEST}"))),
                "The destination " + role + "@" + destination.url() + " refused the password of user " + role
                        + ". Correct destination.password in the task file, or create the role: PostgreSQL says the same of a role that does not exist.");
        Outcome refused = run(withProperty("linger.ms", "soon"));
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err())
                .contains("Property kafka.linger.ms of the task file has a value that Kafka's client refuses")
                .doesNotContain("Exception", "\tat ");
        Outcome misspelled = run(withProperty("acs", "all"));
        assertThat(misspelled.exitCode()).isZero();
        assertThat(misspelled.err()).contains("No Kafka client knows a property", "property=kafka.acs");

        Outcome released = dtsSync.run("release", dtsSync.file("task.yaml", task.toString()), "--topics");
        assertThat(released.exitCode()).as(released.err()).isZero();
    }

    @Test
    void everythingThatCannotBeReachedAtOnce() throws Exception {
        int closed = closedPort();
        String nowhere = "jdbc:postgresql://127.0.0.1:" + closed + "/shop";

        Outcome outcome = run(task.withSource(TaskText.end(nowhere, role, "right"))
                .withDestination(TaskText.end(nowhere, role, "right"))
                .withKafka("127.0.0.1:" + closed)
                .withRegistry("http://127.0.0.1:" + closed));

        assertRefused(
                outcome,
                "The source " + role + "@" + nowhere + " cannot be reached: Connection to 127.0.0.1:" + closed
                        + " refused. Check that the server runs and that host and port in source.url are right.",
                "The destination " + role + "@" + nowhere + " cannot be reached: Connection to 127.0.0.1:" + closed
                        + " refused. Check that the server runs and that host and port in destination.url are right.",
                "Kafka cannot be reached: 127.0.0.1:" + closed
                        + " refuses the connection. Check that a broker runs there, and its port.",
                "The schema registry http://127.0.0.1:" + closed
                        + " cannot be reached: connection refused. Check that it runs and that registry.url is right.");
    }

    /** Kafka's client would take the answer for a length, and allocate as much. */
    @Test
    void anotherServiceAtTheAddressOfKafka() throws Exception {
        String address = source.url().replaceFirst(".*//([^/]+)/.*", "$1");

        assertRefused(
                run(task.withKafka(address)),
                "Kafka at " + address + " answers like a PostgreSQL server: it is no broker. Correct"
                        + " kafka.bootstrap.servers: it takes the brokers' own port, usually 9092.");
    }

    @Test
    void aDatabaseAndAnAccountThatDoNotExist() throws Exception {
        String url = source.url() + "_missing";

        Outcome outcome = runHere(task.withSource(TaskText.end(url, source.user(), "unused"))
                .withDestination(TaskText.end(destination.url(), "nobody_here", "right")));

        assertRefused(
                outcome,
                "The database named by source.url does not exist: " + source.user() + "@" + url
                        + ". Create it or correct source.url.",
                "The destination nobody_here@" + destination.url()
                        + " refused the password of user nobody_here. Correct destination.password in the task file, or create the role: PostgreSQL says the same of a role that does not exist.");
    }

    @Test
    void settingsOfTheDriverPassThrough() throws Exception {
        Outcome outcome =
                run(task.withSource(TaskText.end(source.url() + "?sslmode=require", source.user(), WRONG_PASSWORD)));

        assertRefused(
                outcome,
                "The source " + source.user() + "@" + source.url()
                        + " cannot be reached: The server does not support SSL."
                        + " Check that the server has ssl on, and sslmode and the certificates in source.url.");
    }

    @Test
    void statusSaysInOneSentenceThatTheDestinationIsDown() throws Exception {
        String nowhere = "jdbc:postgresql://127.0.0.1:" + closedPort() + "/shop";

        Outcome outcome = dtsSync.run(
                "status",
                dtsSync.file(
                        "task.yaml",
                        task.withDestination(TaskText.end(nowhere, role, "right"))
                                .toString()),
                "--json");

        assertThat(outcome.err())
                .isEqualTo(
                        "The destination " + role + "@" + nowhere + " cannot be reached: Connection to"
                                + nowhere.substring(nowhere.indexOf("//") + 1, nowhere.lastIndexOf('/'))
                                        .replaceFirst("/", " ")
                                + " refused. Check that the server runs and that host and port in destination.url are right.\n");
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.exitCode()).isEqualTo(1);
    }

    @Test
    void statusAnswersBeforeTheFirstRun() throws Exception {
        String file = dtsSync.file("task.yaml", task.toString());

        Outcome json = dtsSync.run("status", file, "--json");
        Outcome text = new WarmCommandLine(directory).run("status", file);

        assertThat(json.out())
                .matches(
                        "\\{\"task\":\"" + task.name()
                                + "\",\"phase\":\"precheck\",\"source_lsn\":\"[0-9A-F]+/[0-9A-F]+\","
                                + "\"applied_lsn\":null,\"lag_ms\":null,\"lag_bytes\":null,\"tables\":\\[],\"error\":null,\"running\":false}\n");
        assertThat(json.exitCode()).isZero();
        assertThat(text.out())
                .isEqualTo("Task " + task.name() + " has not been started. Start it with dts-sync run.\n");
        assertThat(text.exitCode()).isZero();
    }

    private TaskText withProperty(String key, String value) {
        return task.withKafka(task.kafka() + "\", " + key + ": \"" + value);
    }

    private Outcome run(TaskText text) throws Exception {
        return dtsSync.run("run", dtsSync.file("task.yaml", text + NO_COMMANDS), "--until", "schema");
    }

    /** For sentences that are all our own: the driver's are in the default language of the process. */
    private Outcome runHere(TaskText text) throws Exception {
        return new WarmCommandLine(directory)
                .run("run", dtsSync.file("task.yaml", text + NO_COMMANDS), "--until", "schema");
    }

    /** Each sentence is a line of its own; whatever else is said is what could not be looked at for it. */
    private static void assertRefused(Outcome outcome, String... sentences) {
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err().lines().filter(line -> !line.startsWith("Not checked,") && !line.contains(" INFO  ")))
                .containsExactly(sentences);
        assertThat(outcome.err()).doesNotContain(WRONG_PASSWORD, "Exception", "\tat ");
        assertThat(outcome.exitCode()).isEqualTo(3);
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void execute(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), "");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
