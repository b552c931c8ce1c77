package org.dtssync.app.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dtssync.app.verify.DatabasePair.table;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.dtssync.app.state.TableProgress;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares databases of PostgreSQL 14 and 17 while the source is written to and the destination follows behind. */
class LiveVerificationTest {

    private static final int HOT_ROWS = 50;

    @TempDir
    static Path directory;

    private static TestServers servers;

    private DatabasePair databases;

    @BeforeAll
    static void start() {
        servers = new TestServers(directory);
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @BeforeEach
    void open() throws SQLException {
        databases = new DatabasePair(servers.of(14), servers.of(17), "");
        databases.both(
                "CREATE TABLE stock (id int PRIMARY KEY, v int)",
                "INSERT INTO stock SELECT g, g FROM generate_series(1, 5000) AS g",
                "CREATE TABLE visits (a int, b int)",
                "INSERT INTO visits SELECT g, 0 FROM generate_series(1, 2000) AS g",
                "CREATE TABLE words (w text COLLATE \"en-x-icu\" PRIMARY KEY, v int)",
                "INSERT INTO words SELECT g, g FROM generate_series(1, 3000) AS g",
                "ANALYZE");
    }

    @AfterEach
    void close() throws SQLException {
        databases.close();
    }

    /** Values go back and forth, rows come and go unchanged, keys move: all that could look different twice alike. */
    private static List<String> transaction(int number) {
        int hot = number % HOT_ROWS + 1;
        int flag = number / HOT_ROWS % 2;
        String comesAndGoes = flag == 0
                ? "DELETE FROM public.stock WHERE id = " + (100 + hot)
                : "INSERT INTO public.stock VALUES (" + (100 + hot) + ", 1) ON CONFLICT DO NOTHING";
        return List.of(
                "UPDATE public.stock SET v = " + flag + " WHERE id = " + hot,
                comesAndGoes,
                "UPDATE public.stock SET id = " + (flag == 0 ? 9000 + hot : 200 + hot) + " WHERE id IN (" + (200 + hot)
                        + ", " + (9000 + hot) + ")",
                "UPDATE public.visits SET b = " + flag + " WHERE a = " + hot,
                "UPDATE public.words SET v = " + flag + " WHERE w = '" + hot + "'");
    }

    private static final TableProgress[] TABLES = {table("stock", "id"), table("visits"), table("words", "w")};

    @Test
    void changesUnderWayAreNoDifferences() throws Exception {
        try (DelayedCopy copy = new DelayedCopy(databases, LiveVerificationTest::transaction)) {
            for (int i = 0; i < 3; i++) {
                VerifyReport report = databases.verify(1_000, copy, advance -> {}, TABLES);

                assertThat(report.differences()).isEmpty();
                assertThat(report.equal()).isTrue();
            }
        }
        assertThat(databases.verify(1_000, TABLES).equal()).isTrue();
    }

    @Test
    void rowsAtRestThatDifferAreFoundAmongChanges() throws Exception {
        databases.atDestination(
                "UPDATE stock SET v = 0 WHERE id = 4000",
                "DELETE FROM stock WHERE id = 4001",
                "INSERT INTO stock VALUES (6000, 1)",
                "DELETE FROM visits WHERE a = 1999",
                "UPDATE words SET v = 0 WHERE w = '2999'");
        try (DelayedCopy copy = new DelayedCopy(databases, LiveVerificationTest::transaction)) {
            VerifyReport report = databases.verify(1_000, copy, advance -> {}, TABLES);

            assertThat(report.lsn()).isEqualTo(new Lsn(1));
            assertThat(report.tables())
                    .usingRecursiveFieldByFieldElementComparatorIgnoringFields("rows", "chunks")
                    .containsExactly(
                            new TableResult(new TableName("public", "stock"), 0, 1, false, 1, 1, 1),
                            new TableResult(new TableName("public", "visits"), 0, 1, false, 1, 0, 0),
                            new TableResult(new TableName("public", "words"), 0, 1, false, 0, 0, 1));
            assertThat(report.differences().stream().map(Difference::key))
                    .contains("4000", "4001", "6000", "2999")
                    .hasSize(5);
        }
    }
}
