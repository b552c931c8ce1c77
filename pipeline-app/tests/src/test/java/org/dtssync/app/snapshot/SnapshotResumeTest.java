package org.dtssync.app.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.app.state.TableState;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A job that ends in the middle, however it ends, is carried on by the next one, and nothing is copied twice. */
@ExtendWith(Servers.Extension.class)
class SnapshotResumeTest {

    private static final TableName ORDERS = new TableName("public", "orders");

    private Bench bench;

    @BeforeEach
    void open(Servers servers) throws Exception {
        bench = new Bench(servers);
        bench.atBoth("CREATE TABLE orders (id int PRIMARY KEY, note text); CREATE TABLE events (note text)");
        bench.atSource("""
                INSERT INTO orders SELECT n, 'order ' || n FROM generate_series(1, 2000) n;
                INSERT INTO events SELECT 'event ' || n % 100 FROM generate_series(1, 500) n;
                """);
        bench.addLarge("orders", "id");
        bench.addLarge("events");
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, 20})
    void aJobThatDiesInsideAChunkLeavesNothingOfItAndIsCarriedOn(int dying) throws Exception {
        Remembering first = new Remembering();
        AtomicInteger committing = new AtomicInteger();
        assertThatThrownBy(() -> bench.job(2, 100, new SnapshotListener() {
                            @Override
                            public void committing(TableName table, int chunk) {
                                if (committing.incrementAndGet() == dying) {
                                    throw new IllegalStateException("died");
                                }
                            }

                            @Override
                            public void copied(TableName table, int chunk, long rows, long bytes) {
                                first.copied(table, chunk, rows, bytes);
                            }
                        })
                        .run())
                .hasRootCauseMessage("died");
        assertThat(bench.table("orders").state()).isNotEqualTo(TableState.COPIED);
        Remembering second = new Remembering();

        bench.job(2, 100, second).run();

        bench.assertLoaded("orders");
        bench.assertLoaded("events");
        assertThat(second.chunks).isNotEmpty().noneMatch(first.chunks::contains);
        assertThat(bench.atDestinationText(
                        "SELECT count(*) || ' ' || sum(rows) FROM dts_sync.chunk WHERE state = 'copied'"))
                .isEqualTo("22 2500");
    }

    @Test
    void anInterruptedJobEndsWithinTwoSecondsAndIsCarriedOn() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        Thread blocking = holdRow("INSERT INTO orders VALUES (1500, 'in the way')", reached);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread running = new Thread(() -> {
            try {
                bench.job(2, 100, SnapshotListener.NONE).run();
            } catch (InterruptedException | RuntimeException e) {
                thrown.set(e);
            }
        });
        running.start();
        // One worker waits at the destination for the row that is in the way.
        Awaitility.await()
                .untilAsserted(() -> assertThat(bench.atDestinationText("""
                SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'COPY%'
                """)).isEqualTo("1"));
        long began = System.nanoTime();

        running.interrupt();
        running.join();

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        assertThat(Thread.getAllStackTraces().keySet().stream().map(Thread::getName))
                .noneMatch(name -> name.startsWith("snapshot-"));
        blocking.interrupt();
        blocking.join();
        bench.job(2, 100, SnapshotListener.NONE).run();
        bench.assertLoaded("orders");
        bench.assertLoaded("events");
    }

    @Test
    void lostConnectionsAreOpenedAgainAndNothingIsLostOrCopiedTwice() throws Exception {
        AtomicInteger number = new AtomicInteger();
        Remembering record = new Remembering() {
            @Override
            public void copying(TableName table, int chunk) {
                int now = number.incrementAndGet();
                if (now == 3 || now == 9) {
                    cut(now == 3);
                }
            }
        };

        bench.job(2, 100, record).run();

        bench.assertLoaded("orders");
        bench.assertLoaded("events");
        assertThat(record.chunks).hasSize(22).doesNotHaveDuplicates();
    }

    @Test
    void aRaisedFenceStopsTheJobAndNothingMoreIsWritten() throws Exception {
        AtomicInteger number = new AtomicInteger();
        Remembering record = new Remembering() {
            @Override
            public void copied(TableName table, int chunk, long rows, long bytes) {
                super.copied(table, chunk, rows, bytes);
                if (number.incrementAndGet() == 5) {
                    bench.fromListenerAtDestination("UPDATE dts_sync.fence SET epoch = 2");
                }
            }
        };

        assertThatThrownBy(() -> bench.job(1, 100, record).run())
                .isInstanceOfSatisfying(
                        SyncException.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.FENCED));

        assertThat(bench.atDestinationText(
                        "SELECT (SELECT count(*) FROM public.orders) + (SELECT count(*) FROM public.events)"))
                .isEqualTo(String.valueOf(record.rows.get()));
        assertThat(record.chunks).hasSize(5);
        assertThat(bench.atDestinationText("SELECT count(*) FROM dts_sync.chunk WHERE state = 'copied'"))
                .isEqualTo("5");
    }

    @Test
    void theConsistencyPointIsTheHighestOfTheChunks() throws Exception {
        Remembering record = new Remembering() {
            @Override
            public void copying(TableName table, int chunk) {
                bench.fromListenerAtSource("INSERT INTO public.events VALUES ('while it runs')");
            }
        };

        bench.job(2, 500, record).run();

        String highest = bench.atDestinationText("SELECT max(source_lsn)::text FROM dts_sync.chunk");
        assertThat(bench.consistencyPoint()).isEqualTo(Lsn.parse(highest));
        assertThat(bench.atDestinationText("SELECT count(DISTINCT source_lsn) > 1 FROM dts_sync.chunk"))
                .isEqualTo("t");
    }

    @Test
    void rowsAtTheDestinationAreRemovedOnceWhereThatIsAsked() throws Exception {
        bench.atBoth("CREATE TABLE lines (order_id int REFERENCES orders, PRIMARY KEY (order_id))");
        bench.addSmall("lines", "order_id");
        bench.atDestination("INSERT INTO orders VALUES (-1, 'old'); INSERT INTO lines VALUES (-1)");
        assertThatThrownBy(() -> bench.job(1, 100, true, dyingAfter(4)).run()).hasRootCauseMessage("died");

        bench.job(1, 100, true, SnapshotListener.NONE).run();

        bench.assertLoaded("orders");
        bench.assertLoaded("lines");
        assertThat(bench.atDestinationText("SELECT count(*) FROM dts_sync.chunk WHERE state = 'copied'"))
                .isEqualTo("23");
    }

    @Test
    void aCrashOfEitherServerIsOutlived() throws Exception {
        AtomicInteger number = new AtomicInteger();
        Remembering remembering = new Remembering() {
            @Override
            public void committing(TableName table, int chunk) {
                int now = number.incrementAndGet();
                if (now == 5 || now == 15) {
                    EmbeddedPostgres server = now == 5 ? bench.servers.destination() : bench.servers.source();
                    server.crash();
                    server.start();
                }
            }
        };

        bench.job(1, 100, remembering).run();

        bench.assertLoaded("orders");
        bench.assertLoaded("events");
        assertThat(bench.atDestinationText("SELECT sum(rows) FROM dts_sync.chunk WHERE state = 'copied'"))
                .isEqualTo("2500");
    }

    @Test
    void aCommitThatTheDestinationLostInACrashIsCopiedAgain() throws Exception {
        AtomicInteger number = new AtomicInteger();
        Remembering remembering = new Remembering() {
            @Override
            public void tableCopied(TableName table, long rows, long bytes, Duration time) {
                if (table.equals(ORDERS) && number.incrementAndGet() == 1) {
                    // What a crash leaves behind: neither the mark nor the rows of the newest chunk.
                    bench.fromListenerAtDestination("""
                            UPDATE dts_sync.chunk SET state = 'pending', rows = 0, bytes = 0
                            WHERE table_name = 'orders' AND number = 19;
                            UPDATE dts_sync.table_progress SET state = 'copying', snapshot_rows = 1900
                            WHERE table_name = 'orders';
                            DELETE FROM orders WHERE id > 1900;
                            """);
                }
            }
        };

        bench.job(2, 100, remembering).run();

        bench.assertLoaded("orders");
        assertThat(remembering.chunks.stream().filter("public.orders 19"::equals))
                .hasSize(2);
    }

    @Test
    void aTableIsCopiedAgainWhenItIsAskedFor() throws Exception {
        bench.atBoth("CREATE TABLE lines (order_id int REFERENCES orders, PRIMARY KEY (order_id))");
        SnapshotJob job = bench.job(2, 100, true, SnapshotListener.NONE);
        job.run();
        bench.atDestination("INSERT INTO lines VALUES (7); UPDATE orders SET note = 'wrong' WHERE id < 1000");

        job.resnapshot(ORDERS);

        assertThat(bench.table("orders").state()).isEqualTo(TableState.PENDING);
        assertThat(bench.atDestinationText("SELECT count(*) FROM public.orders"))
                .isEqualTo("0");
        job.run();
        bench.assertLoaded("orders");
        assertThat(bench.table("events").snapshotRows()).isEqualTo(500);
    }

    @Test
    void aRefusedRowStopsTheJobAndNamesTheTableButNotTheValue() throws Exception {
        bench.atDestination("ALTER TABLE orders ALTER note TYPE int USING length(note)");

        assertThatThrownBy(() -> bench.job(2, 100, SnapshotListener.NONE).run())
                .hasMessage("The destination refused a row of table public.orders (SQLSTATE 22P02)."
                        + " Compare the table's columns, types and constraints at both ends.");
    }

    private static SnapshotListener dyingAfter(int chunks) {
        AtomicInteger number = new AtomicInteger();
        return new SnapshotListener() {
            @Override
            public void copied(TableName table, int chunk, long rows, long bytes) {
                if (number.incrementAndGet() == chunks) {
                    throw new IllegalStateException("died");
                }
            }
        };
    }

    private Thread holdRow(String insert, CountDownLatch reached) throws Exception {
        Thread thread = new Thread(() -> {
            try (var connection = bench.destination.open();
                    var statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("SET search_path = public");
                statement.execute(insert);
                reached.countDown();
                new CountDownLatch(1).await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                // Asked to let go; closing the connection rolls back.
                Thread.currentThread().interrupt();
            } catch (java.sql.SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        thread.start();
        assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
        return thread;
    }

    private void cut(boolean source) {
        String sql = """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'dts_sync_bench'
                """;
        if (source) {
            bench.fromListenerAtSource(sql);
        } else {
            bench.fromListenerAtDestination(sql);
        }
    }

    /** Remembers what was committed. */
    private static class Remembering implements SnapshotListener {
        final ConcurrentLinkedQueue<String> chunks = new ConcurrentLinkedQueue<>();
        final AtomicInteger rows = new AtomicInteger();

        @Override
        public void copied(TableName table, int chunk, long copiedRows, long bytes) {
            chunks.add(table + " " + chunk);
            rows.addAndGet((int) copiedRows);
        }
    }
}
