package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.util.Random;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whatever transactions an application runs and wherever the cuts fall, the ends are equal. Another seed:
 * {@code -Ddts.history.seed=N}.
 */
@ExtendWith(ServersExtension.class)
class AnyHistoryTest {

    private static final Logger LOG = LoggerFactory.getLogger(AnyHistoryTest.class);

    private static final long SEED = Long.getLong("dts.history.seed", System.nanoTime());
    private static final int ROUNDS = Integer.getInteger("dts.history.rounds", 1);

    @Test
    void anyHistoryIsCarriedWhereverTheCutsFall(Servers servers) throws Exception {
        LOG.warn("A random history begins. seed={}", SEED);
        Random random = new Random(SEED);
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(17);
        Scripts scripts = new Scripts(source);
        scripts.execute(RandomHistory.STRUCTURE);
        RandomHistory history = new RandomHistory(SEED);
        TaskFile task = TaskFiles.of(servers, source, destination);
        try (Connection connection = scripts.connect()) {
            history.run(connection, 60);
            run(task, random, RunGoal.SCHEMA);
            history.run(connection, 60);
            run(task, random, RunGoal.SNAPSHOT);
            history.run(connection, 60);
            runBeside(task, random, history, connection);
            assertThat(TableTexts.differences(source, destination))
                    .as("seed %d", SEED)
                    .isEmpty();
            for (int round = 0; round < ROUNDS; round++) {
                history.run(connection, 50);
                runBeside(task, random, history, connection);
                assertThat(TableTexts.differences(source, destination))
                        .as("seed %d", SEED)
                        .isEmpty();
            }
        }
        new Release(task).run(true);
    }

    /** Runs while the application writes, then until all of it is applied. */
    private static void runBeside(TaskFile task, Random random, RandomHistory history, Connection connection)
            throws Exception {
        CompletableFuture<Void> load = CompletableFuture.runAsync(() -> {
            try {
                history.run(connection, 80);
            } catch (java.sql.SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        run(task, random, RunGoal.CAUGHT_UP);
        load.get(60, TimeUnit.SECONDS);
        run(task, random, RunGoal.CAUGHT_UP);
    }

    private static void run(TaskFile task, Random random, RunGoal goal) throws InterruptedException {
        StreamBudgets budgets = StreamBudgets.DEFAULT.withPieces(
                new CaptureSettings.Limits(1 + random.nextInt(60), 1 << (10 + random.nextInt(10))),
                1 + random.nextInt(60),
                1 << (10 + random.nextInt(10)));
        new Pipeline(task, PipelineListener.NONE, budgets).run(RunOptions.to(goal));
    }
}
