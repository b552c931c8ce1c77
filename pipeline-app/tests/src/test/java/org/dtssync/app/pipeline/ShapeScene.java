package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.Release;
import org.dtssync.app.runtime.Background;
import org.dtssync.app.source.SourcePosition;
import org.dtssync.app.state.Phase;
import org.dtssync.app.stream.StreamBudgets;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Lsn;

/**
 * A task between two databases whose structure is changed while it runs; its looks at the structure come often. Used by one
 * thread.
 */
final class ShapeScene {

    /** The stop is awaited some twenty times. */
    private static final StreamBudgets QUICK = StreamBudgets.DEFAULT.withStructureMillis(500);

    private static final String STRUCTURE = """
            CREATE TABLE public.item (id int PRIMARY KEY, a int, b varchar(10) DEFAULT 'x', code text UNIQUE);
            CREATE TABLE public.child (id int PRIMARY KEY, item_id int REFERENCES public.item);
            CREATE TABLE public.part (id int, region int, v text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
            CREATE TABLE public.part_1 PARTITION OF public.part FOR VALUES IN (1);
            CREATE TABLE public.part_2 PARTITION OF public.part FOR VALUES IN (2);
            INSERT INTO public.item SELECT i, i, 'b' || i, 'c' || i FROM generate_series(1, 300) i;
            INSERT INTO public.child SELECT i, i FROM generate_series(1, 100) i;
            INSERT INTO public.part SELECT i, 1 + i % 2, 'v' FROM generate_series(1, 100) i;
            """;

    private final DatabaseSettings source;
    private final DatabaseSettings destination;
    private final TaskFile task;

    ShapeScene(Servers servers) throws SQLException {
        source = servers.freshDatabase(14);
        destination = servers.freshDatabase(17);
        task = TaskFiles.stopping(servers, source, destination);
        source(STRUCTURE);
    }

    void source(String sql) throws SQLException {
        execute(source, sql);
    }

    void destination(String sql) throws SQLException {
        execute(destination, sql);
    }

    String atDestination(String sql) throws SQLException {
        try (Connection connection = new DatabaseConnections(End.SOURCE, destination, "test").open();
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    void start() throws InterruptedException {
        assertThat(run(RunOptions.to(RunGoal.VERIFIED))).isTrue();
    }

    /** Runs to an earlier goal. */
    void reach(RunGoal goal) throws InterruptedException {
        reach(RunOptions.to(goal));
    }

    /** Runs to an earlier goal. */
    void reach(RunOptions options) throws InterruptedException {
        assertThat(new Pipeline(task, PipelineListener.NONE, QUICK).run(options))
                .isEmpty();
    }

    /** Runs until the task stops by itself, and returns what it stopped for. */
    SyncException stops() throws Exception {
        return stoppedBy(false, "SELECT 1", "SELECT 1", "SELECT 1");
    }

    /** Runs, changes the source and waits until what is asked of the destination is true. */
    void followsUntil(String change, String question) throws Exception {
        Background background = new Background();
        try (background) {
            background.start(
                    "run", () -> new Pipeline(task, PipelineListener.NONE, QUICK).run(RunOptions.to(RunGoal.NONE)));
            source(change);
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                background.check();
                return atDestination(question).equals("t");
            });
        }
    }

    /** Runs to the comparison and returns whether everything is equal. */
    boolean run(RunOptions options) throws InterruptedException {
        Optional<VerifyReport> report = new Pipeline(task, PipelineListener.NONE, QUICK).run(options);
        return report.orElseThrow().equal();
    }

    /** Changes the source while the task runs, and returns what it stopped for. */
    SyncException stoppedBy(boolean apart, String before, String change, String after) throws Exception {
        Streaming listener = new Streaming();
        AtomicReference<Throwable> end = new AtomicReference<>();
        Thread run = new Thread(
                () -> {
                    try {
                        new Pipeline(task, listener, QUICK).run(RunOptions.to(RunGoal.NONE));
                    } catch (SyncException | InterruptedException e) {
                        end.set(e);
                    }
                },
                "run");
        run.start();
        try {
            listener.await(Lsn.ZERO);
            source(before);
            if (apart) {
                listener.await(SourcePosition.insert(new DatabaseConnections(End.SOURCE, source, "test")));
            }
            source(change);
            source(after);
            run.join(TimeUnit.SECONDS.toMillis(60));
            assertThat(run.isAlive()).isFalse();
        } finally {
            run.interrupt();
            run.join();
        }
        assertThat(end.get()).isInstanceOf(SyncException.class);
        return (SyncException) end.get();
    }

    void release() throws InterruptedException {
        new Release(task).run(true);
    }

    private static void execute(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = new DatabaseConnections(End.SOURCE, database, "test").open();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Waits for what is applied in the incremental phase. */
    private static final class Streaming implements PipelineListener {

        private boolean incremental;
        private Lsn applied = Lsn.ZERO;

        @Override
        public synchronized void entered(Phase phase) {
            incremental = phase == Phase.INCREMENTAL;
        }

        @Override
        public synchronized void applied(Lsn lsn, long lagMillis, long changes) {
            if (incremental) {
                applied = lsn;
                notifyAll();
            }
        }

        synchronized void await(Lsn goal) throws InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (!applied.reached(goal)) {
                assertThat(System.nanoTime()).isLessThan(deadline);
                wait(100);
            }
        }
    }
}
