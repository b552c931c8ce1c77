package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.CommandLineProcess.Started;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskText;
import org.dtssync.app.testing.WarmCommandLine;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

/** Values of sixteen megabytes go through the stream exactly, many at a time, in the memory that a process has by default. */
@ExtendWith(ServersExtension.class)
class LargeValuesInUsualMemoryTest {

    /**
     * {@code filler} compresses by half, {@code blank} to almost nothing; both are sixteen megabytes. The servers are spared
     * compressing them.
     */
    private static final String STRUCTURE = """
            CREATE TABLE large (id int PRIMARY KEY, note int, t text, b bytea, j jsonb);
            CREATE TABLE bag (id int, note int, t text, b bytea, j jsonb);
            ALTER TABLE large ALTER t SET STORAGE EXTERNAL, ALTER b SET STORAGE EXTERNAL, ALTER j SET STORAGE EXTERNAL;
            ALTER TABLE bag ALTER t SET STORAGE EXTERNAL, ALTER b SET STORAGE EXTERNAL, ALTER j SET STORAGE EXTERNAL;
            ALTER TABLE bag REPLICA IDENTITY FULL;
            CREATE FUNCTION filler(salt int) RETURNS text LANGUAGE sql AS
                $$ SELECT string_agg(md5(i::text || salt), '') FROM generate_series(1, 16 * 32768) i $$;
            CREATE FUNCTION blank(salt int) RETURNS text LANGUAGE sql AS
                $$ SELECT salt || repeat('long \\ ', 3 * 1024 * 1024 - 20) $$;
            """;

    /** Each is a transaction. */
    private static final String[] CHANGES = {
        """
        INSERT INTO large (id, t) VALUES (1, filler(1)), (2, filler(2));
        INSERT INTO large (id, b) SELECT i, convert_to(filler(i), 'UTF8') FROM generate_series(3, 3) i;
        INSERT INTO large (id, j) SELECT i, jsonb_build_object('text', filler(i)) FROM generate_series(5, 5) i;
        UPDATE large SET note = 1 WHERE id IN (1, 3, 5);
        """,
        "INSERT INTO large (id, t) SELECT i, blank(i) FROM generate_series(11, 14) i",
        "INSERT INTO large (id, t) VALUES (19, blank(19) || chr(128512))",
        "INSERT INTO large (id, b) VALUES (20, decode(repeat('00ff5c0a', 4 * 1024 * 1024), 'hex'))",
        "INSERT INTO large (id, j) SELECT i, to_jsonb(blank(i)) FROM generate_series(21, 21) i",
        "UPDATE large SET note = id",
        "UPDATE large SET t = 'x' || t, b = b || '\\x00', note = 3 WHERE id IN (1, 3, 11)",
        "UPDATE large SET j = j || '{\"more\": 1}' WHERE id = 5",
        "UPDATE large SET id = id + 100 WHERE id IN (2, 13)",
        "DELETE FROM large WHERE id IN (1, 14, 102)",
        "INSERT INTO bag (id, t) VALUES (1, filler(1)); INSERT INTO bag (id, b) VALUES (2, convert_to(filler(2), 'UTF8'))",
        "UPDATE bag SET note = 1",
        "DELETE FROM bag WHERE id = 1"
    };

    @TempDir
    Path directory;

    @Test
    void waitAndComeInDozens(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(17);
        execute(source, STRUCTURE);
        CommandLineProcess dtsSync = CommandLineProcess.ofUsualMemory(directory);
        String task = dtsSync.file(
                "task.yaml", TaskText.of(servers, source, destination).toString());
        assertEnds(dtsSync.start("run", task, "--until", "caught-up"));

        for (String change : CHANGES) {
            execute(source, change);
        }
        assertEnds(dtsSync.start("run", task, "--until", "caught-up"));
        assertThat(rows(destination)).isEqualTo(rows(source)).hasSize(9);

        // And while it streams, in transactions that come as fast as they are applied.
        Started run = dtsSync.start("run", task);
        execute(source, "UPDATE large SET note = note + 1 WHERE id <> 3");
        execute(source, "INSERT INTO large (id, t) SELECT i, blank(i) FROM generate_series(30, 32) i");
        execute(source, "UPDATE large SET t = t || 'x' WHERE id > 30");
        execute(source, "INSERT INTO bag (id) VALUES (99)");
        await().atMost(Duration.ofMinutes(4))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> {
                    assertThat(run.process().isAlive()).as(run.errSoFar()).isTrue();
                    return hasRow(destination, "public.bag WHERE id = 99");
                });
        assertThat(rows(destination)).isEqualTo(rows(source));
        run.terminate();
        assertEnds(run);
        assertThat(new WarmCommandLine(directory)
                        .run("release", task, "--topics")
                        .exitCode())
                .isZero();
    }

    private static void assertEnds(Started run) throws Exception {
        Outcome outcome = run.await(Duration.ofMinutes(8));
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    }

    private static void execute(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = new DatabaseConnections(End.SOURCE, database, "test").open();
                Statement statement = connection.createStatement()) {
            statement.execute("SET search_path = public");
            statement.execute(sql);
        }
    }

    private static boolean hasRow(DatabaseSettings database, String which) throws SQLException {
        try (Connection connection = new DatabaseConnections(End.SOURCE, database, "test").open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT 1 FROM " + which)) {
            return rows.next();
        }
    }

    /** What COPY prints of each row, as a digest. */
    private static Map<String, String> rows(DatabaseSettings database) throws Exception {
        Map<String, String> digests = new TreeMap<>();
        try (Connection connection = new DatabaseConnections(End.SOURCE, database, "test").open();
                Statement statement = connection.createStatement()) {
            for (String table : new String[] {"public.large", "public.bag"}) {
                try (ResultSet ids = statement.executeQuery("SELECT id FROM " + table)) {
                    while (ids.next()) {
                        String row = table + " WHERE id = " + ids.getInt(1);
                        digests.put(row, digest(connection, row));
                    }
                }
            }
        }
        return digests;
    }

    private static String digest(Connection connection, String row)
            throws SQLException, IOException, NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (OutputStream stream = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut("COPY (SELECT * FROM " + row + ") TO STDOUT", stream);
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
