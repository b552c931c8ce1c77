package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a person reads whose accounts lack every right there is: all of it at once, each with the statement that mends it,
 * before anything is made anywhere.
 */
@ExtendWith(ServersExtension.class)
class RightsSentencesTest {

    @TempDir
    Path directory;

    private DatabaseSettings source;
    private DatabaseSettings destination;
    private String account;
    private String owner;

    @BeforeEach
    void makeAccountsWithoutRights(Servers servers) throws SQLException {
        source = servers.freshDatabase(14);
        destination = servers.freshDatabase(17);
        account = servers.uniqueName();
        owner = servers.uniqueName();
        for (DatabaseSettings end : new DatabaseSettings[] {source, destination}) {
            execute(end, "CREATE ROLE " + owner + "; CREATE ROLE " + account + " LOGIN PASSWORD 's3cret-of-test'");
        }
        execute(
                source,
                "CREATE TABLE public.orders (id int PRIMARY KEY, parent int REFERENCES public.orders);"
                        + " ALTER TABLE public.orders OWNER TO " + owner);
    }

    @AfterEach
    void dropAccounts() throws SQLException {
        for (DatabaseSettings end : new DatabaseSettings[] {source, destination}) {
            execute(end, "DROP OWNED BY " + owner + ", " + account + " CASCADE; DROP ROLE " + owner + ", " + account);
        }
    }

    @Test
    void everyMissingRightIsNamedAtOnce(Servers servers) throws Exception {
        CommandLineProcess dtsSync = new CommandLineProcess(directory, Map.of("SECRET", "s3cret-of-test"));
        TaskText task = TaskText.of(servers, source, destination)
                .withSource(TaskText.end(source.url(), account, "${env:SECRET}"))
                .withDestination(TaskText.end(destination.url(), account, "${env:SECRET}"));

        Outcome outcome = dtsSync.run("run", dtsSync.file("task.yaml", task.toString()));

        assertThat(outcome.err().lines().filter(line -> !line.contains(" INFO  ") && !line.contains(" WARN  ")))
                .containsExactly(
                        "Account %1$s at the source lacks REPLICATION. ALTER ROLE \"%1$s\" REPLICATION;"
                                .formatted(account),
                        ("Account %1$s may not create the publication and the schema dts_sync in database %2$s at "
                                        + "the source. GRANT CREATE ON DATABASE \"%2$s\" TO \"%1$s\";")
                                .formatted(account, name(source)),
                        ("Account %1$s does not own table public.orders, which belongs to %2$s: only its owner "
                                        + "can publish it. GRANT \"%2$s\" TO \"%1$s\";")
                                .formatted(account, owner),
                        ("Account %1$s may not create schemas in database %2$s at the destination. GRANT CREATE ON "
                                        + "DATABASE \"%2$s\" TO \"%1$s\";")
                                .formatted(account, name(destination)),
                        ("Account %1$s may not create tables in schema public at the destination. GRANT USAGE, "
                                        + "CREATE ON SCHEMA \"public\" TO \"%1$s\";")
                                .formatted(account),
                        ("Account %1$s may not set session_replication_role at the destination: triggers, rules "
                                        + "and foreign keys of 1 table would fire a second time for every change. GRANT SET ON "
                                        + "PARAMETER session_replication_role TO \"%1$s\";")
                                .formatted(account),
                        ("Account %1$s at the destination is not a member of role %2$s, which owns objects at the "
                                        + "source, and cannot assign any to it. GRANT \"%2$s\" TO \"%1$s\"; -- at the destination, or "
                                        + "objects: { owners: drop }")
                                .formatted(account, owner),
                        ("Role %1$s owns objects in schema public at the source, but cannot own any at the destination: "
                                        + "it may not create objects in that schema. GRANT CREATE ON SCHEMA \"public\" TO \"%1$s\"; -- at "
                                        + "the destination")
                                .formatted(owner));
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err()).doesNotContain("s3cret");
    }

    private static String name(DatabaseSettings end) {
        return end.url().substring(end.url().lastIndexOf('/') + 1);
    }

    private static void execute(DatabaseSettings end, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(end.url(), end.user(), "");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
