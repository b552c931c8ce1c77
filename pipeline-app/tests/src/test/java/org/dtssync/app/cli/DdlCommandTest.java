package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskText;
import org.dtssync.app.testing.WarmCommandLine;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a person sees of commands that change the structure, and decides about them, while a task holds each of them. */
@ExtendWith(ServersExtension.class)
class DdlCommandTest {

    @TempDir
    Path directory;

    private WarmCommandLine command;
    private String task;
    private DatabaseSettings source;
    private DatabaseSettings destination;

    @BeforeEach
    void makeDatabases(Servers servers) throws Exception {
        command = new WarmCommandLine(directory);
        source = servers.freshDatabase(17);
        destination = servers.freshDatabase(17);
        task = command.file(
                "shop.yaml",
                TaskText.of(servers, source, destination) + "ddl: { mode: hold }\nsnapshot: { workers: 1 }\n");
        execute(source, "CREATE TABLE goods (id int PRIMARY KEY, name text); INSERT INTO goods VALUES (1, 'one')");
    }

    @Test
    void aPersonAllowsCorrectsAndSkips() throws Exception {
        refused(2, "has not been started", "list");
        try (WarmCommandLine.Running run = command.start("run", task)) {
            await().atMost(Duration.ofMinutes(2)).until(() -> status().contains("\"phase\":\"incremental\""));
            assertThat(status()).contains("\"ddl\":{\"mode\":\"hold\",\"done\":0");
            allow();
            fail();
            assertThat(run.await().exitCode()).isEqualTo(1);
        }
        correctAndSkip();
        reload();
        assertThat(ddl("list").out()).isEmpty();
        assertThat(ddl("list", "--all").out()).contains("done at", "skipped  ", "-- skipped: not wanted there");
        assertThat(command.run("release", task, "--topics").exitCode()).isZero();
        assertThat(query(source, "SELECT count(*) FROM pg_event_trigger")).isEqualTo("0");
        assertThat(query(source, "SELECT to_regnamespace('dts_sync') IS NULL")).isEqualTo("t");
    }

    /** Nothing behind it is applied until then, and the run stays. */
    private void allow() throws Exception {
        execute(source, "ALTER TABLE goods ADD price int; INSERT INTO goods VALUES (2, 'two', 2)");
        String number = number("to be allowed");
        assertThat(query(destination, "SELECT count(*) FROM goods")).isEqualTo("1");
        assertThat(command.run("status", task).out())
                .contains("DDL          hold, 0 carried", number + "  to be allowed since ");
        assertThat(command.run("switchover", task, "--preconditions").out())
                .contains("Command " + number + " (ALTER TABLE) waits until a person allows it.");

        Outcome allowed = ddl("allow", number);

        assertThat(allowed.err()).contains("Allowed " + number);
        awaitRows("2");
        assertThat(ddl("show", number).out()).isEqualTo("ALTER TABLE goods ADD price int\n");
        refused(2, "has already run at the destination", "skip", number);
        refused(2, "has no command 0/1.1", "show", "0/1.1");
        refused(2, "'first' is not the number of a command", "show", "first");
    }

    /** What the destination refuses stops the task. */
    private void fail() throws Exception {
        execute(destination, "CREATE TABLE extra (mine text)");
        execute(source, "CREATE TABLE extra (id int PRIMARY KEY); INSERT INTO goods VALUES (3, 'three', 3)");
        ddl("allow", number("to be allowed"));
        await().atMost(Duration.ofMinutes(1)).until(() -> status().contains("\"failed\":1"));
    }

    private void correctAndSkip() throws Exception {
        String number = number("failed at");
        assertThat(ddl("show", number).err()).contains("already exists");
        assertThat(command.run("status", task).out()).contains(number + "  failed at ", "already exists");
        refused(2, "The file has no statement", "set", number, command.file("empty.sql", " "));
        String file = command.file("fixed.sql", "DROP TABLE extra; CREATE TABLE extra (id int PRIMARY KEY)");

        assertThat(ddl("set", number, file).err()).contains("Corrected " + number);

        try (WarmCommandLine.Running run = command.start("run", task)) {
            awaitRows("3");
            execute(source, "COMMENT ON TABLE goods IS 'sold'; INSERT INTO goods VALUES (4, 'four', 4)");
            String comment = number("to be allowed");
            assertThat(ddl("skip", comment, "--reason", "not wanted there").err())
                    .contains("Skipped " + comment);
            awaitRows("4");
            assertThat(query(destination, "SELECT obj_description('goods'::regclass) IS NULL"))
                    .isEqualTo("t");
        }
    }

    /** What stopped the task does not stay open once its table is loaded again; what came behind it is not lost. */
    private void reload() throws Exception {
        execute(destination, "CREATE VIEW names AS SELECT name FROM goods");
        try (WarmCommandLine.Running run = command.start("run", task)) {
            execute(source, "ALTER TABLE goods ALTER name TYPE varchar(50); CREATE VIEW cheap AS SELECT id FROM goods");
            ddl("allow", number("to be allowed"));
            assertThat(run.await().exitCode()).isEqualTo(1);
        }
        assertThat(ddl("list").out()).contains("failed at");
        execute(destination, "DROP VIEW names; ALTER TABLE goods ALTER name TYPE varchar(50)");
        try (WarmCommandLine.Running run = command.start("run", task, "--resnapshot", "public.goods")) {
            ddl("allow", number("to be allowed"));
            await().atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> ddl("list").out().isEmpty());
        }
        assertThat(ddl("list", "--all").out()).contains("-- skipped: its tables are newer");
        assertThat(query(destination, "SELECT count(*) FROM cheap")).isEqualTo("4");
        assertThat(command.run("switchover", task, "--preconditions").out()).doesNotContain("(ALTER TABLE) failed");
    }

    private String number(String state) throws Exception {
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> ddl("list").out().contains("  " + state));
        return ddl("list")
                .out()
                .lines()
                .filter(line -> line.contains("  " + state))
                .map(line -> line.substring(0, line.indexOf("  ")))
                .findFirst()
                .orElseThrow();
    }

    private void awaitRows(String count) {
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> query(destination, "SELECT count(*) FROM goods").equals(count));
    }

    private String status() throws Exception {
        return command.run("status", task, "--json").out();
    }

    private void refused(int code, String sentence, String name, String... arguments) throws Exception {
        Outcome refused = ddl(name, arguments);
        assertThat(refused.exitCode()).as(refused.err()).isEqualTo(code);
        assertThat(refused.err()).contains(sentence);
    }

    private Outcome ddl(String name, String... arguments) throws Exception {
        String[] all = new String[arguments.length + 3];
        all[0] = "ddl";
        all[1] = name;
        all[2] = task;
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return command.run(all);
    }

    private static void execute(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), "unused");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), "unused");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
