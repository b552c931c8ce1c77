package org.dtssync.app.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Map;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedPostgresTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {14, 17, 18})
    void runsTheVersionItIsAskedFor(int major) throws Exception {
        try (EmbeddedPostgres postgres =
                EmbeddedPostgres.start(PostgresSettings.of(major, directory.resolve("data")))) {
            assertThat(query(postgres, "SHOW server_version")).startsWith(major + ".");
            assertThat(query(postgres, "SHOW wal_level")).isEqualTo("logical");
        }
    }

    @Test
    void keepsItsDataAcrossACrash() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(PostgresSettings.of(17, directory.resolve("data")))) {
            query(postgres, "CREATE TABLE public.kept (id int); INSERT INTO public.kept VALUES (7) RETURNING id::text");
            postgres.crash();
            assertThatThrownBy(() -> query(postgres, "SELECT 'up'")).isInstanceOf(SyncException.class);
            postgres.start();
            assertThat(query(postgres, "SELECT id::text FROM public.kept")).isEqualTo("7");
        }
    }

    @Test
    void namesTheUserWhosePasswordIsWrong() throws Exception {
        PostgresSettings settings =
                PostgresSettings.of(17, directory.resolve("data")).withPasswords();
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(settings)) {
            query(postgres, "CREATE ROLE migrator LOGIN PASSWORD 'right'; SELECT 'made'");
            DatabaseSettings wrong = new DatabaseSettings(postgres.url("postgres"), "migrator", "wrong", Map.of());
            assertThatThrownBy(() -> new DatabaseConnections("source", wrong, "test").open())
                    .hasMessage("The source migrator@" + postgres.url("postgres")
                            + " refused the password of user migrator. Correct source.password in the task file.");
        }
    }

    private static String query(EmbeddedPostgres postgres, String sql) throws Exception {
        try (Connection connection = new DatabaseConnections("source", postgres.superuser("postgres"), "test").open();
                Statement statement = connection.createStatement()) {
            boolean isResult = statement.execute(sql);
            while (!isResult) {
                isResult = statement.getMoreResults();
            }
            try (ResultSet rows = statement.getResultSet()) {
                rows.next();
                return rows.getString(1);
            }
        }
    }
}
