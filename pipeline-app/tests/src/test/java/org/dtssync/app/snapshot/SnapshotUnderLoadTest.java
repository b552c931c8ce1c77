package org.dtssync.app.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.dtssync.app.config.RetrySettings;
import org.dtssync.app.config.SnapshotSettings;
import org.dtssync.app.runtime.RowPace;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the application does at the source meanwhile makes the load neither fail nor wrong. */
@ExtendWith(ServersExtension.class)
class SnapshotUnderLoadTest {

    private Bench bench;

    @BeforeEach
    void open(Servers servers) throws Exception {
        bench = new Bench(servers);
        bench.atBoth("CREATE TABLE orders (id int PRIMARY KEY, note text)");
        bench.atSource("INSERT INTO orders SELECT n, 'order ' || n FROM generate_series(1, 2000) n");
        bench.addLarge("orders", "id");
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    @Test
    void rowsThatMoveBetweenRangesBreakNoKey() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> load = CompletableFuture.runAsync(() -> {
            for (int i = 0; !over.get(); i++) {
                bench.fromListenerAtSource("UPDATE orders SET id = -id WHERE abs(id) % 7 = " + i % 7);
            }
        });

        bench.job(2, 50, SnapshotListener.NONE).run();

        over.set(true);
        load.get(20, TimeUnit.SECONDS);
        assertThat(bench.atDestinationText("SELECT count(*) FROM public.orders"))
                .isEqualTo(bench.atDestinationText("SELECT sum(rows) FROM dts_sync.chunk"));
    }

    @Test
    void aChunkShowsOnlyWhatIsSafeOnTheSourcesDisk() throws Exception {
        List<String> unsafe = new CopyOnWriteArrayList<>();
        SnapshotListener listener = new SnapshotListener() {
            @Override
            public void copying(TableName table, int chunk) {
                bench.fromListenerAtSource("""
                        SET synchronous_commit = off; UPDATE orders SET note = note || '.' WHERE id % 20 = 0
                        """);
            }

            @Override
            public void copied(TableName table, int chunk, long rows, long bytes) {
                try {
                    String lsn = bench.atDestinationText(
                            "SELECT source_lsn::text FROM dts_sync.chunk WHERE number = " + chunk);
                    if (!bench.atSourceText("SELECT pg_current_wal_flush_lsn() >= '" + lsn + "'")
                            .equals("t")) {
                        unsafe.add(lsn);
                    }
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            }
        };

        bench.job(2, 200, listener).run();

        assertThat(unsafe).isEmpty();
    }

    @Test
    @Timeout(30)
    void anIdleSourceAtTheStartOfAPageIsNotWaitedFor() throws Exception {
        bench.atSource("SELECT pg_switch_wal()");

        bench.job(2, 500, SnapshotListener.NONE).run();

        bench.assertLoaded("orders");
    }

    @Test
    void aTruncateJustBeforeTheLockIsSeen() throws Exception {
        AtomicReference<CompletableFuture<Void>> truncating = new AtomicReference<>();
        SnapshotListener listener = new SnapshotListener() {
            @Override
            public void copying(TableName table, int chunk) {
                if (chunk == 0) {
                    truncating.set(truncateAndRefill());
                }
            }
        };

        bench.job(1, 100_000, listener).run();

        CompletableFuture<Void> truncated = truncating.get();
        assertThat(truncated).isNotNull();
        truncated.get(20, TimeUnit.SECONDS);
        bench.assertLoaded("orders");
        assertThat(bench.table("orders").snapshotRows()).isEqualTo(5);
    }

    /** Returns once the table is locked; commits once somebody waits for the lock. */
    private CompletableFuture<Void> truncateAndRefill() {
        try {
            Connection connection = bench.source.open();
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("TRUNCATE public.orders");
                statement.execute("INSERT INTO public.orders SELECT n, 'new' FROM generate_series(1, 5) n");
            }
            return CompletableFuture.runAsync(() -> {
                Awaitility.await()
                        .untilAsserted(() -> assertThat(bench.atSourceText("""
                        SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                        WHERE d.datname = current_database() AND NOT l.granted
                        """)).isEqualTo("1"));
                try (connection) {
                    connection.commit();
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void noChunkIsReadBeforeOlderTransactionsHaveEnded() throws Exception {
        CompletableFuture<Void> job;
        try (Connection connection = bench.source.open();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO public.orders VALUES (5000, 'committed late')");
            job = CompletableFuture.runAsync(() -> {
                try {
                    bench.job(2, 100, SnapshotListener.NONE).run();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            Awaitility.await()
                    .untilAsserted(() -> assertThat(bench.atSourceText("""
                    SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND query LIKE '%pg_snapshot_xmin%' AND pid <> pg_backend_pid()
                    """)).isEqualTo("1"));
            assertThat(bench.atDestinationText("SELECT count(*) FROM public.orders"))
                    .isEqualTo("0");
            connection.commit();
        }

        job.get(20, TimeUnit.SECONDS);

        bench.assertLoaded("orders");
    }

    @Test
    void transactionsThatAreWaitedForTooLongAreNamed() throws Exception {
        try (Connection connection = bench.source.open();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            String pid;
            try (ResultSet rows = statement.executeQuery("SELECT pg_backend_pid(), pg_current_xact_id()")) {
                rows.next();
                pid = rows.getString(1);
            }

            SnapshotJob job = new SnapshotJob(
                    bench.source,
                    bench.destination,
                    bench.store,
                    bench.epoch,
                    new SnapshotSettings(1, 100, 0),
                    new RetrySettings(Duration.ZERO, Duration.ZERO),
                    false,
                    new RowPace(() -> 0),
                    ChunkBeginning.ALONE,
                    TableGuard.none(),
                    SnapshotListener.NONE);

            assertThatThrownBy(job::run)
                    .hasMessageMatching("Transactions older than the replication slot still run at the source: pid "
                            + pid + " \\(user postgres(, \\d+ s)?\\)\\. End them there, then run the task again\\.");
        }
    }
}
