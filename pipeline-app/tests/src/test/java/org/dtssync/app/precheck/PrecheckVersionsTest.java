package org.dtssync.app.precheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dtssync.app.precheck.PrecheckItem.Result.FAIL;
import static org.dtssync.app.precheck.PrecheckItem.Result.PASS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.app.embedded.PostgresSettings;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers of other versions and states than the common pair. */
class PrecheckVersionsTest {

    @TempDir
    Path directory;

    /** PostgreSQL 18 refuses updates of a published table whose replica identity contains a generated column. */
    @Test
    void refusesFullIdentityWithGeneratedColumnsWhereItWouldBreakUpdates() throws SQLException {
        try (EmbeddedPostgres server = EmbeddedPostgres.start(PostgresSettings.of(18, directory.resolve("data")))) {
            DatabaseSettings settings = server.superuser("postgres");
            run(settings, """
                    CREATE TABLE public.sums (a int, twice int GENERATED ALWAYS AS (a * 2) STORED);
                    ALTER TABLE public.sums REPLICA IDENTITY FULL;
                    INSERT INTO public.sums VALUES (1);
                    CREATE PUBLICATION proof FOR TABLE public.sums
                    """);
            assertThatThrownBy(() -> run(settings, "UPDATE public.sums SET a = 2"))
                    .hasMessageContaining("cannot update table \"sums\"");

            assertThat(look(settings, "generated-identity"))
                    .map(Finding::of)
                    .containsExactly(new Finding(
                            "generated-identity",
                            "public.sums",
                            FAIL,
                            "The replica identity of table public.sums contains generated columns (twice), which are not in"
                                    + " the stream.",
                            "ALTER TABLE \"public\".\"sums\" REPLICA IDENTITY DEFAULT; -- with a primary key of ordinary"
                                    + " columns"));
            assertThat(look(settings, "wal-kept")).allMatch(item -> item.result() == PASS);
            run(settings, "ALTER SYSTEM SET idle_replication_slot_timeout = '1h'");
            run(settings, "SELECT pg_reload_conf()");
            org.awaitility.Awaitility.await()
                    .untilAsserted(() -> assertThat(look(settings, "wal-kept"))
                            .extracting(PrecheckItem::message)
                            .containsExactly(
                                    "idle_replication_slot_timeout at the source is 3600s: if the task is stopped for longer, the "
                                            + "slot is lost and the task must start over."));
        }
    }

    @Test
    void refusesStandbys() throws IOException {
        PostgresSettings standby = PostgresSettings.of(17, directory.resolve("data"));
        EmbeddedPostgres.start(standby).close();
        Files.createFile(standby.dataDirectory().resolve("standby.signal"));
        try (EmbeddedPostgres server = EmbeddedPostgres.start(standby)) {
            DatabaseSettings settings = server.superuser("postgres");

            assertThat(look(settings, "source-primary"))
                    .map(Finding::of)
                    .containsExactly(new Finding(
                            "source-primary",
                            "source",
                            FAIL,
                            "The source is a standby: no publication can be created there.",
                            "Set source.url in the task file to the primary."));
            assertThat(look(settings, "destination-writable"))
                    .map(Finding::of)
                    .containsExactly(new Finding(
                            "destination-writable",
                            "destination",
                            FAIL,
                            "The destination is a standby: it is read-only.",
                            "Set destination.url in the task file to the primary."));
        }
    }

    private static List<PrecheckItem> look(DatabaseSettings settings, String id) {
        List<Check> one =
                Checks.all().stream().filter(check -> check.id().equals(id)).toList();
        return new Precheck(
                        new PrecheckServers().task(settings, settings),
                        Duration.ofSeconds(30),
                        one,
                        List::of,
                        LaterChecks.NONE)
                .run().stream().filter(item -> item.id().equals(id)).toList();
    }

    private static void run(DatabaseSettings settings, String sql) throws SQLException {
        try (Connection connection = new DatabaseConnections(End.SOURCE, settings, "test").open();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
