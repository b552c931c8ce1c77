package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.Release;
import org.dtssync.app.stream.StreamBudgets;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.capture.CaptureSettings;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A transaction that fits neither one Kafka transaction nor memory: it goes in pieces, and still appears at once. How many rows:
 * {@code -Ddts.large.rows=N}.
 */
@ExtendWith(ServersExtension.class)
class LargeTransactionTest {

    private static final int ROWS = Integer.getInteger("dts.large.rows", 100_000);
    private static final StreamBudgets SMALL = StreamBudgets.DEFAULT.withPieces(
            new CaptureSettings.Limits(ROWS / 10, 32L << 20), ROWS / 10 - 1, 48L << 20);

    @Test
    void goesInPiecesAndAppearsAtOnceAlthoughTheDestinationEndsTheSessionInBetween(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(17);
        new Scripts(source).execute("""
                CREATE TABLE witness (id int PRIMARY KEY, written int);
                INSERT INTO witness VALUES (1, 0);
                CREATE TABLE small (id int PRIMARY KEY);
                CREATE TABLE large (id int PRIMARY KEY, code int UNIQUE, small_id int REFERENCES small, note text);
                INSERT INTO small SELECT generate_series(1, 10);
                INSERT INTO large SELECT i, i, 1, 'old' FROM generate_series(1, 1000) i;
                """);
        TaskFile task = TaskFiles.of(servers, source, destination);
        run(task);
        new Scripts(source).execute("""
                BEGIN;
                UPDATE witness SET written = 1;
                TRUNCATE small, large;
                INSERT INTO small SELECT generate_series(1, 10);
                INSERT INTO large SELECT i, i, 1 + i %% 10, 'new ' || i FROM generate_series(1, %1$d) i;
                UPDATE large SET code = -code WHERE id %% 3 = 0;
                UPDATE large SET id = id + 100000000 WHERE id %% 7 = 0;
                DELETE FROM large WHERE id %% 11 = 0;
                COMMIT;
                """.formatted(ROWS));

        CompletableFuture<Void> running = CompletableFuture.runAsync(() -> {
            try {
                run(task);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Scripts there = new Scripts(destination);
        await().atMost(Duration.ofMinutes(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> count(there, """
                        SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                        WHERE l.relation = 'public.large'::regclass AND l.mode = 'RowExclusiveLock'
                        """) > 0);
        long seen = count(there, "SELECT written FROM witness");
        there.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'public.large'::regclass");
        running.get(30, TimeUnit.MINUTES);

        assertThat(seen).isZero();
        assertThat(count(there, "SELECT count(*) FROM large"))
                .isEqualTo(count(new Scripts(source), "SELECT count(*) FROM large"));
        assertThat(TableTexts.differences(source, destination)).isEmpty();
        new Release(task).run(true);
    }

    private static void run(TaskFile task) throws InterruptedException {
        new Pipeline(task, PipelineListener.NONE, SMALL).run(RunOptions.to(RunGoal.CAUGHT_UP));
    }

    private static long count(Scripts scripts, String sql) throws SQLException {
        try (Connection connection = scripts.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
